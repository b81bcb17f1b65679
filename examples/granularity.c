/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: one program for every kind of media. A config accepts PAGE and what is
 * stronger; what was granted decides how to store. At BYTE and CACHE_LINE each update may
 * be made durable by itself. At PAGE that would cost a system call and a write of a whole
 * page, so updates are collected in memory and written a page at a time.
 *
 * granularity FILE
 */
#include "cli.h"
#include "file.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNTERS 512
#define UPDATES 4096

/* Some updates at pseudo-random places. */
static size_t next_index(size_t index)
{
	return (index * 5 + 3) % COUNTERS;
}

static size_t store_each(struct pmem2_map *map)
{
	pmem2_persist_fn persist = pmem2_get_persist_fn(map);
	uint64_t *counters = pmem2_map_get_address(map);

	for (size_t i = 0, index = 0; i < UPDATES; i++, index = next_index(index)) {
		counters[index]++;
		persist(&counters[index], sizeof(counters[index]));
	}
	return UPDATES;
}

/* Gives up that the first updates are durable before the last one is made. */
static size_t store_collected(struct pmem2_map *map)
{
	uint64_t *counters = pmem2_map_get_address(map);
	uint64_t collected[COUNTERS];

	memcpy(collected, counters, sizeof(collected));
	for (size_t i = 0, index = 0; i < UPDATES; i++, index = next_index(index))
		collected[index]++;
	pmem2_get_memcpy_fn(map)(counters, collected, sizeof(collected), 0);
	return 1;
}

static size_t store(struct pmem2_map *map)
{
	switch (pmem2_map_get_store_granularity(map)) {
	case PMEM2_GRANULARITY_BYTE:
		puts("granularity BYTE: each update is durable after a fence");
		return store_each(map);
	case PMEM2_GRANULARITY_CACHE_LINE:
		puts("granularity CACHE_LINE: the line of each update is written back");
		return store_each(map);
	default:
		puts("granularity PAGE: updates are collected and written at once");
		return store_collected(map);
	}
}

int main(int argc, char **argv)
{
	const char *usage = "granularity FILE";
	struct pmem2_map *map;

	cli_answer(argc, argv, usage);
	if (argc != 2 || argv[1][0] == '-')
		errx(2, "usage: %s", usage);
	int fd = file_create(argv[1], COUNTERS * sizeof(uint64_t), 0);
	if (file_map(&map, fd, PMEM2_GRANULARITY_PAGE, PMEM2_PROT_READ | PMEM2_PROT_WRITE))
		errx(1, "%s: %s", argv[1], pmem2_errormsg());
	close(fd);
	size_t times = store(map);
	printf("%d updates, made durable %zu times\n", UPDATES, times);
	if (pmem2_map_delete(&map))
		errx(1, "%s", pmem2_errormsg());
	return 0;
}
