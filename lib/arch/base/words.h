/* SPDX-License-Identifier: BSD-3-Clause */
/* Words and blocks, which every file of kernels knows. */
#ifndef PMEM2_BASE_WORDS_H
#define PMEM2_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/unaligned.h"

#define WORD sizeof(uint64_t)

/* What is copied at a time, from a multiple of it on. */
#define BLOCK ((size_t)64)

/* Before a loop over the words of a block: without it they would pass through the stack. */
#define UNROLLED _Pragma("GCC unroll 8")

typedef uint64_t __attribute__((may_alias)) aligned8;

/* How many of the `len` bytes at `p` precede the first multiple of `unit`, a power of two. */
INLINE size_t bytes_before(const char *p, size_t len, size_t unit)
{
	size_t bytes = -(uintptr_t)p & (unit - 1);

	return bytes < len ? bytes : len;
}

#endif
