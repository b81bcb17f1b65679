/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "floor.h"
#include "harness.h"
#include "rows.h"

#define QUESTION                                                                                   \
	"What do memmove, memset and persist cost on lines that are in the cache, compared with\n" \
	"the flush and fence alone? With --full: more sizes, flags and alignments, and every\n"    \
	"variant of the kernels that this CPU can execute."

#define LARGEST ((size_t)1 << 20)
#define REGION (2 * LARGEST)

enum operation { MEMMOVE, MEMSET, PERSIST };

static const char *const operation_names[] = {"memmove", "memset", "persist"};

/* What is done, the same for all subjects of a case. */
struct work {
	enum operation operation;
	enum pmem2_granularity granularity;
	size_t length;
	size_t misaligned; /* by how many bytes the destination is off a page */
	unsigned flags;
};

/* One way to do it. */
struct copier {
	struct bench_row functions;
	void *dest;
	const void *src;
	size_t length;
	unsigned flags;
};

struct ground {
	struct bench *bench;
	char *dest;
	char *src;
};

static void run_memmove(void *context, size_t calls)
{
	const struct copier *copier = context;

	for (size_t i = 0; i < calls; i++)
		copier->functions.memmove(copier->dest, copier->src, copier->length, copier->flags);
}

static void run_memset(void *context, size_t calls)
{
	const struct copier *copier = context;

	for (size_t i = 0; i < calls; i++)
		copier->functions.memset(copier->dest, (int)i, copier->length, copier->flags);
}

static void run_persist(void *context, size_t calls)
{
	const struct copier *copier = context;

	for (size_t i = 0; i < calls; i++)
		copier->functions.persist(copier->dest, copier->length);
}

static void (*const runs[])(void *context, size_t calls) = {run_memmove, run_memset, run_persist};

static struct bench_row functions_of(const struct bench_library *library, const struct ground *g,
				     enum pmem2_granularity granularity)
{
	struct pmem2_source *source;
	struct pmem2_map *map;
	struct bench_row functions = {.name = library->name};

	if (library->source_from_anon(&source, REGION) != 0 ||
	    library->map_from_existing(&map, source, g->dest, REGION, granularity) != 0)
		errx(EXIT_FAILURE, "%s: %s", library->name, library->errormsg());
	functions.memmove = library->get_memmove_fn(map);
	functions.memset = library->get_memset_fn(map);
	functions.persist = library->get_persist_fn(map);
	if (library->map_delete(&map) != 0 || library->source_delete(&source) != 0)
		errx(EXIT_FAILURE, "%s: %s", library->name, library->errormsg());
	return functions;
}

static const char *flags_name(unsigned flags)
{
	switch (flags) {
	case PMEM2_F_MEM_NODRAIN:
		return " NODRAIN";
	case PMEM2_F_MEM_NOFLUSH:
		return " NOFLUSH";
	case PMEM2_F_MEM_NONTEMPORAL:
		return " NONTEMPORAL";
	default:
		return "";
	}
}

static void name_case(char *name, size_t size, const struct work *work)
{
	snprintf(name, size, "%s %s %zu B%s%s",
		 work->granularity == PMEM2_GRANULARITY_BYTE ? "BYTE" : "CACHE_LINE",
		 operation_names[work->operation], work->length, work->misaligned ? " +1" : "",
		 flags_name(work->flags));
}

/* The subjects other than the floor, ours first. */
static size_t collect(const struct ground *g, const struct work *work, struct bench_row *rows)
{
	size_t count = 0;

	rows[count++] = functions_of(&bench_ours, g, work->granularity);
	if (g->bench->has_peer)
		rows[count++] = functions_of(&g->bench->peer, g, work->granularity);
	if (g->bench->options.full)
		count +=
			bench_rows(work->granularity, rows + count, BENCH_MAX_SUBJECTS - 1 - count);
	return count;
}

static void compare(const struct ground *g, const struct work *work)
{
	struct copier copiers[BENCH_MAX_SUBJECTS];
	struct copier floor = {.dest = g->dest + work->misaligned, .length = work->length};
	struct bench_row rows[BENCH_MAX_SUBJECTS];
	size_t count = collect(g, work, rows);
	char name[64];
	struct bench_case c = {.name = name};

	name_case(name, sizeof(name), work);
	for (size_t i = 0; i < count; i++) {
		bool peer = i == 1 && g->bench->has_peer;
		copiers[i] = floor;
		copiers[i].functions = rows[i];
		copiers[i].src = g->src;
		copiers[i].flags = work->flags;
		bench_add(&c, rows[i].name, peer ? BENCH_PEER : BENCH_OURS, runs[work->operation],
			  &copiers[i]);
	}
	floor.functions.persist = bench_floor(work->granularity);
	if (work->flags == 0 && floor.functions.persist != NULL)
		bench_add(&c, "floor", BENCH_FLOOR, run_persist, &floor);
	bench_run(g->bench, &c);
}

struct plan {
	const size_t *lengths;
	size_t length_count;
	size_t alignment_count; /* 1: aligned, 2: off by one byte too */
	const unsigned *flags;
	size_t flag_count;
};

/* `g` NULL: only count. */
static size_t for_length(const struct plan *plan, const struct ground *g, struct work work)
{
	size_t flag_count = work.operation == PERSIST ? 1 : plan->flag_count;

	for (size_t i = 0; g != NULL && i < plan->alignment_count * flag_count; i++) {
		work.misaligned = i / flag_count;
		work.flags = plan->flags[i % flag_count];
		compare(g, &work);
	}
	return plan->alignment_count * flag_count;
}

static size_t for_all(const struct plan *plan, const struct ground *g)
{
	struct work work = {0};
	size_t count = 0;

	for (int granularity = PMEM2_GRANULARITY_BYTE; granularity <= PMEM2_GRANULARITY_CACHE_LINE;
	     granularity++) {
		work.granularity = granularity;
		for (work.operation = MEMMOVE; work.operation <= PERSIST; work.operation++) {
			for (size_t i = 0; i < plan->length_count; i++) {
				work.length = plan->lengths[i];
				count += for_length(plan, g, work);
			}
		}
	}
	return count;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct plan *plan(bool full)
{
	static const size_t few_lengths[] = {8, 64, 256, 4096, 65536, LARGEST};
	static const size_t many_lengths[] = {
		1,   7,   8,   15,  16,   31,   32,   63,   64,    65,    100,    128,    200,
		255, 256, 257, 512, 1024, 2048, 4096, 8192, 16384, 65536, 262144, LARGEST};
	static const unsigned flags[] = {0, PMEM2_F_MEM_NODRAIN, PMEM2_F_MEM_NOFLUSH,
					 PMEM2_F_MEM_NONTEMPORAL};
	static const struct plan short_plan = {few_lengths, COUNT(few_lengths), 1, flags, 1};
	static const struct plan full_plan = {many_lengths, COUNT(many_lengths), 2, flags,
					      COUNT(flags)};

	return full ? &full_plan : &short_plan;
}

static char *region(int c)
{
	char *addr = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (addr == MAP_FAILED)
		err(EXIT_FAILURE, "mapping %zu bytes", REGION);
	memset(addr, c, REGION);
	return addr;
}

int main(int argc, char **argv)
{
	struct bench bench;
	struct ground g = {.bench = &bench};

	bench_open(&bench, argc, argv, QUESTION, "floor");
	g.dest = region(0);
	g.src = region(1);
	bench_expect(&bench, for_all(plan(bench.options.full), NULL));
	(void)for_all(plan(bench.options.full), &g);
	return bench_close(&bench);
}
