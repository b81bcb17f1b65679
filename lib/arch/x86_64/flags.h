/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the flags of a copy or fill ask for. When one without a hint streams is
 * up to the streaming_ header that is included before this one.
 */
#ifndef PMEM2_X86_FLAGS_H
#define PMEM2_X86_FLAGS_H

#include <stdbool.h>

#include "libpmem2.h"
#include "store.h"

#define STREAM_FLAGS (PMEM2_F_MEM_NONTEMPORAL | PMEM2_F_MEM_WC)
#define CACHED_FLAGS (PMEM2_F_MEM_TEMPORAL | PMEM2_F_MEM_WB)

/* Whether whole lines bypass the cache. */
INLINE bool is_streamed(const void *dest, size_t len, unsigned flags)
{
	if (flags & (STREAM_FLAGS | PMEM2_F_MEM_NOFLUSH))
		return !(flags & PMEM2_F_MEM_NOFLUSH);
	return !(flags & CACHED_FLAGS) && is_worth_streaming(dest, len);
}

/* What must be looked at closer, by few tests. The rest goes through the cache. */
INLINE bool is_uncommon(const void *dest, size_t len, unsigned flags)
{
	const unsigned rare = STREAM_FLAGS | PMEM2_F_MEM_NOFLUSH;

	return __builtin_expect((flags & rare) != 0, 0) || may_be_worth_streaming(dest, len);
}

INLINE void fence_for(unsigned flags)
{
	if (!(flags & (PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NOFLUSH)))
		fence();
}

#endif
