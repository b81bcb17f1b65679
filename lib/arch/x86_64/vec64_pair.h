/* SPDX-License-Identifier: BSD-3-Clause */
/* 64 bytes as two times 32. */
#ifndef PMEM2_X86_VEC64_H
#define PMEM2_X86_VEC64_H

#include "store.h"

typedef struct {
	v32 lo, hi;
} v64;

INLINE void load64(v64 *v, const char *s)
{
	load32(&v->lo, s);
	load32(&v->hi, s + 32);
}

INLINE void repeat64(v64 *v, uint64_t word)
{
	repeat32(&v->lo, word);
	repeat32(&v->hi, word);
}

INLINE void store64(char *d, const v64 *v)
{
	store32(d, &v->lo);
	store32(d + 32, &v->hi);
}

/* `d` is a multiple of 64. */
INLINE void stream64(char *d, const v64 *v)
{
	stream32(d, &v->lo);
	stream32(d + 32, &v->hi);
}

#endif
