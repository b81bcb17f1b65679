/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that no predictor guesses, for a few cycles each. */
#ifndef PMEM2_BENCH_RANDOM_H
#define PMEM2_BENCH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Start `*state` with any number; different ones lead to different sequences. */
static inline void bench_random_step(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

/* One of 0 to `count` - 1; `count` is at most 2^32. */
static inline size_t bench_random_place(uint64_t state, size_t count)
{
	return (size_t)((state >> 32) * count >> 32);
}

/* From other bits of the state. One of `min` to `max`, which are at most 2^16 apart. */
static inline size_t bench_random_size(uint64_t state, size_t min, size_t max)
{
	return min + (size_t)((state >> 16 & 0xffff) * (max - min + 1) >> 16);
}

#endif
