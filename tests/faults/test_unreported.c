/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures beneath functions that return nothing. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"
#include "support.h"
#include "world.h"

#define CANARY 1234

static struct world world;

static void set_up(void)
{
	world_prepare_file(&world);
	world_add_map(&world);
}

static void tear_down(void)
{
	world_tear_down(&world);
}

/* Run `act` in a child process and give back how it ended and what it wrote on stderr. */
static int run_apart(void (*act)(void), char *text, size_t size)
{
	int pipe_ends[2];
	int status;
	ssize_t got;
	pid_t child;

	ck_assert_int_eq(pipe(pipe_ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(pipe_ends[1], STDERR_FILENO);
		act();
		_exit(0);
	}
	close(pipe_ends[1]);
	memset(text, 0, size);
	for (size_t used = 0; (got = read(pipe_ends[0], text + used, size - 1 - used)) > 0;)
		used += (size_t)got;
	close(pipe_ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

static void persist(void)
{
	pmem2_get_persist_fn(world.map)(pmem2_map_get_address(world.map), WORLD_FILE_SIZE);
}

static void persist_on_broken_media(void)
{
	faults_arm(1, "msync", EIO);
	persist();
}

START_TEST(persist_stops_the_program_rather_than_lose_data_silently)
{
	char text[512];
	int status = run_apart(persist_on_broken_media, text, sizeof(text));

	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status 0x%x, \"%s\"",
		      (unsigned)status, text);
	ck_assert_msg(strstr(text, "libpmem2: ") != NULL && strstr(text, strerror(EIO)) != NULL,
		      "\"%s\"", text);
}
END_TEST

START_TEST(persist_outlasts_interruptions_and_keeps_errno)
{
	errno = CANARY;
	faults_arm(1, "msync", EINTR);
	persist();
	ck_assert_int_eq(errno, CANARY);
	ck_assert_str_eq(faults_disarm(), "msync");
	ck_assert(faults_synced(pmem2_map_get_address(world.map), WORLD_FILE_SIZE));
}
END_TEST

START_TEST(persist_asks_again_when_the_system_missed_a_page)
{
	errno = CANARY;
	faults_arm(1, "msync", ENOMEM);
	persist();
	ck_assert_int_eq(errno, CANARY);
	ck_assert_str_eq(faults_disarm(), "msync");
	ck_assert(faults_synced(pmem2_map_get_address(world.map), WORLD_FILE_SIZE));
}
END_TEST

static unsigned perror_fault;

static void print_message(void)
{
	assert_failure(pmem2_config_set_protection(world.cfg, 1), PMEM2_E_INVALID_PROT_FLAG, "");
	faults_arm(perror_fault, NULL, EIO);
	pmem2_perror("during %s", "a test");
}

START_TEST(perror_survives_each_failure)
{
	char text[512];

	perror_fault = (unsigned)_i;
	ck_assert_int_eq(run_apart(print_message, text, sizeof(text)), 0);
}
END_TEST

START_TEST(perror_prints_the_message_without_memory)
{
	char text[512];

	perror_fault = (unsigned)_i;
	ck_assert_int_eq(run_apart(print_message, text, sizeof(text)), 0);
	ck_assert_msg(strstr(text, ": config: protection 0x1 ") != NULL, "\"%s\"", text);
}
END_TEST

static const int stops[] = {EINTR, 0};
static int stop;

static void print_with_a_stop(void)
{
	assert_failure(pmem2_config_set_protection(world.cfg, 1), PMEM2_E_INVALID_PROT_FLAG, "");
	faults_arm(1, "write", stop);
	pmem2_perror("during %s", "a test");
	ck_assert_str_eq(faults_disarm(), "write");
}

START_TEST(perror_goes_on_where_a_write_was_stopped)
{
	char expected[512];
	char text[512];

	stop = stops[_i];
	ck_assert_int_eq(run_apart(print_with_a_stop, text, sizeof(text)), 0);
	(void)pmem2_config_set_protection(world.cfg, 1);
	snprintf(expected, sizeof(expected), "during a test: %s\n", pmem2_errormsg());
	ck_assert_str_eq(text, expected);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("unreported");
	TCase *persisting = tcase_create("persist");
	TCase *printing = tcase_create("perror");

	tcase_add_checked_fixture(persisting, set_up, tear_down);
	tcase_add_test(persisting, persist_stops_the_program_rather_than_lose_data_silently);
	tcase_add_test(persisting, persist_outlasts_interruptions_and_keeps_errno);
	tcase_add_test(persisting, persist_asks_again_when_the_system_missed_a_page);
	suite_add_tcase(suite, persisting);
	tcase_add_checked_fixture(printing, set_up, tear_down);
	tcase_add_loop_test(printing, perror_survives_each_failure, 1, 5);
	tcase_add_loop_test(printing, perror_prints_the_message_without_memory, 1, 3);
	tcase_add_loop_test(printing, perror_goes_on_where_a_write_was_stopped, 0, 2);
	suite_add_tcase(suite, printing);
	return suite;
}
