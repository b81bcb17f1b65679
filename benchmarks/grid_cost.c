/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "cells.h"
#include "functions.h"
#include "harness.h"
#include "memory.h"

#define QUESTION                                                                                   \
	"Is any copy or fill slower than the peer's, of any size, to any alignment, from any\n"    \
	"place, with any flag? Prints the geometric mean of each class of cells, and each cell\n"  \
	"whose ratio's 95 % interval lies wholly under 0.98, in nine rounds and again in\n"        \
	"--rounds longer ones. A sample of the grid; with --full: all of it."

#define LARGEST ((size_t)1 << 20)
#define SLOWER_BELOW 0.98
#define FIRST_ROUNDS 9
#define FIRST_BATCH_NS 200000U
#define NAME 96

/* One library's way to fill or copy a cell. */
struct filler {
	struct bench_functions functions;
	char *dest;
	const char *src;
	size_t length;
	unsigned flags;
};

struct slower {
	char name[NAME];
	size_t length;
	struct bench_spread ratio;
};

struct grid {
	struct bench bench;
	struct bench_field field;
	size_t rounds; /* of the second look */
	struct slower *slower;
	size_t slower_count;
};

static void run_memmove(void *context, size_t calls)
{
	const struct filler *filler = context;

	for (size_t i = 0; i < calls; i++)
		filler->functions.memmove(filler->dest, filler->src, filler->length, filler->flags);
}

static void run_memset(void *context, size_t calls)
{
	const struct filler *filler = context;

	for (size_t i = 0; i < calls; i++)
		filler->functions.memset(filler->dest, (int)i, filler->length, filler->flags);
}

static void note_slower(struct grid *grid, const struct bench_case *c,
			const struct bench_spread *ratio)
{
	size_t count = grid->slower_count + 1;
	struct slower *slower = realloc(grid->slower, count * sizeof(*slower));

	if (slower == NULL)
		err(EXIT_FAILURE, "%zu slower cells", count);
	grid->slower = slower;
	grid->slower_count = count;
	slower[count - 1] = (struct slower){.length = c->size, .ratio = *ratio};
	snprintf(slower[count - 1].name, NAME, "%s", c->name);
}

static bool is_slower(const struct bench_result *ours)
{
	return ours->speed_up.known && ours->speed_up.spread.high < SLOWER_BELOW;
}

/* Of so many cells, some look slower by chance; hardly one does so twice. */
static void look_again(struct grid *grid, const struct bench_case *c)
{
	struct bench_case again = *c;
	struct bench_result results[BENCH_MAX_SUBJECTS];

	again.batch_ns = 0;
	grid->bench.options.rounds = grid->rounds;
	bench_measure(&grid->bench, &again, results);
	grid->bench.options.rounds = FIRST_ROUNDS;
	if (is_slower(&results[0]))
		note_slower(grid, c, &results[0].speed_up.spread);
}

static void compare(struct grid *grid, const struct bench_cell *cell,
		    const struct bench_functions *functions, size_t count)
{
	struct filler fillers[2];
	char name[NAME];
	char class[80];
	struct bench_case c = {.name = name, .size = cell->length, .batch_ns = FIRST_BATCH_NS};
	struct bench_result results[BENCH_MAX_SUBJECTS];

	bench_cell_name(cell, name, sizeof(name));
	bench_cell_class(cell, class, sizeof(class));
	for (size_t i = 0; i < count; i++) {
		fillers[i] = (struct filler){
			.functions = functions[i],
			.dest = bench_cell_dest(cell, &grid->field),
			.src = bench_cell_src(cell, &grid->field),
			.length = cell->length,
			.flags = cell->flags,
		};
		bench_add(&c, functions[i].name, functions[i].role,
			  cell->fills ? run_memset : run_memmove, &fillers[i]);
	}
	bench_record(&grid->bench, &c, results);
	if (results[0].speed_up.known)
		bench_summary_add(&grid->bench.summary, class, results[0].speed_up.spread.median);
	if (is_slower(&results[0]))
		look_again(grid, &c);
}

struct plan {
	const size_t *lengths;
	size_t length_count;
	const size_t *offsets;
	size_t offset_count;
	const enum bench_placement *placements;
	size_t placement_count;
	const unsigned *flags;
	size_t flag_count;
};

/* The cells of one granularity; `grid` NULL: only count. */
static size_t for_places(struct grid *grid, const struct plan *plan, struct bench_cell cell,
			 const struct bench_functions *functions, size_t function_count)
{
	size_t places = plan->offset_count * plan->placement_count;
	size_t count = 0;

	for (size_t i = 0; i < places * plan->flag_count; i++) {
		cell.offset = plan->offsets[i % plan->offset_count];
		cell.placement = plan->placements[i % places / plan->offset_count];
		cell.flags = plan->flags[i / places];
		if (!bench_cell_exists(&cell))
			continue;
		count++;
		if (grid != NULL)
			compare(grid, &cell, functions, function_count);
	}
	return count;
}

