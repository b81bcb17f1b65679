/* SPDX-License-Identifier: BSD-3-Clause */
#include "system_calls.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNKNOWN (-1)

/* What PTRACE_O_TRACESYSGOOD makes of the stops before and after a system call. */
#define SYSTEM_CALL_STOP (SIGTRAP | 0x80)

struct subject {
	void (*run)(void *context, size_t calls);
	void *context;
	size_t calls;
};

/* The first call may set things up; only what follows the stop is counted. */
_Noreturn static void be_traced(const struct subject *subject)
{
	subject->run(subject->context, 1);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0)
		subject->run(subject->context, subject->calls);
	_exit(0);
}

/* Let the child run to its next stop; false when it has ended. */
static bool go_on(pid_t child, int *status)
{
	return ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0 &&
	       waitpid(child, status, 0) == child && WIFSTOPPED(*status);
}

static long count_stops(pid_t child)
{
	long stops = 0;
	int status;

	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return UNKNOWN;
	if (ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0)
		return UNKNOWN;
	while (go_on(child, &status))
		stops += WSTOPSIG(status) == SYSTEM_CALL_STOP;
	return WIFEXITED(status) ? stops : UNKNOWN;
}

static long trace(const struct subject *subject)
{
	pid_t child = fork();
	long stops;

	if (child < 0)
		return UNKNOWN;
	if (child == 0)
		be_traced(subject);
	stops = count_stops(child);
	if (stops == UNKNOWN && waitpid(child, NULL, WNOHANG) == 0) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	return stops;
}

double bench_count_system_calls(void (*run)(void *context, size_t calls), void *context)
{
	enum { MORE = 10 };
	struct subject subject = {.run = run, .context = context, .calls = 1};
	long once = trace(&subject);
	long often;

	subject.calls = 1 + MORE;
	often = trace(&subject);
	if (once == UNKNOWN || often == UNKNOWN)
		return UNKNOWN;
	return (double)(often - once) / (2.0 * MORE);
}
