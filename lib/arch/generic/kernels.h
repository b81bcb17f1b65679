/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * memmove and memset in portable C, for CPUs without a folder of their own and
 * as the reference in tests. They write nothing back: hints are ignored, and a
 * full fence stands for the drain.
 */
#ifndef PMEM2_GENERIC_KERNELS_H
#define PMEM2_GENERIC_KERNELS_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

void *pmem2_memmove_generic(void *dest, const void *src, size_t len, unsigned flags);
void *pmem2_memset_generic(void *dest, int c, size_t len, unsigned flags);
void pmem2_drain_generic(void);

#pragma GCC visibility pop

#endif
