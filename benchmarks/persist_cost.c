/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "files.h"
#include "harness.h"
#include "team.h"

#define QUESTION                                                                                   \
	"What does persisting at PAGE granularity cost, compared with msync alone: from one and\n" \
	"from many threads, with one map and with 100,000, and over a range of many maps?"

#define PAGE ((size_t)4096)
#define PAGES 100000
#define FILE_SIZE (PAGE * PAGES)
#define SMALL 64
#define LARGE ((size_t)1 << 20)
#define THREADS 16

/* Waking so many threads takes a while. */
#define TEAM_BATCH_NS 20000000U

/* Pages between one call and the next, a prime: no two threads stay side by side. */
#define STRIDE 7919

struct target {
	struct bench_team *team;
	char *start;
	size_t length; /* of each call */
	pmem2_persist_fn persist;
};

static char *place(const struct target *target, size_t thread, size_t call)
{
	size_t pages = PAGES - target->length / PAGE;

	return target->start + (thread * (PAGES / THREADS) + call * STRIDE) % pages * PAGE;
}

static void msync_calls(void *context, size_t thread, size_t calls)
{
	const struct target *target = context;

	for (size_t i = 0; i < calls; i++) {
		if (msync(place(target, thread, i), target->length, MS_SYNC) != 0)
			err(EXIT_FAILURE, "msync");
	}
}

static void persist_calls(void *context, size_t thread, size_t calls)
{
	const struct target *target = context;

	for (size_t i = 0; i < calls; i++)
		target->persist(place(target, thread, i), target->length);
}

static void run_bare(void *context, size_t calls)
{
	struct target *target = context;

	bench_team_run(target->team, msync_calls, target, calls);
}

static void run_library(void *context, size_t calls)
{
	struct target *target = context;

	bench_team_run(target->team, persist_calls, target, calls);
}

/* A file, mapped by each library. */
struct ground {
	int fd;
	const char *file_system;
	size_t maps;
	struct bench_live_maps ours;
	struct bench_live_maps peers;
};

static struct target target_of(const struct bench_live_maps *live, struct bench_team *team,
			       size_t length)
{
	return (struct target){
		.team = team,
		.start = live->start,
		.length = length,
		.persist = live->library->get_persist_fn(live->maps[0]),
	};
}

static void compare(struct bench *bench, const struct ground *ground, size_t threads, size_t length)
{
	struct bench_team team;
	struct target ours = target_of(&ground->ours, &team, length);
	struct target peer;
	char name[64];
	struct bench_case c = {.name = name, .size = length};

	snprintf(name, sizeof(name), "%s %zu map%s %zu thread%s", ground->file_system, ground->maps,
		 ground->maps == 1 ? "" : "s", threads, threads == 1 ? "" : "s");
	c.batch_ns = threads == 1 ? 0 : TEAM_BATCH_NS;
	c.counts_system_calls = threads == 1;
	bench_add(&c, "ours", BENCH_OURS, run_library, &ours);
	bench_add(&c, "bare", BENCH_FLOOR, run_bare, &ours);
	if (bench->has_peer) {
		peer = target_of(&ground->peers, &team, length);
		bench_add(&c, "peer", BENCH_PEER, run_library, &peer);
	}
	bench_team_start(&team, threads);
	bench_run(bench, &c);
	bench_team_stop(&team);
}

static void compare_with_maps(struct bench *bench, struct ground *ground, size_t maps)
{
	size_t length = FILE_SIZE / maps;

	ground->maps = maps;
	bench_say(bench, "making the maps");
	bench_live_maps_make(&ground->ours, &bench_ours, ground->fd, length, maps);
	if (bench->has_peer)
		bench_live_maps_make(&ground->peers, &bench->peer, ground->fd, length, maps);
	compare(bench, ground, 1, SMALL);
	compare(bench, ground, THREADS, SMALL);
	compare(bench, ground, 1, LARGE);
	bench_say(bench, "deleting the maps");
	if (bench->has_peer)
		bench_live_maps_delete(&ground->peers);
	bench_live_maps_delete(&ground->ours);
}

static void compare_in(struct bench *bench, const char *dir)
{
	int fd = bench_file(dir, FILE_SIZE);
	struct ground ground = {.fd = fd, .file_system = bench_file_system(fd)};

	compare_with_maps(bench, &ground, 1);
	compare_with_maps(bench, &ground, PAGES);
	(void)close(fd);
}

int main(int argc, char **argv)
{
	struct bench bench;
	size_t dirs;

	bench_open(&bench, argc, argv, QUESTION, "bare");
	dirs = bench.options.full ? bench.options.dir_count : 1;
	bench_expect(&bench, 6 * dirs);
	for (size_t i = 0; i < dirs; i++)
		compare_in(&bench, bench.options.dirs[i]);
	return bench_close(&bench);
}
