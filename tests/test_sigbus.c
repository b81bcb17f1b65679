/* SPDX-License-Identifier: BSD-3-Clause */
#include "sigbus.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define THREADS 8
#define ROUNDS 200

/* A file of one page, mapped as two: touching the second is a SIGBUS. */
static int fd;
static char *good;
static char *bad;

static volatile sig_atomic_t calls;
static void *volatile seen;
static _Thread_local sigjmp_buf escape;

static void setup(void)
{
	fd = pmem2_test_file(PAGE);
	good = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(good, MAP_FAILED);
	bad = good + PAGE;
	calls = 0;
	seen = NULL;
	signal(SIGBUS, SIG_DFL);
}

static void teardown(void)
{
	munmap(good, 2 * PAGE);
	close(fd);
}

static void touch(void *data)
{
	*(volatile char *)data = 1;
}

static void raise_sigbus(void *data)
{
	raise(SIGBUS);
}

static int guard(char *addr)
{
	return pmem2_sigbus_guard(addr, 1, touch, addr);
}

/* Make the bad page good, so that the access succeeds when it is repeated. */
static void mend(int signal)
{
	calls++;
	errno = ENOTTY;
	if (ftruncate(fd, 2 * (off_t)PAGE) != 0)
		_exit(1);
}

static void mend_and_tell(int signal, siginfo_t *info, void *context)
{
	seen = info->si_addr;
	mend(signal);
}

static void count(int signal)
{
	calls++;
}

static void leave(int signal)
{
	__atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST);
	siglongjmp(escape, 1);
}

static void handle_with(void (*handler)(int signal), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	ck_assert_int_eq(sigaction(SIGBUS, &action, NULL), 0);
}

static void handle_with_info(void)
{
	struct sigaction action = {.sa_sigaction = mend_and_tell, .sa_flags = SA_SIGINFO};

	ck_assert_int_eq(sigaction(SIGBUS, &action, NULL), 0);
}

/* Have the library install its handler. */
static void use_guard(void)
{
	ck_assert_int_eq(guard(good), 0);
}

/* ---- the guard ---------------------------------------------------------- */

START_TEST(access_to_good_memory_is_made)
{
	ck_assert_int_eq(guard(good), 0);
	ck_assert_int_eq(*good, 1);
}
END_TEST

START_TEST(access_to_bad_memory_is_eio_each_time)
{
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(guard(bad), -EIO);
		ck_assert_int_eq(guard(good), 0);
	}
}
END_TEST

START_TEST(bad_memory_anywhere_in_the_range_is_eio)
{
	ck_assert_int_eq(pmem2_sigbus_guard(good, 2 * PAGE, touch, bad), -EIO);
	ck_assert_int_eq(pmem2_sigbus_guard(good, 2 * PAGE, touch, bad + PAGE - 1), -EIO);
}
END_TEST

START_TEST(fault_before_the_range_kills)
{
	(void)pmem2_sigbus_guard(bad + 1, 1, touch, bad);
}
END_TEST

START_TEST(fault_behind_the_range_kills)
{
	(void)pmem2_sigbus_guard(bad, 1, touch, bad + 1);
}
END_TEST

START_TEST(blocked_sigbus_is_no_obstacle_and_stays_blocked)
{
	sigset_t blocked;
	sigset_t after;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGBUS);
	sigaddset(&blocked, SIGUSR1);
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, &blocked, NULL), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(guard(i == 0 ? bad : good), i == 0 ? -EIO : 0);
		ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
		ck_assert_int_eq(sigismember(&after, SIGBUS), 1);
		ck_assert_int_eq(sigismember(&after, SIGUSR1), 1);
		ck_assert_int_eq(sigismember(&after, SIGUSR2), 0);
	}
}
END_TEST

START_TEST(open_sigbus_stays_open)
{
	sigset_t after;

	ck_assert_int_eq(guard(bad), -EIO);
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
	ck_assert_int_eq(sigismember(&after, SIGBUS), 0);
}
END_TEST

START_TEST(handler_runs_on_the_alternate_stack)
{
	struct sigaction action;

	use_guard();
	ck_assert_int_eq(sigaction(SIGBUS, NULL, &action), 0);
	ck_assert_int_eq(action.sa_flags & (SA_SIGINFO | SA_ONSTACK), SA_SIGINFO | SA_ONSTACK);
}
END_TEST