static size_t for_granularity(struct grid *grid, const struct plan *plan,
			      enum pmem2_granularity granularity)
{
	struct bench_functions functions[BENCH_MAX_FUNCTIONS];
	size_t function_count = 0;
	size_t count = 0;

	if (grid != NULL)
		function_count = bench_functions(&grid->bench, granularity, functions);
	for (size_t i = 0; i < 2 * plan->length_count; i++) {
		struct bench_cell cell = {
			.granularity = granularity,
			.fills = i >= plan->length_count,
			.length = plan->lengths[i % plan->length_count],
		};
		count += for_places(grid, plan, cell, functions,
				    function_count < 2 ? function_count : 2);
	}
	return count;
}

static size_t for_all(struct grid *grid, const struct plan *plan)
{
	return for_granularity(grid, plan, PMEM2_GRANULARITY_BYTE) +
	       for_granularity(grid, plan, PMEM2_GRANULARITY_CACHE_LINE);
}

#define LIST(array) (array), sizeof(array) / sizeof((array)[0])

static struct plan plan_of(bool full)
{
	static const size_t few_lengths[] = {8, 32, 64, 100, 256, 1024, 4096, 65536};
	static const size_t many_lengths[] = {
		1,   2,    3,    4,    5,    7,    8,     9,     12,     15,     16,
		17,  24,   31,   32,   33,   48,   63,    64,    65,     96,     100,
		127, 128,  129,  192,  200,  255,  256,   257,   320,    384,    512,
		777, 1024, 1536, 2048, 4096, 8192, 16384, 65536, 262144, LARGEST};
	static const size_t few_offsets[] = {0, 1};
	static const size_t many_offsets[] = {0, 1, 8, 32, 63};
	static const enum bench_placement few_placements[] = {
		BENCH_APART, BENCH_ALIASED_ODD, BENCH_FORWARD_NEAR, BENCH_BACKWARD_HALF};
	static const enum bench_placement many_placements[] = {
		BENCH_APART,        BENCH_APART_ODD,     BENCH_ALIASED,
		BENCH_ALIASED_ODD,  BENCH_ALIASED_LINE,  BENCH_FORWARD_NEAR,
		BENCH_FORWARD_HALF, BENCH_BACKWARD_NEAR, BENCH_BACKWARD_HALF};
	static const unsigned few_flags[] = {0, PMEM2_F_MEM_NODRAIN, PMEM2_F_MEM_NOFLUSH,
					     PMEM2_F_MEM_NONTEMPORAL};
	static const unsigned many_flags[] = {0,
					      PMEM2_F_MEM_NODRAIN,
					      PMEM2_F_MEM_NOFLUSH,
					      PMEM2_F_MEM_TEMPORAL,
					      PMEM2_F_MEM_NONTEMPORAL,
					      PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NONTEMPORAL};

	if (full)
		return (struct plan){LIST(many_lengths), LIST(many_offsets), LIST(many_placements),
				     LIST(many_flags)};
	return (struct plan){LIST(few_lengths), LIST(few_offsets), LIST(few_placements),
			     LIST(few_flags)};
}

static void print_slower(const struct grid *grid)
{
	printf("\n%zu of %zu cells are slower than the peer's%s\n", grid->slower_count,
	       grid->bench.cases, grid->slower_count != 0 ? ", peer/ours:" : "");
	for (size_t i = 0; i < grid->slower_count; i++) {
		const struct slower *slower = &grid->slower[i];
		printf("%.2f (%.2f-%.2f) %7zu B %s\n", slower->ratio.median, slower->ratio.low,
		       slower->ratio.high, slower->length, slower->name);
	}
}

int main(int argc, char **argv)
{
	static struct grid grid;
	struct plan plan;
	int status;

	bench_open_own(&grid.bench, argc, argv, QUESTION, BENCH_TIMES);
	plan = plan_of(grid.bench.options.full);
	grid.rounds = grid.bench.options.rounds;
	grid.bench.options.rounds = FIRST_ROUNDS;
	grid.field.dest = bench_memory(bench_field_size(LARGEST));
	grid.field.src = bench_memory(bench_field_size(LARGEST));
	bench_expect(&grid.bench, for_all(NULL, &plan));
	(void)for_all(&grid, &plan);
	status = bench_close(&grid.bench);
	if (grid.bench.has_peer)
		print_slower(&grid);
	free(grid.slower);
	return status;
}
