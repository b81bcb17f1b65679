/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Without a hint, stream what consists of whole lines, which then need not be
 * fetched, from STREAMED_LINES_MIN bytes on, and what is long. Shorter pieces of lines
 * are written back: the fence waits longer for streamed and flushed lines together than
 * for flushed ones.
 * Where nothing is written back, only a hint streams.
 */
#ifndef PMEM2_X86_STREAMING_H
#define PMEM2_X86_STREAMING_H

#include <stdbool.h>

#include "kernels.h"
#include "store.h"

#define STREAMS 1

INLINE bool may_be_worth_streaming(const void *dest, size_t len)
{
	/* Most are shorter: one test for them. */
	return FLUSHES && __builtin_expect(len >= STREAMED_LINES_MIN, 0) &&
	       (len != LINE || ((uintptr_t)dest & (LINE - 1)) == 0);
}

/*
 * Loading lines just streamed is slow, and so is streaming lines just loaded: what overlaps goes
 * through the cache unless it is long and much of it does not.
 */
INLINE bool is_overlap_worth_streaming(size_t distance, size_t len)
{
	return len > PMEM2_FIXED_CACHED_OVERLAP_MAX && distance >= len / 4;
}

INLINE bool is_worth_streaming(const void *dest, size_t len)
{
	return FLUSHES &&
	       (len >= PMEM2_FIXED_STREAM_MIN ||
		(len >= STREAMED_LINES_MIN && (((uintptr_t)dest | len) & (LINE - 1)) == 0));
}

#endif
