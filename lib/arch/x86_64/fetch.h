/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking for the line of a store to come, with the instruction FETCH. Intel's CPUs fetch a line
 * for a store only after the fence before it, and after each write-back before it; what is asked
 * for comes meanwhile. Lines to be streamed would come in vain.
 */
#ifndef PMEM2_X86_FETCH_H
#define PMEM2_X86_FETCH_H

#include "store.h"

/* A hint: any pointer will do. */
INLINE void fetch_line(const char *p)
{
	__asm__ volatile(FETCH " %0" : : "m"(*p));
}

#endif
