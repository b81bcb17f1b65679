/* SPDX-License-Identifier: BSD-3-Clause */
#include "trace.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_THREADS 64

/* Nobody else makes this call, and it does nothing. */
#define MARK SYS_personality
#define MARK_ARGUMENT 0xffffffffUL

/* What PTRACE_O_TRACESYSGOOD makes of the stops before and after a system call. */
#define SYSTEM_CALL_STOP (SIGTRAP | 0x80)

struct observer {
	struct trace *trace;
	size_t threads;
	struct {
		pid_t id;
		bool recording;
	} thread[MAX_THREADS];
};

void trace_mark(void)
{
	(void)syscall(MARK, MARK_ARGUMENT);
}

_Noreturn void trace_fail(void)
{
	_exit(1);
}

_Noreturn static void be_traced(void (*body)(void))
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
		trace_fail();
	body();
	_exit(0);
}

/* Whether a thread is between marks; NULL when there are too many threads. */
static bool *recording(struct observer *observer, pid_t id)
{
	size_t i = 0;

	while (i < observer->threads && observer->thread[i].id != id)
		i++;
	if (i == MAX_THREADS)
		return NULL;
	if (i == observer->threads) {
		observer->thread[i].id = id;
		observer->threads++;
	}
	return &observer->thread[i].recording;
}

static bool record(struct trace *trace, pid_t thread, long number)
{
	if (trace->count == TRACE_MAX)
		return false;
	trace->calls[trace->count].thread = thread;
	trace->calls[trace->count].number = number;
	trace->count++;
	return true;
}

static bool observe_call(struct observer *observer, pid_t thread)
{
	struct __ptrace_syscall_info info;
	bool *on = recording(observer, thread);

	if (on == NULL || ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0)
		return false;
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return true;
	if (info.entry.nr == MARK)
		*on = !*on;
	else if (*on)
		return record(observer->trace, thread, (long)info.entry.nr);
	return true;
}

/* The signal to deliver when a stopped thread goes on: its own, but not those of tracing. */
static int pending_signal(int status)
{
	int signal = WSTOPSIG(status);

	return signal == SYSTEM_CALL_STOP || signal == SIGTRAP || signal == SIGSTOP ? 0 : signal;
}

/* Follow all threads until the child ends; true when it ended well. */
static bool observe(struct observer *observer, pid_t child)
{
	bool good = true;
	int status;
	pid_t thread;

	while ((thread = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			if (WSTOPSIG(status) == SYSTEM_CALL_STOP)
				good = observe_call(observer, thread) && good;
			(void)ptrace(PTRACE_SYSCALL, thread, NULL,
				     (void *)(intptr_t)pending_signal(status));
		} else if (thread == child) {
			return good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
		}
	}
	return false;
}

void trace_run(struct trace *trace, void (*body)(void))
{
	struct observer observer = {.trace = trace};
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	pid_t child = fork();
	int status;

	memset(trace, 0, sizeof(*trace));
	if (child == 0)
		be_traced(body);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return;
	if (ptrace(PTRACE_SETOPTIONS, child, NULL, options) == 0 &&
	    ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0) {
		trace->complete = observe(&observer, child);
	} else {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
}

static void make_one_call(void)
{
	trace_mark();
	(void)syscall(SYS_getppid);
	trace_mark();
}

bool trace_is_allowed(void)
{
	static struct trace trace;

	trace_run(&trace, make_one_call);
	return trace.complete && trace.count == 1 && trace.calls[0].number == SYS_getppid;
}
