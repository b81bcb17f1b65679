/* SPDX-License-Identifier: BSD-3-Clause */
/* What the flags of a copy or fill ask for. */
#ifndef PMEM2_X86_FLAGS_H
#define PMEM2_X86_FLAGS_H

#include <stdbool.h>

#include "libpmem2.h"
#include "store.h"

#define STREAM_FLAGS (PMEM2_F_MEM_NONTEMPORAL | PMEM2_F_MEM_WC)
#define CACHED_FLAGS (PMEM2_F_MEM_TEMPORAL | PMEM2_F_MEM_WB)

enum route {
	ROUTE_CACHED,    /* through the cache, written back if need be */
	ROUTE_UNFLUSHED, /* through the cache, nothing else */
	ROUTE_STREAMED,  /* around the cache, because a flag says so */
	ROUTE_LONG       /* around the cache, because it is long */
};

INLINE enum route route_of(size_t len, unsigned flags, size_t stream_min)
{
	if (flags & (STREAM_FLAGS | PMEM2_F_MEM_NOFLUSH))
		return (flags & PMEM2_F_MEM_NOFLUSH) ? ROUTE_UNFLUSHED : ROUTE_STREAMED;
	if (len >= stream_min && !(flags & CACHED_FLAGS))
		return ROUTE_LONG;
	return ROUTE_CACHED;
}

/* Up to 64 bytes, which two tests find to go through the cache as most do. */
INLINE bool is_common(size_t len, unsigned flags)
{
	return __builtin_expect(!(flags & (STREAM_FLAGS | PMEM2_F_MEM_NOFLUSH)) && len <= 64, 1);
}

INLINE void fence_for(unsigned flags)
{
	if (!(flags & (PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NOFLUSH)))
		fence();
}

#endif
