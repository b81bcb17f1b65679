/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stands in front of the sources of the kernels. It puts functions that note what
 * they are asked to do, and do it, in place of those that wrap one instruction;
 * the headers that define these are taken for included already. All that is
 * made of them is the library's own.
 */
#ifndef PMEM2_TEST_RECORD_H
#define PMEM2_TEST_RECORD_H

#include <string.h>

#include "../trace.h"

/* What the kernels did, appended to. */
extern struct trace recorded;

static inline void record(enum event_kind kind, const void *p, size_t width)
{
	if (recorded.count == TRACE_MAX)
		recorded.overflow = true;
	else
		recorded.events[recorded.count++] = (struct event){kind, (uintptr_t)p, width};
}

static inline void record_load(void *value, const char *s, size_t width)
{
	record(EVENT_LOAD, s, width);
	memcpy(value, s, width);
}

static inline void record_store(enum event_kind kind, char *d, const void *value, size_t width)
{
	record(kind, d, width);
	memcpy(d, value, width);
}

/* What store.h has besides loads and stores stays. */
#define load2 instruction_load2
#define load4 instruction_load4
#define load8 instruction_load8
#define store1 instruction_store1
#define store2 instruction_store2
#define store4 instruction_store4
#define store8 instruction_store8
#define stream4 instruction_stream4
#define stream8 instruction_stream8
#define fence instruction_fence
#include "arch/x86_64/store.h"
#undef load2
#undef load4
#undef load8
#undef store1
#undef store2
#undef store4
#undef store8
#undef stream4
#undef stream8
#undef fence

#define RECORDED_LOAD(type, bytes)                                                                 \
	INLINE type load##bytes(const char *s)                                                     \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		record_load(&value, s, bytes);                                                     \
		return value;                                                                      \
	}

#define RECORDED_STORE(name, kind, type, bytes)                                                    \
	INLINE void name(char *d, type value)                                                      \
	{                                                                                          \
		record_store(kind, d, &value, bytes);                                              \
	}

RECORDED_LOAD(uint16_t, 2)
RECORDED_LOAD(uint32_t, 4)
RECORDED_LOAD(uint64_t, 8)
RECORDED_STORE(store1, EVENT_STORE, uint8_t, 1)
RECORDED_STORE(store2, EVENT_STORE, uint16_t, 2)
RECORDED_STORE(store4, EVENT_STORE, uint32_t, 4)
RECORDED_STORE(store8, EVENT_STORE, uint64_t, 8)
RECORDED_STORE(stream4, EVENT_STREAM, uint32_t, 4)
RECORDED_STORE(stream8, EVENT_STREAM, uint64_t, 8)

INLINE void fence(void)
{
	record(EVENT_FENCE, NULL, 0);
}

/* ---- fetch.h -------------------------------------------------------------- */

#define PMEM2_X86_FETCH_H

INLINE void fetch_line(const char *p)
{
	record(EVENT_FETCH, p, 1);
}

/* ---- flush.h -------------------------------------------------------------- */

#define PMEM2_X86_FLUSH_H

#define FLUSHES_clflush 1
#define FLUSHES_clflushopt 1
#define FLUSHES_clwb 1
#define FLUSHES_none 0

#define RECORDED_FLUSH(instruction, kind)                                                          \
	INLINE void flush_line_##instruction(const void *p)                                        \
	{                                                                                          \
		record(kind, p, 1);                                                                \
	}

RECORDED_FLUSH(clflush, EVENT_CLFLUSH)
RECORDED_FLUSH(clflushopt, EVENT_CLFLUSHOPT)
RECORDED_FLUSH(clwb, EVENT_CLWB)

INLINE void flush_line_none(const void *p)
{
	(void)p;
}

/* ---- vec16.h -------------------------------------------------------------- */

#define PMEM2_X86_VEC16_H

typedef struct {
	uint64_t words[2];
} v16;

INLINE v16 repeat16(uint64_t word)
{
	return (v16){{word, word}};
}

RECORDED_LOAD(v16, 16)
RECORDED_STORE(store16, EVENT_STORE, v16, 16)
RECORDED_STORE(stream16, EVENT_STREAM, v16, 16)

/* ---- registers that some instruction sets have ---------------------------- */

#define RECORDED_VECTOR(bytes)                                                                     \
	typedef struct {                                                                           \
		uint64_t words[bytes / 8];                                                         \
	} v##bytes;                                                                                \
                                                                                                   \
	INLINE void load##bytes(v##bytes *v, const char *s)                                        \
	{                                                                                          \
		record_load(v, s, bytes);                                                          \
	}                                                                                          \
                                                                                                   \
	INLINE void repeat##bytes(v##bytes *v, uint64_t word)                                      \
	{                                                                                          \
		for (size_t i = 0; i < bytes / 8; i++)                                             \
			v->words[i] = word;                                                        \
	}                                                                                          \
                                                                                                   \
	INLINE void store##bytes(char *d, const v##bytes *v)                                       \
	{                                                                                          \
		record_store(EVENT_STORE, d, v, bytes);                                            \
	}                                                                                          \
                                                                                                   \
	INLINE void stream##bytes(char *d, const v##bytes *v)                                      \
	{                                                                                          \
		record_store(EVENT_STREAM, d, v, bytes);                                           \
	}

#endif
