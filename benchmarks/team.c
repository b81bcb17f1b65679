/* SPDX-License-Identifier: BSD-3-Clause */
#include "team.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>

static void must(int error, const char *action)
{
	errno = error;
	if (error != 0)
		err(EXIT_FAILURE, "%s", action);
}

static size_t share(const struct bench_team *team, size_t index)
{
	return team->calls / team->count + (index < team->calls % team->count);
}

static void *work(void *argument)
{
	const struct bench_member *member = argument;
	struct bench_team *team = member->team;

	for (;;) {
		(void)pthread_barrier_wait(&team->start);
		if (team->run == NULL)
			return NULL;
		team->run(team->context, member->index, share(team, member->index));
		(void)pthread_barrier_wait(&team->end);
	}
}

void bench_team_start(struct bench_team *team, size_t count)
{
	team->count = count;
	if (count == 1)
		return;
	must(pthread_barrier_init(&team->start, NULL, (unsigned)count + 1), "barrier");
	must(pthread_barrier_init(&team->end, NULL, (unsigned)count + 1), "barrier");
	for (size_t i = 0; i < count; i++) {
		struct bench_member *member = &team->members[i];
		member->team = team;
		member->index = i;
		must(pthread_create(&member->thread, NULL, work, member), "starting a thread");
	}
}

void bench_team_stop(struct bench_team *team)
{
	if (team->count == 1)
		return;
	team->run = NULL;
	(void)pthread_barrier_wait(&team->start);
	for (size_t i = 0; i < team->count; i++)
		must(pthread_join(team->members[i].thread, NULL), "joining a thread");
	(void)pthread_barrier_destroy(&team->start);
	(void)pthread_barrier_destroy(&team->end);
}

void bench_team_run(struct bench_team *team, bench_member_fn run, void *context, size_t calls)
{
	if (team->count == 1) {
		run(context, 0, calls);
		return;
	}
	team->run = run;
	team->context = context;
	team->calls = calls;
	(void)pthread_barrier_wait(&team->start);
	(void)pthread_barrier_wait(&team->end);
}