/* ---- signals that are not the library's --------------------------------- */

START_TEST(foreign_fault_kills_by_default)
{
	use_guard();
	touch(bad);
}
END_TEST

START_TEST(foreign_fault_kills_when_ignored)
{
	signal(SIGBUS, SIG_IGN);
	use_guard();
	touch(bad);
}
END_TEST

START_TEST(sent_signal_kills_by_default)
{
	use_guard();
	kill(getpid(), SIGBUS);
}
END_TEST

START_TEST(sent_signal_is_ignored_when_ignored)
{
	signal(SIGBUS, SIG_IGN);
	use_guard();
	ck_assert_int_eq(kill(getpid(), SIGBUS), 0);
	ck_assert_int_eq(guard(bad), -EIO);
}
END_TEST

START_TEST(foreign_fault_goes_to_the_earlier_handler)
{
	handle_with(mend, 0);
	use_guard();
	touch(bad);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(*bad, 1);
}
END_TEST

START_TEST(earlier_handler_learns_the_address_of_a_foreign_fault)
{
	handle_with_info();
	use_guard();
	touch(bad + 5);
	ck_assert_int_eq(calls, 1);
	ck_assert_ptr_eq(seen, bad + 5);
}
END_TEST

START_TEST(earlier_handler_learns_of_faults_outside_the_range)
{
	handle_with_info();
	ck_assert_int_eq(pmem2_sigbus_guard(good, PAGE, touch, bad), 0);
	ck_assert_int_eq(calls, 1);
	ck_assert_ptr_eq(seen, bad);
}
END_TEST

START_TEST(earlier_handler_does_not_learn_of_guarded_faults)
{
	handle_with_info();
	ck_assert_int_eq(guard(bad), -EIO);
	ck_assert_int_eq(calls, 0);
}
END_TEST

