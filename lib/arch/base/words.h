/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory as words of any alignment, and what every file of kernels needs. */
#ifndef PMEM2_BASE_WORDS_H
#define PMEM2_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

#define WORD sizeof(uint64_t)

/* What is copied at a time, from a multiple of it on. */
#define BLOCK ((size_t)64)

/* Before a loop over the words of a block: without it they would pass through the stack. */
#define UNROLLED _Pragma("GCC unroll 8")

typedef uint64_t __attribute__((may_alias)) aligned8;

struct __attribute__((packed, may_alias)) unaligned2 {
	uint16_t word;
};
struct __attribute__((packed, may_alias)) unaligned4 {
	uint32_t word;
};
struct __attribute__((packed, may_alias)) unaligned8 {
	uint64_t word;
};

INLINE uint16_t load2(const char *s)
{
	return ((const struct unaligned2 *)s)->word;
}

INLINE uint32_t load4(const char *s)
{
	return ((const struct unaligned4 *)s)->word;
}

INLINE uint64_t load8(const char *s)
{
	return ((const struct unaligned8 *)s)->word;
}

/* How many of the `len` bytes at `p` precede the first multiple of `unit`, a power of two. */
INLINE size_t bytes_before(const char *p, size_t len, size_t unit)
{
	size_t bytes = -(uintptr_t)p & (unit - 1);

	return bytes < len ? bytes : len;
}

#endif
