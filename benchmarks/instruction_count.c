/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "../tests/arch/x86_64/trace.h"
#include "cells.h"
#include "functions.h"
#include "harness.h"
#include "memory.h"

#define QUESTION                                                                                   \
	"How many instructions does a copy, a fill or a persist execute, exactly, and how many\n"  \
	"of them load, store, flush and fence? And how many bytes of stack does it use? Each\n"    \
	"call is single-stepped. With --full: more sizes, flags and alignments, and every\n"       \
	"variant of the kernels that this CPU can execute."

#define COLUMNS "benchmark,case,size,subject,role,instructions,loads,stores,flushes,fences,stack"

#define SKIPPED 77

#define LARGEST ((size_t)4096)

/* What one call did. Loads and stores are those outside the stack. */
struct count {
	size_t instructions;
	size_t loads;
	size_t stores;
	size_t flushes;
	size_t fences;
	size_t stack;
};

/* A cell of the grid, or persisting its destination. */
struct work {
	struct bench_cell cell;
	bool persists;
};

static void call(struct trace *trace, const struct bench_functions *functions,
		 const struct work *work, const struct bench_field *field)
{
	const struct bench_cell *cell = &work->cell;
	uintptr_t dest = (uintptr_t)bench_cell_dest(cell, field);
	uintptr_t src = (uintptr_t)bench_cell_src(cell, field);

	if (work->persists)
		trace_call(trace, (void (*)(void))functions->persist, dest, cell->length, 0, 0);
	else if (cell->fills)
		trace_call(trace, (void (*)(void))functions->memset, dest, 1, cell->length,
			   cell->flags);
	else
		trace_call(trace, (void (*)(void))functions->memmove, dest, src, cell->length,
			   cell->flags);
	if (trace->overflow || trace->undecoded)
		errx(EXIT_FAILURE, "%s: a call of %zu bytes cannot be followed", functions->name,
		     cell->length);
}

static void add_event(struct count *count, enum event_kind kind)
{
	switch (kind) {
	case EVENT_LOAD:
		count->loads++;
		break;
	case EVENT_FETCH:
		break;
	case EVENT_STORE:
	case EVENT_STREAM:
		count->stores++;
		break;
	case EVENT_CLFLUSH:
	case EVENT_CLFLUSHOPT:
	case EVENT_CLWB:
		count->flushes++;
		break;
	default:
		count->fences++;
	}
}

/* The second of two calls: the first may have something to set up. */
static struct count count_call(const struct bench_functions *functions, const struct work *work,
			       const struct bench_field *field)
{
	static struct trace trace;
	struct count count = {0};

	call(&trace, functions, work, field);
	call(&trace, functions, work, field);
	count.instructions = trace.instructions;
	count.stack = trace.stack;
	for (size_t i = 0; i < trace.count; i++)
		add_event(&count, trace.events[i].kind);
	return count;
}

static void print_heading(const struct bench *bench)
{
	printf("%-44s %38s", "instruction_count", "ours: instr load store flush fence stack");
	if (bench->has_peer)
		printf(" %40s %s", "peer: instr load store flush fence stack", "peer/ours");
	printf("\n");
}

static void print_count(const struct count *count)
{
	printf(" %11zu %4zu %5zu %5zu %5zu %5zu", count->instructions, count->loads, count->stores,
	       count->flushes, count->fences, count->stack);
}

/* What of ours must not exceed the peer's. */
static const struct {
	const char *name;
	size_t offset; /* in struct count */
} measures[] = {{"instructions", offsetof(struct count, instructions)},
		{"stores", offsetof(struct count, stores)},
		{"flushes", offsetof(struct count, flushes)},
		{"fences", offsetof(struct count, fences)}};

#define MEASURES (sizeof(measures) / sizeof(measures[0]))

static bool exceeds(const struct count *ours, const struct count *peer, size_t measure)
{
	size_t offset = measures[measure].offset;

	return *(const size_t *)((const char *)ours + offset) >
	       *(const size_t *)((const char *)peer + offset);
}

static void print_row(const char *name, size_t length, const char *variant,
		      const struct count *ours, const struct count *peer)
{
	char text[160];

	snprintf(text, sizeof(text), "%s, %zu B%s%s", name, length, *variant != '\0' ? ", " : "",
		 variant);
	printf("%-44s", text);
	print_count(ours);
	if (peer != NULL) {
		print_count(peer);
		printf(" %.2f", (double)peer->instructions / (double)ours->instructions);
	}
	for (size_t i = 0; i < MEASURES && peer != NULL && *variant == '\0'; i++) {
		if (exceeds(ours, peer, i))
			printf(" more %s", measures[i].name);
	}
	printf("\n");
}

static void write_csv(struct bench *bench, const char *name, size_t length,
		      const struct bench_functions *functions, const struct count *count)
{
	if (bench->report.csv != NULL)
		fprintf(bench->report.csv, "%s,%s,%zu,%s,%s,%zu,%zu,%zu,%zu,%zu,%zu\n",
			bench->report.benchmark, name, length, functions->name,
			functions->role == BENCH_PEER ? "peer" : "ours", count->instructions,
			count->loads, count->stores, count->flushes, count->fences, count->stack);
}

