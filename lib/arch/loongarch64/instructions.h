/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent stores are assembly: a compiler must neither split, trim, merge nor
 * drop them. Words are stored at multiples of 8 only, elsewhere some CPUs trap.
 */
#ifndef PMEM2_CPU_INSTRUCTIONS_H
#define PMEM2_CPU_INSTRUCTIONS_H

#include "words.h"

INLINE void store1(char *d, uint8_t word)
{
	__asm__ volatile("st.b %1, %0" : "=m"(*d) : "r"(word) : "memory");
}

INLINE void store8(char *d, uint64_t word)
{
	__asm__ volatile("st.d %1, %0" : "=m"(*(aligned8 *)d) : "r"(word) : "memory");
}

/* There are no stores that bypass the caches. */
#define stream8 store8

INLINE void before_write_back(void)
{
}

INLINE void flush_line_none(const void *p)
{
	(void)p;
}

#define FLUSHES_none 0

INLINE void fence_none(void)
{
	__asm__ volatile("dbar 0" : : : "memory");
}

#endif
