/* SPDX-License-Identifier: BSD-3-Clause */
/* Without a hint, stream from the length on that the user has set. */
#ifndef PMEM2_X86_STREAMING_H
#define PMEM2_X86_STREAMING_H

#include <stdbool.h>

#include "kernels.h"
#include "store.h"

#define STREAMS 1

INLINE bool may_be_worth_streaming(const void *dest, size_t len)
{
	(void)dest;
	return len >= __atomic_load_n(&pmem2_movnt_threshold, __ATOMIC_RELAXED);
}

INLINE bool is_overlap_worth_streaming(size_t distance, size_t len)
{
	(void)distance;
	(void)len;
	return true;
}

INLINE bool is_worth_streaming(const void *dest, size_t len)
{
	return may_be_worth_streaming(dest, len);
}

#endif
