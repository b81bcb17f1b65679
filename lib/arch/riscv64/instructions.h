/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent stores are assembly: a compiler must neither split, trim, merge nor
 * drop them. Words are stored at multiples of 8 only, elsewhere many CPUs trap.
 */
#ifndef PMEM2_CPU_INSTRUCTIONS_H
#define PMEM2_CPU_INSTRUCTIONS_H

#include "words.h"

INLINE void store1(char *d, uint8_t word)
{
	__asm__ volatile("sb %1, %0" : "=m"(*d) : "r"(word) : "memory");
}

INLINE void store8(char *d, uint64_t word)
{
	__asm__ volatile("sd %1, %0" : "=m"(*(aligned8 *)d) : "r"(word) : "memory");
}

/*
 * NTL.ALL, written as the addition to x0 that it is on CPUs without Zihintntl: a hint that the
 * store after it need not stay in any cache.
 */
INLINE void stream8(char *d, uint64_t word)
{
	__asm__ volatile("add x0, x0, x5\n\t"
			 "sd %1, %0"
			 : "=m"(*(aligned8 *)d)
			 : "r"(word)
			 : "memory");
}

INLINE void fence(void)
{
	__asm__ volatile("fence rw, rw" : : : "memory");
}

/* Fences order CBO.CLEAN as they do stores (CMO extensions 1.0, 2.6). */
INLINE void before_write_back(void)
{
	fence();
}

/* cbo.clean, for assemblers that do not know Zicbom. */
INLINE void flush_line_cbo(const void *p)
{
	__asm__ volatile(".insn i 0x0f, 2, x0, %0, 1" : : "r"(p) : "memory");
}

INLINE void flush_line_none(const void *p)
{
	(void)p;
}

#define FLUSHES_cbo 1
#define FLUSHES_none 0

#define fence_cbo fence
#define fence_none fence

#endif
