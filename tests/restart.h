/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A test program started again, or a copy of it, with another environment: the
 * library is loaded anew then. It does one task, replies with a text, and runs no test.
 */
#ifndef PMEM2_TEST_RESTART_H
#define PMEM2_TEST_RESTART_H

struct reply {
	char text[256];
};

/* In test_suite: what to do, NULL in the program that was started first; then the reply. */
const char *restart_task(void);
_Noreturn void restart_reply(const char *text);

/* The path of the running program. */
const char *restart_own_program(void);

/* Have `program` do the task with these variables alone, NULL behind the last, six at most. */
void restart(const char *program, const char *task, const char *const *variables,
	     struct reply *reply);

#endif
