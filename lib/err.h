/* SPDX-License-Identifier: BSD-3-Clause */
/* The calling thread's error message, set where the code is returned. */
#ifndef PMEM2_ERR_H
#define PMEM2_ERR_H

#include "libpmem2.h"
#include "trace.h"

/*
 * Set the message and return `code`, so that neither is forgotten:
 *
 *         return pmem2_fail(PMEM2_E_MAP_RANGE, "...", ...);
 *
 * Knows %s, %d, %u, %zu, %llu, %p, %x and %%, without widths. printf's own
 * formatter needs more stack than the library promises to use.
 */
int pmem2_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for an errno value: ": " and its text are added, and -error is returned. */
int pmem2_fail_errno(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define pmem2_fail(...) PMEM2_FAILED(pmem2_fail(__VA_ARGS__))
#define pmem2_fail_errno(...) PMEM2_FAILED(pmem2_fail_errno(__VA_ARGS__))

/* What the C library calls an errno value, such as "Permission denied". */
const char *pmem2_errno_text(int error);

/* Print a message on stderr and stop, where a function cannot report that data would be lost. */
void pmem2_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
