/* SPDX-License-Identifier: BSD-3-Clause */
/* 32 bytes in one register. */
#ifndef PMEM2_X86_VEC32_H
#define PMEM2_X86_VEC32_H

#include "vec16.h"

typedef __m256i v32;

INLINE void load32(v32 *v, const char *s)
{
	*v = _mm256_loadu_si256((const __m256i *)s);
}

INLINE void repeat32(v32 *v, uint64_t word)
{
	*v = _mm256_set1_epi64x((long long)word);
}

INLINE void store32(char *d, const v32 *v)
{
	__asm__ volatile("vmovdqu %1, %0" : "=m"(*(UNALIGNED(32) *)d) : "x"(*v) : "memory");
}

/* `d` is a multiple of 32. */
INLINE void stream32(char *d, const v32 *v)
{
	__asm__ volatile("vmovntdq %1, %0" : "=m"(*(UNALIGNED(32) *)d) : "x"(*v) : "memory");
}

#endif
