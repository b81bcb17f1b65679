/* SPDX-License-Identifier: BSD-3-Clause */
/* 128 bytes, two lines or what is as long. */
#ifndef PMEM2_X86_VEC128_H
#define PMEM2_X86_VEC128_H

#include "store.h"

typedef struct {
	v64 lo, hi;
} v128;

INLINE void load128(v128 *v, const char *s)
{
	load64(&v->lo, s);
	load64(&v->hi, s + 64);
}

INLINE void repeat128(v128 *v, uint64_t word)
{
	repeat64(&v->lo, word);
	repeat64(&v->hi, word);
}

INLINE void store128(char *d, const v128 *v)
{
	store64(d, &v->lo);
	store64(d + 64, &v->hi);
}

#endif
