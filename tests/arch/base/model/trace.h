/* SPDX-License-Identifier: BSD-3-Clause */
/* What a call did, in the order in which it did it. */
#ifndef PMEM2_TEST_MODEL_TRACE_H
#define PMEM2_TEST_MODEL_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_STORE,
	EVENT_STREAM,
	EVENT_ORDER, /* of write-backs behind stores */
	EVENT_WRITE_BACK,
	EVENT_FENCE,
};

struct event {
	enum event_kind kind;
	uintptr_t address;
	size_t width;
};

#define TRACE_MAX 65536

struct trace {
	struct event events[TRACE_MAX];
	size_t count;
	bool overflow;
};

extern struct trace recorded;

#endif
