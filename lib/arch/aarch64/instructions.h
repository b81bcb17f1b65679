/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent stores are assembly: a compiler must neither split, trim, merge nor
 * drop them. Where 16 bytes lie at a multiple of 8, either half is stored at once
 * (Arm ARM B2.2.1).
 */
#ifndef PMEM2_CPU_INSTRUCTIONS_H
#define PMEM2_CPU_INSTRUCTIONS_H

#include "words.h"

typedef uint64_t v16 __attribute__((vector_size(16)));
typedef v16 vector;

#define load_vector load16
#define repeat_vector repeat16

struct __attribute__((packed, may_alias)) unaligned16 {
	v16 vector;
};

INLINE v16 load16(const char *s)
{
	return ((const struct unaligned16 *)s)->vector;
}

INLINE v16 repeat16(uint64_t word)
{
	return (v16){word, word};
}

INLINE void store1(char *d, uint8_t word)
{
	__asm__ volatile("strb %w1, [%0]" : : "r"(d), "r"(word) : "memory");
}

INLINE void store2(char *d, uint16_t word)
{
	__asm__ volatile("strh %w1, [%0]" : : "r"(d), "r"(word) : "memory");
}

INLINE void store4(char *d, uint32_t word)
{
	__asm__ volatile("str %w1, [%0]" : : "r"(d), "r"(word) : "memory");
}

INLINE void store8(char *d, uint64_t word)
{
	__asm__ volatile("str %x1, [%0]" : : "r"(d), "r"(word) : "memory");
}

INLINE void store16(char *d, v16 v)
{
	__asm__ volatile("str %q1, [%0]" : : "r"(d), "w"(v) : "memory");
}

INLINE void store_pair(char *d, v16 first, v16 second)
{
	__asm__ volatile("stp %q1, %q2, [%0]" : : "r"(d), "w"(first), "w"(second) : "memory");
}

/* A hint to the caches: the line may still be in one, and has to be written back. */
INLINE void stream_pair(char *d, v16 first, v16 second)
{
	__asm__ volatile("stnp %q1, %q2, [%0]" : : "r"(d), "w"(first), "w"(second) : "memory");
}

/* DC by address comes after stores to that address (Arm ARM D7.5.8). */
INLINE void before_write_back(void)
{
}

/* dc cvap and dc cvadp, for assemblers that want to be told of them. */
INLINE void flush_line_cvap(const void *p)
{
	__asm__ volatile("sys #3, c7, c12, #1, %0" : : "r"(p) : "memory");
}

INLINE void flush_line_cvadp(const void *p)
{
	__asm__ volatile("sys #3, c7, c13, #1, %0" : : "r"(p) : "memory");
}

INLINE void flush_line_none(const void *p)
{
	(void)p;
}

#define FLUSHES_cvap 1
#define FLUSHES_cvadp 1
#define FLUSHES_none 0

/* Only DSB waits for maintenance of the cache to complete; DMB orders it. */
INLINE void fence(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

#define fence_cvap fence
#define fence_cvadp fence
#define fence_none fence

#endif
