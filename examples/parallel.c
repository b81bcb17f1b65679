/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: threads that store at once. Each thread has lines of its own, copies with
 * NODRAIN, and drains once a batch: a drain waits for the write-backs of the thread that
 * calls it, never for those of others. A part is reported only behind the drain of the
 * thread that stored it.
 *
 * parallel FILE THREADS
 */
#include "cli.h"
#include "file.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_THREADS 64
#define PIECE ((size_t)4096)
#define BATCH 16
#define BATCHES 8
#define PART (PIECE * BATCH * BATCHES)

struct worker {
	pthread_t thread;
	struct pmem2_map *map;
	size_t number;
	size_t durable; /* bytes of this worker's part */
};

static void *store_part(void *arg)
{
	struct worker *worker = arg;
	pmem2_memset_fn fill = pmem2_get_memset_fn(worker->map);
	pmem2_drain_fn drain = pmem2_get_drain_fn(worker->map);
	char *part = (char *)pmem2_map_get_address(worker->map) + worker->number * PART;

	while (worker->durable < PART) {
		char *batch = part + worker->durable;
		for (size_t i = 0; i < BATCH; i++)
			fill(batch + i * PIECE, 'a' + (int)(worker->number % 26), PIECE,
			     PMEM2_F_MEM_NODRAIN);
		drain();
		worker->durable += BATCH * PIECE;
	}
	return NULL;
}

static void store_in_parallel(struct pmem2_map *map, size_t threads)
{
	struct worker workers[MOST_THREADS] = {0};

	for (size_t i = 0; i < threads; i++) {
		workers[i] = (struct worker){.map = map, .number = i};
		int error = pthread_create(&workers[i].thread, NULL, store_part, &workers[i]);
		if (error)
			errx(1, "thread %zu: %s", i, strerror(error));
	}
	for (size_t i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		printf("thread %zu: %zu bytes durable\n", i, workers[i].durable);
	}
}

int main(int argc, char **argv)
{
	const char *usage = "parallel FILE THREADS, with 1 to 64 threads";
	struct pmem2_map *map;

	cli_answer(argc, argv, usage);
	unsigned long threads = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (threads < 1 || threads > MOST_THREADS)
		errx(2, "usage: %s", usage);
	int fd = file_create(argv[1], threads * PART, 0);
	if (file_map(&map, fd, PMEM2_GRANULARITY_PAGE, PMEM2_PROT_READ | PMEM2_PROT_WRITE))
		errx(1, "%s: %s", argv[1], pmem2_errormsg());
	close(fd);
	store_in_parallel(map, threads);
	if (pmem2_map_delete(&map))
		errx(1, "%s", pmem2_errormsg());
	return 0;
}
