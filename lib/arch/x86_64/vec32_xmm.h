/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * 32 bytes in two registers. They go by address, since unoptimised code would
 * copy them with memcpy.
 */
#ifndef PMEM2_X86_VEC32_H
#define PMEM2_X86_VEC32_H

#include "vec16.h"

typedef struct {
	v16 lo, hi;
} v32;

INLINE void load32(v32 *v, const char *s)
{
	v->lo = load16(s);
	v->hi = load16(s + 16);
}

INLINE void repeat32(v32 *v, uint64_t word)
{
	v->lo = repeat16(word);
	v->hi = v->lo;
}

INLINE void store32(char *d, const v32 *v)
{
	store16(d, v->lo);
	store16(d + 16, v->hi);
}

/* `d` is a multiple of 32. */
INLINE void stream32(char *d, const v32 *v)
{
	stream16(d, v->lo);
	stream16(d + 16, v->hi);
}

/* Only wider registers need cleaning. */
INLINE void leave_vectors(void)
{
}

#endif
