/* SPDX-License-Identifier: BSD-3-Clause */
#include "team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

static pthread_t members[TEAM_SIZE];
static unsigned numbers[TEAM_SIZE];
static pthread_barrier_t start;
static void (*task)(unsigned number);
static atomic_bool done;

static pthread_mutex_t complaint_lock = PTHREAD_MUTEX_INITIALIZER;
static char complaint[512];

void team_require(bool met, const char *condition, const char *file, int line)
{
	if (met)
		return;
	pthread_mutex_lock(&complaint_lock);
	if (complaint[0] == '\0') {
		snprintf(complaint, sizeof(complaint), "%s:%d: %s does not hold (%s)", file, line,
			 condition, pmem2_errormsg());
		/* A child process has no other way to tell. */
		fprintf(stderr, "%s\n", complaint);
	}
	pthread_mutex_unlock(&complaint_lock);
}

bool team_is_well(void)
{
	bool well;

	pthread_mutex_lock(&complaint_lock);
	well = complaint[0] == '\0';
	pthread_mutex_unlock(&complaint_lock);
	return well;
}

bool team_is_done(void)
{
	return atomic_load(&done);
}

static void *be_member(void *number)
{
	pthread_barrier_wait(&start);
	task(*(unsigned *)number);
	return NULL;
}

void team_start(void (*work)(unsigned number))
{
	task = work;
	atomic_store(&done, false);
	ck_assert_int_eq(pthread_barrier_init(&start, NULL, TEAM_SIZE), 0);
	for (unsigned i = 0; i < TEAM_SIZE; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&members[i], NULL, be_member, &numbers[i]), 0);
	}
}

static void join(void)
{
	for (unsigned i = 0; i < TEAM_SIZE; i++)
		ck_assert_int_eq(pthread_join(members[i], NULL), 0);
	pthread_barrier_destroy(&start);
	ck_assert_msg(team_is_well(), "%s", complaint);
}

void team_finish(void)
{
	atomic_store(&done, true);
	join();
}

void team_run(void (*work)(unsigned number))
{
	team_start(work);
	join();
}
