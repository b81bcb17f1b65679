/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * 16 bytes at once. Includers define VEX as "v" where the upper halves of the
 * registers may be in use: there, instructions without that prefix are slow.
 */
#ifndef PMEM2_X86_VEC16_H
#define PMEM2_X86_VEC16_H

#include <immintrin.h>

#include "store.h"

typedef __m128i v16;

INLINE v16 load16(const char *s)
{
	return _mm_loadu_si128((const __m128i *)s);
}

INLINE v16 repeat16(uint64_t word)
{
	return _mm_set1_epi64x((long long)word);
}

INLINE void store16(char *d, v16 v)
{
	__asm__ volatile(VEX "movdqu %1, %0" : "=m"(*(UNALIGNED(16) *)d) : "x"(v) : "memory");
}

/* `d` is a multiple of 16. */
INLINE void stream16(char *d, v16 v)
{
	__asm__ volatile(VEX "movntdq %1, %0" : "=m"(*(UNALIGNED(16) *)d) : "x"(v) : "memory");
}

#endif