START_TEST(earlier_handler_gets_a_signal_sent_during_the_access)
{
	handle_with(count, 0);
	ck_assert_int_eq(pmem2_sigbus_guard(good, PAGE, raise_sigbus, NULL), 0);
	ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(earlier_handler_may_leave_by_a_jump)
{
	handle_with(leave, 0);
	use_guard();
	if (sigsetjmp(escape, 1) == 0) {
		touch(bad);
		ck_abort_msg("the access returned");
	}
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(guard(bad), -EIO);
}
END_TEST

static volatile char returned;

/* So deep in the stack that what remains of the guard there is not overwritten soon. */
__attribute__((noinline)) static void fault_behind_the_range_from_afar(void)
{
	volatile char depth[65536];

	depth[0] = 0;
	(void)pmem2_sigbus_guard(bad, 1, touch, bad + 1);
	depth[0]++;
	returned = 1;
}

/* The guard is gone with the access: a later fault in its range is as foreign as any. */
START_TEST(earlier_handler_may_leave_the_guarded_access_by_a_jump)
{
	handle_with(leave, 0);
	returned = 0;
	if (sigsetjmp(escape, 1) == 0)
		fault_behind_the_range_from_afar();
	if (sigsetjmp(escape, 1) == 0)
		touch(bad);
	ck_assert_int_eq(calls, 2);
	ck_assert_int_eq(returned, 0);
	ck_assert_int_eq(guard(bad), -EIO);
}
END_TEST

static volatile int guarded_calls;

/* As above, and without a later call from there. A second return would count too. */
__attribute__((noinline)) static int fail_from_afar(void)
{
	volatile char depth[65536];
	int ret;

	depth[0] = 0;
	ret = guard(bad);
	guarded_calls++;
	depth[0]++;
	return ret;
}

static void assert_caught_once(void)
{
	int ret;

	guarded_calls = 0;
	ret = fail_from_afar();
	ck_assert_int_eq(ret, -EIO);
	ck_assert_int_eq(guarded_calls, 1);
}

START_TEST(later_fault_where_one_was_caught_kills_by_default)
{
	assert_caught_once();
	touch(bad);
}
END_TEST

START_TEST(later_fault_where_one_was_caught_goes_to_the_earlier_handler)
{
	handle_with(mend, 0);
	assert_caught_once();
	touch(bad);
	ck_assert_int_eq(calls, 1);
}
END_TEST

static void mend_and_fault_again(void *data)
{
	touch(bad);
	ck_assert_int_eq(ftruncate(fd, (off_t)PAGE), 0);
	touch(good + PAGE + 100);
}

START_TEST(guard_is_armed_again_when_the_earlier_handler_returns)
{
	handle_with(mend, 0);
	ck_assert_int_eq(pmem2_sigbus_guard(bad + 100, 1, mend_and_fault_again, NULL), -EIO);
	ck_assert_int_eq(calls, 1);
}
END_TEST

static sigset_t blocked;

static void mend_and_look(int signal)
{
	(void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	mend(signal);
}

/* With _i & 1 the handler can be interrupted by its own signal, with _i & 2 it blocks another. */
START_TEST(earlier_handler_runs_with_the_signals_blocked_that_it_asked_for)
{
	struct sigaction action = {.sa_handler = mend_and_look,
				   .sa_flags = _i & 1 ? SA_NODEFER : 0};

	if (_i & 2)
		sigaddset(&action.sa_mask, SIGUSR1);
	ck_assert_int_eq(sigaction(SIGBUS, &action, NULL), 0);
	use_guard();
	touch(bad);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(sigismember(&blocked, SIGBUS), !(_i & 1));
	ck_assert_int_eq(sigismember(&blocked, SIGUSR1), _i / 2);
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
	ck_assert_int_eq(sigismember(&blocked, SIGUSR1), 0);
}
END_TEST

static pthread_t reader;

/* One of the signals arrives while the reader waits, unless the machine is very slow. */
static void *interrupt_and_write(void *pipe_end)
{
	for (int i = 0; i < 20; i++) {
		usleep(1000);
		pthread_kill(reader, SIGBUS);
	}
	return write(*(int *)pipe_end, "x", 1) == 1 ? NULL : pipe_end;
}

START_TEST(ignored_signal_interrupts_no_system_call)
{
	pthread_t writer;
	int ends[2];
	char byte;

	reader = pthread_self();
	signal(SIGBUS, SIG_IGN);
	use_guard();
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(pthread_create(&writer, NULL, interrupt_and_write, &ends[1]), 0);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(pthread_join(writer, NULL), 0);
}
END_TEST

START_TEST(errno_survives_what_handlers_do)
{
	handle_with(mend, 0);
	use_guard();
	errno = EDOM;
	touch(bad);
	ck_assert_int_eq(errno, EDOM);
	ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(one_shot_handler_is_called_once_then_the_fault_kills)
{
	handle_with(count, (int)SA_RESETHAND);
	use_guard();
	touch(bad);
}
END_TEST

START_TEST(handler_installed_later_stays)
{
	struct sigaction action;

	use_guard();
	handle_with(mend, 0);
	use_guard();
	ck_assert_int_eq(sigaction(SIGBUS, NULL, &action), 0);
	ck_assert(action.sa_handler == mend);
}
END_TEST

/* ---- poison --------------------------------------------------------------- */

/* As the kernel tells of poison that the thread has consumed. Valgrind dies of such a signal. */
static void consume_poison(void *data)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = SIGBUS;
	info.si_code = BUS_MCEERR_AR;
	info.si_addr = data;
	(void)syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGBUS, &info);
}

START_TEST(poison_is_caught_wherever_in_its_mappings_the_kernel_reports_it)
{
	int elsewhere;
	void *const addresses[] = {good + 100, good, &elsewhere, NULL};

	ck_assert_int_eq(pmem2_sigbus_guard(good + 100, 1, consume_poison, addresses[_i]), -EIO);
	ck_assert_int_eq(guard(good), 0);
}
END_TEST

/* ---- threads ------------------------------------------------------------ */

static atomic_bool wrong_results;

/* Each thread has bytes of its own, on the good or the bad page. */
static void *guard_often(void *data)
{
	char *addr = data;

	for (int i = 0; i < ROUNDS; i++) {
		if (guard(addr) != (addr >= bad ? -EIO : 0))
			wrong_results = true;
	}
	return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
	pthread_t threads[THREADS];

	wrong_results = false;
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
			pthread_create(&threads[i], NULL, guard_often, (i % 2 ? bad : good) + i),
			0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert(!wrong_results);
}
END_TEST

static void *fault_and_leave(void *data)
{
	if (sigsetjmp(escape, 1) == 0)
		touch(bad);
	return NULL;
}

/* Have a thread that knows nothing of the library touch the bad page. */
static void fault_elsewhere(void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fault_and_leave, NULL) != 0)
		abort();
	(void)pthread_join(thread, NULL);
}

