/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "functions.h"
#include "harness.h"
#include "memory.h"

#define QUESTION                                                                                   \
	"How much does the time of a copy or fill of 4 to 64 KiB depend on where it lies? All\n"   \
	"alignments take turns; worst/best should stay under 1.6. With --full: more sizes."

#define LARGEST ((size_t)65536)
#define NAME 96

static const size_t offsets[] = {0, 1, 8, 32, 63};
static const enum bench_placement placements[] = {BENCH_APART, BENCH_APART_ODD, BENCH_ALIASED,
						  BENCH_ALIASED_ODD, BENCH_ALIASED_LINE};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CELLS (COUNT(offsets) * COUNT(placements))

/* One alignment. */
struct filler {
	struct bench_functions functions;
	char *dest;
	const char *src;
	size_t length;
	char name[NAME];
};

/* The times of the extremes, and where the worst lies. */
struct range {
	double best;
	double worst;
	char where[NAME];
};

struct ground {
	struct bench *bench;
	struct bench_field field;
	double worst; /* of ours over its best, in any case */
};

static void run_memmove(void *context, size_t calls)
{
	const struct filler *filler = context;

	for (size_t i = 0; i < calls; i++)
		filler->functions.memmove(filler->dest, filler->src, filler->length, 0);
}

static void run_memset(void *context, size_t calls)
{
	const struct filler *filler = context;

	for (size_t i = 0; i < calls; i++)
		filler->functions.memset(filler->dest, (int)i, filler->length, 0);
}

static struct range range_of(const struct bench_result *results, size_t count)
{
	size_t best = 0;
	size_t worst = 0;
	struct range range;

	for (size_t i = 1; i < count; i++) {
		if (results[i].ns.median < results[best].ns.median)
			best = i;
		if (results[i].ns.median > results[worst].ns.median)
			worst = i;
	}
	range.best = results[best].ns.median;
	range.worst = results[worst].ns.median;
	snprintf(range.where, sizeof(range.where), "%s", results[worst].subject);
	return range;
}

/* One library's copies or fills of one length, everywhere. */
static struct range measure(const struct ground *g, struct bench_cell cell,
			    const struct bench_functions *functions)
{
	static struct filler fillers[CELLS];
	char operation[64];
	char name[NAME];
	struct bench_case c = {.name = name, .size = cell.length};
	struct bench_result results[BENCH_MAX_SUBJECTS];

	bench_cell_operation(&cell, operation, sizeof(operation));
	snprintf(name, sizeof(name), "%s %s", operation, functions->name);
	for (size_t i = 0; i < CELLS; i++) {
		struct filler *filler = &fillers[i];
		cell.offset = offsets[i % COUNT(offsets)];
		cell.placement = placements[i / COUNT(offsets)];
		if (!bench_cell_exists(&cell))
			continue;
		*filler = (struct filler){*functions, bench_cell_dest(&cell, &g->field),
					  bench_cell_src(&cell, &g->field), cell.length, ""};
		bench_cell_name(&cell, filler->name, sizeof(filler->name));
		bench_add(&c, filler->name + strlen(operation) + 1, BENCH_OURS,
			  cell.fills ? run_memset : run_memmove, filler);
	}
	bench_record(g->bench, &c, results);
	return range_of(results, c.count);
}

static void print_row(const char *name, size_t length, const struct range *ours,
		      const struct range *peer)
{
	printf("%-18s %7zu B %9.0f %9.0f %10.2f  %-32s", name, length, ours->best, ours->worst,
	       ours->worst / ours->best, ours->where);
	if (peer != NULL)
		printf(" %9.0f %9.0f %10.2f  %s", peer->best, peer->worst, peer->worst / peer->best,
		       peer->where);
	printf("\n");
	(void)fflush(stdout);
}

static void compare(struct ground *g, const struct bench_cell *cell)
{
	struct bench_functions functions[BENCH_MAX_FUNCTIONS];
	struct range ours;
	struct range peer;
	char name[64];

	(void)bench_functions(g->bench, cell->granularity, functions);
	bench_cell_operation(cell, name, sizeof(name));
	ours = measure(g, *cell, &functions[0]);
	if (g->bench->has_peer)
		peer = measure(g, *cell, &functions[1]);
	print_row(name, cell->length, &ours, g->bench->has_peer ? &peer : NULL);
	if (ours.worst / ours.best > g->worst)
		g->worst = ours.worst / ours.best;
}

static void for_all(struct ground *g, const size_t *lengths, size_t count)
{
	struct bench_cell cell = {.fills = false};

	bench_expect(g->bench, (g->bench->has_peer ? 2 : 1) * 4 * count);
	for (int granularity = PMEM2_GRANULARITY_BYTE; granularity <= PMEM2_GRANULARITY_CACHE_LINE;
	     granularity++) {
		cell.granularity = (enum pmem2_granularity)granularity;
		for (size_t i = 0; i < 2 * count; i++) {
			cell.fills = i >= count;
			cell.length = lengths[i % count];
			compare(g, &cell);
		}
	}
}

int main(int argc, char **argv)
{
	static const size_t few_lengths[] = {4096, 16384, LARGEST};
	static const size_t many_lengths[] = {4096,  5000,  6144,  8192,  12288,
					      16384, 24576, 32768, 49152, LARGEST};
	struct bench bench;
	struct ground g = {.bench = &bench};

	bench_open_own(&bench, argc, argv, QUESTION, BENCH_TIMES);
	g.field.dest = bench_memory(bench_field_size(LARGEST));
	g.field.src = bench_memory(bench_field_size(LARGEST));
	printf("%-28s %9s %9s %10s  %-32s", "alignment_cost", "best ns", "worst ns", "worst/best",
	       "ours worst");
	if (bench.has_peer)
		printf(" %9s %9s %10s  %s", "best ns", "worst ns", "worst/best", "peer worst");
	printf("\n");
	if (bench.options.full)
		for_all(&g, many_lengths, COUNT(many_lengths));
	else
		for_all(&g, few_lengths, COUNT(few_lengths));
	printf("\nworst/best of ours, at most: %.2f\n", g.worst);
	return bench_close(&bench);
}
