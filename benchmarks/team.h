/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that wait between turns, so that starting them is not measured. */
#ifndef PMEM2_BENCH_TEAM_H
#define PMEM2_BENCH_TEAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define BENCH_MAX_THREADS 64

/* One thread's share of the calls. */
typedef void (*bench_member_fn)(void *context, size_t thread, size_t calls);

struct bench_team;

struct bench_member {
	struct bench_team *team;
	size_t index;
	pthread_t thread;
};

struct bench_team {
	pthread_barrier_t start;
	pthread_barrier_t end;
	struct bench_member members[BENCH_MAX_THREADS];
	size_t count;
	bench_member_fn run; /* NULL ends the threads */
	void *context;
	size_t calls;
};

/* With a `count` of 1 there is no thread but the caller's. */
void bench_team_start(struct bench_team *team, size_t count);
void bench_team_stop(struct bench_team *team);

/* Have the members make `calls` calls in all; returns when all are done. */
void bench_team_run(struct bench_team *team, bench_member_fn run, void *context, size_t calls);

#endif
