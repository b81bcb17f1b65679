/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that note what they are asked to do, and do it, in the place of instructions. */
#ifndef PMEM2_TEST_MODEL_RECORD_H
#define PMEM2_TEST_MODEL_RECORD_H

#include <string.h>

#include "trace.h"
#include "words.h"

INLINE void record(enum event_kind kind, const void *p, size_t width)
{
	if (recorded.count == TRACE_MAX)
		recorded.overflow = true;
	else
		recorded.events[recorded.count++] = (struct event){kind, (uintptr_t)p, width};
}

INLINE void record_store(enum event_kind kind, char *d, const void *value, size_t width)
{
	record(kind, d, width);
	memcpy(d, value, width);
}

#define RECORDED_STORE(name, kind, type)                                                           \
	INLINE void name(char *d, type value)                                                      \
	{                                                                                          \
		record_store(kind, d, &value, sizeof(value));                                      \
	}

RECORDED_STORE(store1, EVENT_STORE, uint8_t)
RECORDED_STORE(store8, EVENT_STORE, uint64_t)

INLINE void before_write_back(void)
{
	record(EVENT_ORDER, NULL, 0);
}

INLINE void flush_line_clean(const void *p)
{
	record(EVENT_WRITE_BACK, p, 1);
}

INLINE void flush_line_none(const void *p)
{
	(void)p;
}

#define FLUSHES_clean 1
#define FLUSHES_none 0

INLINE void fence(void)
{
	record(EVENT_FENCE, NULL, 0);
}

#define fence_clean fence
#define fence_none fence

#endif
