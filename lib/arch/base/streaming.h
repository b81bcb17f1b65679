/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a copy or fill bypasses the cache as far as the CPU lets it. Hints decide
 * first; without one the STREAM of the row does.
 */
#ifndef PMEM2_BASE_STREAMING_H
#define PMEM2_BASE_STREAMING_H

#include "kernels.h"
#include "libpmem2.h"
#include "words.h"

#define STREAM_fixed 1
#define STREAM_tuned 2
#define STREAM_never 3

INLINE bool is_worth_streaming(size_t len)
{
	if (STREAM == STREAM_tuned)
		return len >= __atomic_load_n(&pmem2_movnt_threshold, __ATOMIC_RELAXED);
	/* Where nothing is written back, only a hint streams. */
	return FLUSHES && len >= PMEM2_CPU_STREAM_MIN;
}

INLINE bool is_streamed(size_t len, unsigned flags)
{
	if (STREAM == STREAM_never || !PMEM2_CPU_STREAMS || (flags & PMEM2_F_MEM_NOFLUSH))
		return false;
	if (flags & (PMEM2_F_MEM_NONTEMPORAL | PMEM2_F_MEM_WC))
		return true;
	return !(flags & (PMEM2_F_MEM_TEMPORAL | PMEM2_F_MEM_WB)) && is_worth_streaming(len);
}

#endif
