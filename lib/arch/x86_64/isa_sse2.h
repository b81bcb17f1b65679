/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * 16, 32 and 64 bytes at once with SSE2. The wider ones go by address, since
 * unoptimised code would copy them with memcpy.
 */
#ifndef PMEM2_X86_ISA_SSE2_H
#define PMEM2_X86_ISA_SSE2_H

#include <emmintrin.h>

#include "store.h"

typedef __m128i v16;

typedef struct {
	v16 lo, hi;
} v32;

typedef struct {
	v32 lo, hi;
} v64;

INLINE v16 load16(const char *s)
{
	return _mm_loadu_si128((const __m128i *)s);
}

INLINE void load32(v32 *v, const char *s)
{
	v->lo = load16(s);
	v->hi = load16(s + 16);
}

INLINE void load64(v64 *v, const char *s)
{
	load32(&v->lo, s);
	load32(&v->hi, s + 32);
}

INLINE v16 repeat16(uint64_t word)
{
	return _mm_set1_epi64x((long long)word);
}

INLINE void repeat32(v32 *v, uint64_t word)
{
	v->lo = repeat16(word);
	v->hi = v->lo;
}

INLINE void repeat64(v64 *v, uint64_t word)
{
	repeat32(&v->lo, word);
	repeat32(&v->hi, word);
}

INLINE void store16(char *d, v16 v)
{
	__asm__ volatile("movdqu %1, %0" : "=m"(*(UNALIGNED(16) *)d) : "x"(v) : "memory");
}

INLINE void store32(char *d, const v32 *v)
{
	store16(d, v->lo);
	store16(d + 16, v->hi);
}

INLINE void store64(char *d, const v64 *v)
{
	store32(d, &v->lo);
	store32(d + 32, &v->hi);
}

INLINE void stream16(char *d, v16 v)
{
	__asm__ volatile("movntdq %1, %0" : "=m"(*(UNALIGNED(16) *)d) : "x"(v) : "memory");
}

/* `d` is a multiple of 64. */
INLINE void stream64(char *d, const v64 *v)
{
	stream16(d, v->lo.lo);
	stream16(d + 16, v->lo.hi);
	stream16(d + 32, v->hi.lo);
	stream16(d + 48, v->hi.hi);
}

#endif
