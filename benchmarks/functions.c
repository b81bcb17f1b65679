/* SPDX-License-Identifier: BSD-3-Clause */
#include "functions.h"

#include <err.h>
#include <stdlib.h>

/* By its place: with lib/ among the include directories, lib/err.h would hide <err.h>. */
#include "../lib/arch.h"

static struct bench_functions functions_of(const struct bench_library *library,
					   enum bench_role role, enum pmem2_granularity granularity)
{
	static char memory[4096] __attribute__((aligned(4096)));
	struct bench_functions functions = {.name = library->name, .role = role};
	struct pmem2_source *source;
	struct pmem2_map *map;

	if (library->source_from_anon(&source, sizeof(memory)) != 0 ||
	    library->map_from_existing(&map, source, memory, sizeof(memory), granularity) != 0)
		errx(EXIT_FAILURE, "%s: %s", library->name, library->errormsg());
	functions.memmove = library->get_memmove_fn(map);
	functions.memset = library->get_memset_fn(map);
	functions.persist = library->get_persist_fn(map);
	functions.drain = library->get_drain_fn(map);
	if (library->map_delete(&map) != 0 || library->source_delete(&source) != 0)
		errx(EXIT_FAILURE, "%s: %s", library->name, library->errormsg());
	return functions;
}

static bool same(const struct bench_functions *a, const struct bench_functions *b)
{
	return a->memmove == b->memmove && a->memset == b->memset && a->persist == b->persist;
}

static size_t rows(enum pmem2_granularity granularity, struct bench_functions *functions,
		   size_t max)
{
	const struct pmem2_arch_row *row;
	size_t count = 0;

	for (size_t i = 0; count < max && (row = pmem2_arch_row_at(i)) != NULL; i++) {
		const struct pmem2_arch_ops *ops =
			granularity == PMEM2_GRANULARITY_BYTE ? &row->byte : &row->cache_line;
		struct bench_functions *next = &functions[count];
		size_t earlier = 0;

		if (!pmem2_arch_row_runs_here(row) || ops->persist == NULL)
			continue;
		*next = (struct bench_functions){row->name,   BENCH_OURS,   ops->memmove,
						 ops->memset, ops->persist, ops->drain};
		while (earlier < count && !same(&functions[earlier], next))
			earlier++;
		count += earlier == count;
	}
	return count;
}

size_t bench_functions(const struct bench *bench, enum pmem2_granularity granularity,
		       struct bench_functions *functions)
{
	size_t count = 0;

	functions[count++] = functions_of(&bench_ours, BENCH_OURS, granularity);
	if (bench->has_peer)
		functions[count++] = functions_of(&bench->peer, BENCH_PEER, granularity);
	if (bench->options.full)
		count += rows(granularity, functions + count, BENCH_MAX_FUNCTIONS - count);
	return count;
}
