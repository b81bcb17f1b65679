/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "functions.h"
#include "harness.h"
#include "memory.h"
#include "random.h"

#define QUESTION                                                                                   \
	"From which size on is it faster to stream around the cache than to store and write\n"     \
	"back, at CACHE_LINE granularity, to lines in the cache and to others? And how much is\n"  \
	"lost without a hint, when the library decides? With --full: more sizes."

#define REGION ((size_t)512 << 20)
#define LARGEST ((size_t)1 << 20)
#define LINE ((size_t)64)

/* What is done, the same for all subjects of a case. */
struct work {
	bool fills;
	bool cold;     /* to a random place of the region, else always to its start */
	size_t offset; /* of the destination in its line: with none, whole lines are written */
	size_t length;
};

struct writer {
	const struct work *work;
	struct bench_functions functions;
	unsigned flags;
	char *dest;
	const char *src;
	uint64_t random;
};

struct ground {
	struct bench *bench;
	struct bench_functions functions;
	char *dest;
	const char *src;
};

/* What the sizes of one kind of case come to, from the shortest on. */
struct verdict {
	size_t streams_from; /* streaming is not slower from here on; 0: at the last it was */
	double worst;        /* time without a hint over that of the better hint */
	size_t worst_length;
};

static char *next_place(struct writer *writer)
{
	const struct work *work = writer->work;
	size_t lines = (REGION - LARGEST) / LINE - 1;

	if (!work->cold)
		return writer->dest + work->offset;
	bench_random_step(&writer->random);
	return writer->dest + LINE * bench_random_place(writer->random, lines) + work->offset;
}

static void run_memmove(void *context, size_t calls)
{
	struct writer *writer = context;

	for (size_t i = 0; i < calls; i++) {
		char *dest = next_place(writer);
		writer->functions.memmove(dest, writer->src, writer->work->length, writer->flags);
	}
}

static void run_memset(void *context, size_t calls)
{
	struct writer *writer = context;

	for (size_t i = 0; i < calls; i++) {
		char *dest = next_place(writer);
		writer->functions.memset(dest, (int)i, writer->work->length, writer->flags);
	}
}

static void print_row(const char *name, size_t length, const struct bench_result *results,
		      double lost)
{
	const struct bench_spread *ratio = &results[0].speed_up.spread;

	printf("%-32s %8zu B %9.1f %9.1f  %5.2f (%.2f-%.2f) %9.1f %7.2f\n", name, length,
	       results[1].ns.median, results[0].ns.median, ratio->median, ratio->low, ratio->high,
	       results[2].ns.median, lost);
	(void)fflush(stdout);
}

static void judge(struct verdict *verdict, size_t length, const struct bench_result *results,
		  double lost)
{
	if (results[0].speed_up.spread.high < 1)
		verdict->streams_from = 0;
	else if (verdict->streams_from == 0)
		verdict->streams_from = length;
	if (lost > verdict->worst) {
		verdict->worst = lost;
		verdict->worst_length = length;
	}
}

static void compare(const struct ground *g, const struct work *work, const char *name,
		    struct verdict *verdict)
{
	static const struct {
		const char *name;
		enum bench_role role;
		unsigned flags;
	} hints[] = {{"streamed", BENCH_OURS, PMEM2_F_MEM_NONTEMPORAL},
		     {"cached", BENCH_PEER, PMEM2_F_MEM_TEMPORAL},
		     {"no hint", BENCH_OURS, 0}};
	struct writer writers[3];
	struct bench_case c = {.name = name, .size = work->length};
	struct bench_result results[BENCH_MAX_SUBJECTS];
	double lost;

	for (size_t i = 0; i < 3; i++) {
		writers[i] = (struct writer){.work = work,
					     .functions = g->functions,
					     .flags = hints[i].flags,
					     .dest = g->dest,
					     .src = g->src,
					     .random = i};
		bench_add(&c, hints[i].name, hints[i].role, work->fills ? run_memset : run_memmove,
			  &writers[i]);
	}
	bench_record(g->bench, &c, results);
	lost = results[0].ns.median < results[1].ns.median ? results[0].ns.median
							   : results[1].ns.median;
	lost = results[2].ns.median / lost;
	print_row(name, work->length, results, lost);
	judge(verdict, work->length, results, lost);
}

static void name_kind(char *name, size_t size, const struct work *work)
{
	snprintf(name, size, "%s %s %s", work->fills ? "memset" : "memmove",
		 work->cold ? "cold" : "hot", work->offset == 0 ? "whole lines" : "parts of lines");
}

#define KINDS 8

static struct work kind_at(size_t index)
{
	return (struct work){
		.fills = index / 4 != 0, .cold = index / 2 % 2 != 0, .offset = index % 2 * 8};
}

static void print_verdicts(const struct verdict *verdicts)
{
	printf("\n%-32s %14s %s\n", "streaming is", "not slower",
	       "without a hint, over the better hint, at most");
	for (size_t i = 0; i < KINDS; i++) {
		struct work work = kind_at(i);
		char name[64];
		char from[32] = "never";
		name_kind(name, sizeof(name), &work);
		if (verdicts[i].streams_from != 0)
			snprintf(from, sizeof(from), "from %zu B", verdicts[i].streams_from);
		printf("%-32s %14s %.2f at %zu B\n", name, from, verdicts[i].worst,
		       verdicts[i].worst_length);
	}
}

static void for_all(const struct ground *g, const size_t *lengths, size_t count)
{
	struct verdict verdicts[KINDS] = {{0}};
	char name[64];

	bench_expect(g->bench, KINDS * count);
	for (size_t i = 0; i < KINDS * count; i++) {
		struct work work = kind_at(i / count);
		work.length = lengths[i % count];
		name_kind(name, sizeof(name), &work);
		compare(g, &work, name, &verdicts[i / count]);
	}
	print_verdicts(verdicts);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int main(int argc, char **argv)
{
	static const size_t few_lengths[] = {64, 128, 256, 512, 1024, 4096, 65536};
	static const size_t many_lengths[] = {64,   128,   192,   256,    320,    384,
					      512,  768,   1024,  1536,   2048,   4096,
					      8192, 16384, 65536, 262144, LARGEST};
	struct bench bench;
	struct bench_functions functions[BENCH_MAX_FUNCTIONS];
	struct ground g = {.bench = &bench};

	bench_open_own(&bench, argc, argv, QUESTION, BENCH_TIMES);
	(void)bench_functions(&bench, PMEM2_GRANULARITY_CACHE_LINE, functions);
	g.functions = functions[0];
	g.dest = bench_memory(REGION);
	g.src = bench_memory(LARGEST);
	printf("%-42s %9s %9s  %-17s %9s %7s\n", "threshold_cost", "cached ns", "streamed",
	       "cached/streamed", "no hint", "/better");
	if (bench.options.full)
		for_all(&g, many_lengths, COUNT(many_lengths));
	else
		for_all(&g, few_lengths, COUNT(few_lengths));
	return bench_close(&bench);
}
