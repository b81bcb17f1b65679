/* SPDX-License-Identifier: BSD-3-Clause */
#include "sigbus.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lock.h"
#include "trace.h"

/*
 * The handler looks at this in threads that never armed a guard, and must not
 * make glibc allocate the thread's storage there. musl allocates up front, and cannot load
 * libraries that use the other model.
 */
#ifdef __GLIBC__
#define HANDLER_SAFE __attribute__((tls_model("initial-exec")))
#else
#define HANDLER_SAFE
#endif

struct guard {
	sigjmp_buf escape;
	uintptr_t start;
	uintptr_t end;
};

static _Thread_local struct guard *volatile armed HANDLER_SAFE;

static struct sigaction earlier;
static bool installed;

/* Let the signal kill the process, as if nobody handled it. */
static void take_default_action(int signal)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	(void)sigaction(signal, &action, NULL);
	(void)raise(signal);
}

/* A one-shot handler that returns counts on the default action being next. */
static struct sigaction take_earlier(void)
{
	struct sigaction taken = earlier;

	if ((taken.sa_flags & (int)SA_RESETHAND) != 0) {
		earlier.sa_flags = 0;
		earlier.sa_handler = SIG_DFL;
	}
	return taken;
}

static void pass_on(int signal, siginfo_t *info, void *context)
{
	const struct sigaction next = take_earlier();
	bool sent = info->si_code <= 0; /* by kill or raise, not by an access */

	if ((next.sa_flags & SA_SIGINFO) != 0)
		next.sa_sigaction(signal, info, context);
	else if (next.sa_handler == SIG_IGN && sent)
		return;
	else if (next.sa_handler == SIG_DFL || next.sa_handler == SIG_IGN)
		take_default_action(signal);
	else
		next.sa_handler(signal);
}

/*
 * Poison that the running thread has just consumed is reported at the start of
 * its page, and in any of the process's mappings of that page (Linux
 * mm/memory-failure.c); only other faults come with the address accessed.
 */
static bool is_guarded(const struct guard *guard, const siginfo_t *info)
{
	uintptr_t at = (uintptr_t)info->si_addr;

	if (guard == NULL || info->si_code <= 0)
		return false;
	return info->si_code == BUS_MCEERR_AR || (at >= guard->start && at < guard->end);
}

static void handle(int signal, siginfo_t *info, void *context)
{
	struct guard *guard = armed;
	int error = errno;

	if (is_guarded(guard, info))
		siglongjmp(guard->escape, 1);
	armed = NULL; /* the earlier handler may leave by a jump, and the guarded access with it */
	pass_on(signal, info, context);
	armed = guard;
	errno = error;
}

/*
 * What we pass on meets the earlier handler with the signals blocked that it asked for. No
 * system call fails for our handler's sake where a signal was ignored before.
 */
static struct sigaction action_before(const struct sigaction *next)
{
	struct sigaction action = *next;

	action.sa_sigaction = handle;
	action.sa_flags = (next->sa_flags & SA_NODEFER) | SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	return action;
}

/* The earlier action is known before our handler can run. */
static int put_before_earlier(void)
{
	struct sigaction action;

	if (sigaction(SIGBUS, NULL, &earlier) != 0)
		return -errno;
	action = action_before(&earlier);
	return sigaction(SIGBUS, &action, NULL) != 0 ? -errno : 0;
}

static int install(void)
{
	int ret = pmem2_lock_prepare();

	if (ret != 0)
		return ret;
	pmem2_lock();
	if (!installed) {
		ret = put_before_earlier();
		installed = ret == 0;
		PMEM2_TRACE_DONE("handler of SIGBUS: %d", ret);
	}
	pmem2_unlock();
	return ret;
}

static int run_guarded(struct guard *guard, void (*access)(void *data), void *data)
{
	if (sigsetjmp(guard->escape, 0) != 0) {
		armed = NULL;
		return -EIO;
	}
	armed = guard;
	access(data);
	armed = NULL;
	return 0;
}

int pmem2_sigbus_guard(const void *addr, size_t length, void (*access)(void *data), void *data)
{
	struct guard guard;
	sigset_t sigbus;
	sigset_t before;
	int ret = install();

	if (ret != 0)
		return ret;
	guard.start = (uintptr_t)addr;
	guard.end = (uintptr_t)addr + length;
	sigemptyset(&sigbus);
	sigaddset(&sigbus, SIGBUS);
	ret = pthread_sigmask(SIG_UNBLOCK, &sigbus, &before);
	if (ret != 0)
		return -ret;
	ret = run_guarded(&guard, access, data);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}
