/* SPDX-License-Identifier: BSD-3-Clause */
/* 64 bytes in one register. */
#ifndef PMEM2_X86_VEC64_H
#define PMEM2_X86_VEC64_H

#include <immintrin.h>

#include "store.h"

typedef __m512i v64;

INLINE void load64(v64 *v, const char *s)
{
	*v = _mm512_loadu_si512((const void *)s);
}

INLINE void repeat64(v64 *v, uint64_t word)
{
	*v = _mm512_set1_epi64((long long)word);
}

INLINE void store64(char *d, const v64 *v)
{
	__asm__ volatile("vmovdqu64 %1, %0" : "=m"(*(UNALIGNED(64) *)d) : "x"(*v) : "memory");
}

/* `d` is a multiple of 64. */
INLINE void stream64(char *d, const v64 *v)
{
	__asm__ volatile("vmovntdq %1, %0" : "=m"(*(UNALIGNED(64) *)d) : "x"(*v) : "memory");
}

#endif
