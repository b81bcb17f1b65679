/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking for the line of a store to come, with the instruction FETCH. Intel's CPUs fetch a line
 * for a store only after the fence before it, and after each write-back before it; what is asked
 * for comes meanwhile. Lines to be streamed would come in vain.
 */
#ifndef PMEM2_X86_FETCH_H
#define PMEM2_X86_FETCH_H

#include "store.h"

/*
 * A hint: any pointer will do. FETCH is prefetchw, which takes the line from other CPUs too; CPUs
 * with AVX2 know it or do nothing (SDM Vol. 2B, PREFETCHW). Others may not, and have prefetcht0.
 */
INLINE void fetch_line(const char *p)
{
	__asm__ volatile(FETCH " %0" : : "m"(*p));
}

#endif
