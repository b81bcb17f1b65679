/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing cache lines back. The kernels are built once per kind; the file that
 * builds them defines FLUSH_LINE as one of the flush_line_ functions.
 */
#ifndef PMEM2_X86_FLUSH_H
#define PMEM2_X86_FLUSH_H

#include "store.h"

#define FLUSH_LINE_WITH(instruction)                                                               \
	INLINE void flush_line_##instruction(const void *p)                                        \
	{                                                                                          \
		__asm__ volatile(#instruction " %0" : : "m"(*(const char *)p) : "memory");         \
	}

FLUSH_LINE_WITH(clflush)
FLUSH_LINE_WITH(clflushopt)
FLUSH_LINE_WITH(clwb)

#define FLUSHES_clflush 1
#define FLUSHES_clflushopt 1
#define FLUSHES_clwb 1
#define FLUSHES_none 0

/* For memory that needs no write-back. */
INLINE void flush_line_none(const void *p)
{
	(void)p;
}

#endif