START_TEST(thread_that_never_used_the_library_faults_as_without_it)
{
	handle_with(leave, 0);
	use_guard();
	fault_elsewhere(NULL);
	ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(fault_of_another_thread_in_the_guarded_range_is_not_swallowed)
{
	handle_with(leave, 0);
	ck_assert_int_eq(pmem2_sigbus_guard(good, 2 * PAGE, fault_elsewhere, NULL), 0);
	ck_assert_int_eq(calls, 1);
}
END_TEST

static TCase *new_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	return tcase;
}

static TCase *guard_case(void)
{
	TCase *tcase = new_case("guard");

	tcase_add_test(tcase, access_to_good_memory_is_made);
	tcase_add_test(tcase, access_to_bad_memory_is_eio_each_time);
	tcase_add_test(tcase, bad_memory_anywhere_in_the_range_is_eio);
	tcase_add_test_raise_signal(tcase, fault_before_the_range_kills, SIGBUS);
	tcase_add_test_raise_signal(tcase, fault_behind_the_range_kills, SIGBUS);
	if (!pmem2_test_under_valgrind())
		tcase_add_loop_test(tcase,
				    poison_is_caught_wherever_in_its_mappings_the_kernel_reports_it,
				    0, 4);
	tcase_add_test(tcase, blocked_sigbus_is_no_obstacle_and_stays_blocked);
	tcase_add_test(tcase, open_sigbus_stays_open);
	tcase_add_test(tcase, handler_runs_on_the_alternate_stack);
	tcase_add_test(tcase, threads_do_not_disturb_each_other);
	return tcase;
}

static TCase *foreign_case(void)
{
	TCase *tcase = new_case("foreign signals");

	tcase_add_test_raise_signal(tcase, foreign_fault_kills_by_default, SIGBUS);
	tcase_add_test_raise_signal(tcase, foreign_fault_kills_when_ignored, SIGBUS);
	tcase_add_test_raise_signal(tcase, sent_signal_kills_by_default, SIGBUS);
	tcase_add_test(tcase, sent_signal_is_ignored_when_ignored);
	tcase_add_test(tcase, foreign_fault_goes_to_the_earlier_handler);
	tcase_add_test(tcase, earlier_handler_learns_the_address_of_a_foreign_fault);
	tcase_add_test(tcase, earlier_handler_learns_of_faults_outside_the_range);
	tcase_add_test(tcase, earlier_handler_does_not_learn_of_guarded_faults);
	tcase_add_test(tcase, earlier_handler_gets_a_signal_sent_during_the_access);
	tcase_add_test(tcase, earlier_handler_may_leave_by_a_jump);
	tcase_add_test(tcase, earlier_handler_may_leave_the_guarded_access_by_a_jump);
	tcase_add_test_raise_signal(tcase, later_fault_where_one_was_caught_kills_by_default,
				    SIGBUS);
	tcase_add_test(tcase, later_fault_where_one_was_caught_goes_to_the_earlier_handler);
	tcase_add_test(tcase, guard_is_armed_again_when_the_earlier_handler_returns);
	if (pmem2_test_is_alone()) /* ThreadSanitizer and valgrind block what they like */
		tcase_add_loop_test(tcase,
				    earlier_handler_runs_with_the_signals_blocked_that_it_asked_for,
				    0, 4);
	tcase_add_test(tcase, ignored_signal_interrupts_no_system_call);
	tcase_add_test(tcase, errno_survives_what_handlers_do);
	tcase_add_test_raise_signal(tcase, one_shot_handler_is_called_once_then_the_fault_kills,
				    SIGBUS);
	tcase_add_test(tcase, handler_installed_later_stays);
	tcase_add_test(tcase, thread_that_never_used_the_library_faults_as_without_it);
	tcase_add_test(tcase, fault_of_another_thread_in_the_guarded_range_is_not_swallowed);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("sigbus");

	suite_add_tcase(suite, guard_case());
	suite_add_tcase(suite, foreign_case());
	return suite;
}
