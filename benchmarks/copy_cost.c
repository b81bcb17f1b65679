/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "floor.h"
#include "functions.h"
#include "harness.h"
#include "memory.h"

#define QUESTION                                                                                   \
	"What do memmove, memset and persist cost on lines that are in the cache, compared with\n" \
	"the flush and fence alone or, when they are long, with reading and storing alone?\n"      \
	"With --full: more sizes, flags and alignments, and every variant of the kernels that\n"   \
	"this CPU can execute."

#define LARGEST ((size_t)1 << 20)
#define REGION (2 * LARGEST)

/* From here on the least work is to read and store. */
#define LONG ((size_t)4096)

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
	struct bench_functions functions;
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

/* The least work, or a part of it. */
struct floor {
	bench_floor_fn function;
	void *ptr;
	size_t length;
};

static void run_floor(void *context, size_t calls)
{
	const struct floor *floor = context;

	for (size_t i = 0; i < calls; i++)
		floor->function(floor->ptr, floor->length);
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
	snprintf(name, size, "%s %s%s%s",
		 work->granularity == PMEM2_GRANULARITY_BYTE ? "BYTE" : "CACHE_LINE",
		 operation_names[work->operation], work->misaligned ? " +1" : "",
		 flags_name(work->flags));
}

struct floors {
	struct floor parts[2];
	size_t count;
};

static void add_floor(struct bench_case *c, struct floors *floors, const char *name,
		      struct floor floor)
{
	if (floor.function == NULL)
		return;
	floors->parts[floors->count] = floor;
	bench_add(c, name, BENCH_FLOOR, run_floor, &floors->parts[floors->count++]);
}

/* What is long cannot be faster than reading and storing it, however it is flushed. */
static void add_floors(struct bench_case *c, struct floors *floors, const struct ground *g,
		       const struct work *work)
{
	char *dest = g->dest + work->misaligned;
	size_t length = work->length;

	if (work->flags != 0)
		return;
	if (length < LONG || work->operation == PERSIST) {
		add_floor(c, floors, "flush",
			  (struct floor){bench_floor_flush(work->granularity), dest, length});
		return;
	}
	add_floor(c, floors, "store",
		  (struct floor){bench_floor_store(work->granularity), dest, length});
	if (work->operation == MEMMOVE)
		add_floor(c, floors, "read", (struct floor){bench_floor_read(), g->src, length});
}

static void compare(const struct ground *g, const struct work *work)
{
	struct bench_functions functions[BENCH_MAX_FUNCTIONS];
	struct copier copiers[BENCH_MAX_FUNCTIONS];
	struct floors floors = {.count = 0};
	size_t count = bench_functions(g->bench, work->granularity, functions);
	char name[64];
	struct bench_case c = {.name = name, .size = work->length};

	name_case(name, sizeof(name), work);
	for (size_t i = 0; i < count; i++) {
		copiers[i] = (struct copier){
			.functions = functions[i],
			.dest = g->dest + work->misaligned,
			.src = g->src,
			.length = work->length,
			.flags = work->flags,
		};
		bench_add(&c, functions[i].name, functions[i].role, runs[work->operation],
			  &copiers[i]);
	}
	add_floors(&c, &floors, g, work);
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

int main(int argc, char **argv)
{
	struct bench bench;
	struct ground g = {.bench = &bench};

	bench_open(&bench, argc, argv, QUESTION, "floor");
	g.dest = bench_memory(REGION);
	g.src = bench_memory(REGION);
	bench_expect(&bench, for_all(plan(bench.options.full), NULL));
	(void)for_all(plan(bench.options.full), &g);
	return bench_close(&bench);
}
