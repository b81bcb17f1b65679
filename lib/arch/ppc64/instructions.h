/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent stores are assembly: a compiler must neither split, trim, merge nor
 * drop them. Vectors are stored at multiples of 16 only, pieces in words: nothing
 * says that a vector elsewhere is not torn within an aligned word.
 */
#ifndef PMEM2_CPU_INSTRUCTIONS_H
#define PMEM2_CPU_INSTRUCTIONS_H

#include "words.h"

/* Both doublewords in the order of lxvd2x and stxvd2x, which need no ISA 3.0. */
typedef unsigned long long vector __attribute__((vector_size(16)));

INLINE vector load_vector(const char *s)
{
	vector v;

	__asm__ volatile("lxvd2x %x0, 0, %1" : "=wa"(v) : "r"(s) : "memory");
	return v;
}

INLINE vector repeat_vector(uint64_t word)
{
	return (vector){word, word};
}

INLINE void store_pair(char *d, vector first, vector second)
{
	__asm__ volatile("stxvd2x %x1, 0, %0" : : "r"(d), "wa"(first) : "memory");
	__asm__ volatile("stxvd2x %x2, %1, %0" : : "r"(d), "b"(16L), "wa"(second) : "memory");
}

/* There are no stores that bypass the caches. */
#define stream_pair store_pair

INLINE void store1(char *d, uint8_t word)
{
	__asm__ volatile("stb %1, 0(%0)" : : "b"(d), "r"(word) : "memory");
}

INLINE void store2(char *d, uint16_t word)
{
	__asm__ volatile("sth %1, 0(%0)" : : "b"(d), "r"(word) : "memory");
}

INLINE void store4(char *d, uint32_t word)
{
	__asm__ volatile("stw %1, 0(%0)" : : "b"(d), "r"(word) : "memory");
}

INLINE void store8(char *d, uint64_t word)
{
	__asm__ volatile("std %1, 0(%0)" : : "b"(d), "r"(word) : "memory");
}

typedef struct {
	uint64_t words[2];
} v16;

INLINE v16 load16(const char *s)
{
	return (v16){{load8(s), load8(s + 8)}};
}

INLINE v16 repeat16(uint64_t word)
{
	return (v16){{word, word}};
}

INLINE void store16(char *d, v16 v)
{
	store8(d, v.words[0]);
	store8(d + 8, v.words[1]);
}

INLINE void before_write_back(void)
{
}

/* dcbf with L=6: assemblers know it since ISA 3.1. */
INLINE void flush_line_dcbstps(const void *p)
{
	__asm__ volatile(".machine push\n\t"
			 ".machine power10\n\t"
			 "dcbstps 0, %0\n\t"
			 ".machine pop"
			 :
			 : "r"(p)
			 : "memory");
}

INLINE void flush_line_dcbf(const void *p)
{
	__asm__ volatile("dcbf 0, %0" : : "r"(p) : "memory");
}

INLINE void flush_line_none(const void *p)
{
	(void)p;
}

#define FLUSHES_dcbstps 1
#define FLUSHES_dcbf 1
#define FLUSHES_none 0

/* phwsync, for assemblers that go by the CPU alone. */
INLINE void fence_dcbstps(void)
{
	__asm__ volatile(".long 0x7c8004ac" : : : "memory");
}

INLINE void fence_dcbf(void)
{
	__asm__ volatile("sync" : : : "memory");
}

#define fence_none fence_dcbf

#endif
