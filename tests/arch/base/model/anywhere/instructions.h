/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_CPU_INSTRUCTIONS_H
#define PMEM2_CPU_INSTRUCTIONS_H

#include "record.h"

typedef struct {
	uint64_t words[2];
} v16;
typedef v16 vector;

INLINE v16 load16(const char *s)
{
	v16 v;

	memcpy(&v, s, sizeof(v));
	return v;
}

INLINE v16 repeat16(uint64_t word)
{
	return (v16){{word, word}};
}

#define load_vector load16
#define repeat_vector repeat16

RECORDED_STORE(store2, EVENT_STORE, uint16_t)
RECORDED_STORE(store4, EVENT_STORE, uint32_t)
RECORDED_STORE(store16, EVENT_STORE, v16)

INLINE void store_pair(char *d, v16 first, v16 second)
{
	record_store(EVENT_STORE, d, &first, 16);
	record_store(EVENT_STORE, d + 16, &second, 16);
}

INLINE void stream_pair(char *d, v16 first, v16 second)
{
	record_store(EVENT_STREAM, d, &first, 16);
	record_store(EVENT_STREAM, d + 16, &second, 16);
}

#endif
