/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the debug library does beyond the normal one: it traces, checks what its callers
 * promised and what it promises itself, and tells Valgrind about persistent memory. In the
 * normal library these macros are nothing: neither their arguments nor their texts are in it.
 *
 *         PMEM2_CALLED(cfg != NULL, "cfg %p, offset %zu", (void *)cfg, offset);
 *
 * stands first in a public function: what its caller owes it, and its arguments. The conversions
 * of the texts are those of text.h.
 */
#ifndef PMEM2_TRACE_H
#define PMEM2_TRACE_H

#ifdef PMEM2_DEBUG

#include "debug/debug.h"

#define PMEM2_TRACE(level, ...)                                                                    \
	do {                                                                                       \
		if (pmem2_debug_level() >= (level))                                                \
			pmem2_debug_log((level), PMEM2_DEBUG_HERE, __VA_ARGS__);                   \
	} while (0)

/* What was done, and what may help to understand it. */
#define PMEM2_TRACE_DONE(...) PMEM2_TRACE(PMEM2_DEBUG_DONE, __VA_ARGS__)
#define PMEM2_TRACE_DETAIL(...) PMEM2_TRACE(PMEM2_DEBUG_DETAIL, __VA_ARGS__)

#define PMEM2_CHECK(condition, text)                                                               \
	do {                                                                                       \
		if (!(condition))                                                                  \
			pmem2_debug_stop(PMEM2_DEBUG_HERE, "%s", (text));                          \
	} while (0)

#define PMEM2_CALLED(condition, ...)                                                               \
	do {                                                                                       \
		PMEM2_TRACE(PMEM2_DEBUG_CALL, __VA_ARGS__);                                        \
		PMEM2_CHECK(condition, "the caller must see to it that " #condition);              \
	} while (0)
#define PMEM2_INVARIANT(condition)                                                                 \
	PMEM2_CHECK(condition, "the library is wrong, this must hold: " #condition)

/* A failure: its code, after the message has been set. */
#define PMEM2_FAILED(code) pmem2_debug_failed((code), PMEM2_DEBUG_HERE)

/* The functions that a map hands out, with checks around them. */
#define PMEM2_CHECKED(ops, granularity) pmem2_debug_checked((ops), (granularity))

/* A map has been registered, or taken out while its memory is still there, unless it is dead. */
#define PMEM2_MAPPED(map, file, offset)                                                            \
	pmem2_debug_mapped(PMEM2_DEBUG_HERE, (map), (file), (offset))
#define PMEM2_UNMAPPED(map, dead) pmem2_debug_unmapped(PMEM2_DEBUG_HERE, (map), (dead))

/* Written back and fenced. */
#define PMEM2_PERSISTED(addr, length) pmem2_debug_persisted((addr), (length))

#else

#define PMEM2_TRACE_DONE(...) ((void)0)
#define PMEM2_TRACE_DETAIL(...) ((void)0)
#define PMEM2_CALLED(condition, ...) ((void)0)
#define PMEM2_INVARIANT(condition) ((void)0)
#define PMEM2_FAILED(code) (code)
#define PMEM2_CHECKED(ops, granularity) (ops)
#define PMEM2_MAPPED(map, file, offset) ((void)0)
#define PMEM2_UNMAPPED(map, dead) ((void)0)
#define PMEM2_PERSISTED(addr, length) ((void)0)

#endif

#endif
