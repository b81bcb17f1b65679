/* SPDX-License-Identifier: BSD-3-Clause */
/* Every store goes through the cache, whatever hint there is. */
#ifndef PMEM2_X86_STREAMING_H
#define PMEM2_X86_STREAMING_H

#include <stdbool.h>

#include "store.h"

#define STREAMS 0

INLINE bool may_be_worth_streaming(const void *dest, size_t len)
{
	(void)dest;
	(void)len;
	return false;
}

INLINE bool is_worth_streaming(const void *dest, size_t len)
{
	(void)dest;
	(void)len;
	return false;
}

#endif
