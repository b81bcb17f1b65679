/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Touching memory that may turn out to be bad. The SIGBUS handler is installed
 * once, at first use, and stays; what it does not expect goes to the handler
 * that was there before, or has the default effect. A handler that the
 * program installs later replaces ours.
 */
#ifndef PMEM2_SIGBUS_H
#define PMEM2_SIGBUS_H

#include <stddef.h>

/*
 * Call `access(data)`, which touches [addr, addr + length) and holds neither
 * locks nor memory. Returns 0, -EIO when the memory is bad, or another negative errno when
 * the guard could not be set up; sets no message.
 */
int pmem2_sigbus_guard(const void *addr, size_t length, void (*access)(void *data), void *data);

#endif