struct ground {
	struct bench *bench;
	struct bench_field field;
	size_t more[MEASURES]; /* cases in which ours exceeds the peer's */
};

static void describe(const struct work *work, char *name, size_t size)
{
	char operation[64];

	bench_cell_operation(&work->cell, operation, sizeof(operation));
	if (work->persists)
		snprintf(operation, sizeof(operation), "%s persist",
			 work->cell.granularity == PMEM2_GRANULARITY_BYTE ? "BYTE" : "CACHE_LINE");
	snprintf(name, size, "%s to +%zu", operation, work->cell.offset);
}

static void compare(struct ground *g, const struct work *work)
{
	struct bench_functions functions[BENCH_MAX_FUNCTIONS];
	struct count counts[BENCH_MAX_FUNCTIONS];
	size_t count = bench_functions(g->bench, work->cell.granularity, functions);
	const struct count *peer = g->bench->has_peer ? &counts[1] : NULL;
	size_t length = work->cell.length;
	char name[96];

	describe(work, name, sizeof(name));
	bench_say(g->bench, name);
	g->bench->cases_done++;
	for (size_t i = 0; i < count; i++) {
		counts[i] = count_call(&functions[i], work, &g->field);
		write_csv(g->bench, name, length, &functions[i], &counts[i]);
	}
	bench_unsay(g->bench);
	for (size_t i = 0; i < count; i++) {
		if (functions[i].role == BENCH_OURS)
			print_row(name, length, i == 0 ? "" : functions[i].name, &counts[i], peer);
	}
	if (peer == NULL)
		return;
	bench_summary_add(&g->bench->summary, name,
			  (double)peer->instructions / (double)counts[0].instructions);
	for (size_t i = 0; i < MEASURES; i++)
		g->more[i] += exceeds(&counts[0], peer, i);
}

struct plan {
	const size_t *lengths;
	size_t length_count;
	const size_t *offsets;
	size_t offset_count;
	const unsigned *flags;
	size_t flag_count;
};

/* All lengths, so that the classes of the summary are one after the other. */
static void for_lengths(struct ground *g, const struct plan *plan, struct work work)
{
	for (size_t i = 0; i < plan->length_count; i++) {
		work.cell.length = plan->lengths[i];
		compare(g, &work);
	}
}

static void for_granularity(struct ground *g, const struct plan *plan,
			    enum pmem2_granularity granularity)
{
	struct work work = {.cell.granularity = granularity};
	size_t fills = 2 * plan->flag_count;

	for (size_t i = 0; i < plan->offset_count; i++) {
		work.cell.offset = plan->offsets[i];
		work.persists = false;
		for (size_t j = 0; j < fills; j++) {
			work.cell.fills = j >= plan->flag_count;
			work.cell.flags = plan->flags[j % plan->flag_count];
			for_lengths(g, plan, work);
		}
		work.persists = true;
		for_lengths(g, plan, work);
	}
}

#define LIST(array) (array), sizeof(array) / sizeof((array)[0])

static struct plan plan_of(bool full)
{
	static const size_t few_lengths[] = {8, 16, 64, 100, 256, LARGEST};
	static const size_t many_lengths[] = {
		1,   2,   3,   4,   5,   7,   8,   9,   12,   15,   16,   17,     24,
		31,  32,  33,  48,  63,  64,  65,  96,  100,  127,  128,  129,    192,
		200, 255, 256, 257, 320, 384, 512, 777, 1024, 1536, 2048, LARGEST};
	static const size_t few_offsets[] = {0, 1};
	static const size_t many_offsets[] = {0, 1, 8, 32, 63};
	static const unsigned flags[] = {0, PMEM2_F_MEM_NODRAIN, PMEM2_F_MEM_NOFLUSH,
					 PMEM2_F_MEM_TEMPORAL, PMEM2_F_MEM_NONTEMPORAL};

	if (full)
		return (struct plan){LIST(many_lengths), LIST(many_offsets), LIST(flags)};
	return (struct plan){LIST(few_lengths), LIST(few_offsets), flags, 1};
}

int main(int argc, char **argv)
{
	struct bench bench;
	struct ground g = {.bench = &bench};
	struct plan plan;
	int status;

	bench_open_own(&bench, argc, argv, QUESTION, COLUMNS);
	if (!trace_works()) {
		puts("skipped: nothing can be single-stepped here");
		return SKIPPED;
	}
	plan = plan_of(bench.options.full);
	g.field.dest = bench_memory(bench_field_size(LARGEST));
	g.field.src = bench_memory(bench_field_size(LARGEST));
	print_heading(&bench);
	bench_expect(&bench, 2 * plan.length_count * plan.offset_count * (2 * plan.flag_count + 1));
	for_granularity(&g, &plan, PMEM2_GRANULARITY_BYTE);
	for_granularity(&g, &plan, PMEM2_GRANULARITY_CACHE_LINE);
	status = bench_close(&bench);
	for (size_t i = 0; i < MEASURES && bench.has_peer; i++)
		printf("%smore %s than the peer's: in %zu of %zu cases\n", i == 0 ? "\n" : "",
		       measures[i].name, g.more[i], bench.cases);
	return status;
}
