/* SPDX-License-Identifier: BSD-3-Clause */
/* Which system calls a piece of code makes, seen by a tracing parent. */
#ifndef PMEM2_TEST_TRACE_H
#define PMEM2_TEST_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TRACE_MAX 4096

struct trace {
	size_t count;
	bool complete; /* the traced process ended as it should, and no call was dropped */
	struct {
		pid_t thread;
		long number;
	} calls[TRACE_MAX];
};

/* Whether this process may trace its children. */
bool trace_is_allowed(void);

/*
 * Run `body` in a child and record what its threads call while they are between
 * two calls of trace_mark.
 */
void trace_run(struct trace *trace, void (*body)(void));

/* In `body`: start recording this thread's calls, or stop it. */
void trace_mark(void);

/* In `body`: give up, the trace is not complete. */
_Noreturn void trace_fail(void);

#endif
