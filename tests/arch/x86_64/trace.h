/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a function does to memory, instruction by instruction: it runs under the
 * CPU's trap flag, and each instruction is decoded before it executes.
 */
#ifndef PMEM2_TEST_TRACE_H
#define PMEM2_TEST_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_LOAD,
	EVENT_FETCH, /* a hint that a line will be needed */
	EVENT_STORE,
	EVENT_STREAM, /* a store that bypasses the cache */
	EVENT_CLFLUSH,
	EVENT_CLFLUSHOPT,
	EVENT_CLWB,
	EVENT_FENCE,
	EVENT_OTHER_FENCE /* orders memory, but is no store fence */
};

struct event {
	enum event_kind kind;
	uintptr_t address;
	size_t width;
};

#define TRACE_MAX 8192
#define TRACE_WINDOWS 2

/* Memory whose accesses are of interest. */
struct window {
	uintptr_t start, end;
};

struct trace {
	struct event events[TRACE_MAX];
	size_t count;
	size_t instructions;
	size_t stack; /* bytes below the caller's frame, return address included */
	bool overflow;
	bool undecoded;
	void (*watched)(void); /* set by the caller: a function */
	bool reached;          /* whether it was executed */
	/*
	 * Set by the caller, also while the call is traced: accesses to other memory are not
	 * recorded then, nor are the fences of locks. All zero: all accesses are.
	 */
	struct window windows[TRACE_WINDOWS];
};

/* Whether the trap flag works here; it does not under emulators and valgrind. */
bool trace_works(void);

/*
 * Calls `function` with up to four arguments and returns what it returns.
 * Accesses to the stack are not recorded.
 */
uintptr_t trace_call(struct trace *trace, void (*function)(void), uintptr_t a, uintptr_t b,
		     uintptr_t c, uintptr_t d);

#endif
