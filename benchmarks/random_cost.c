/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "floor.h"
#include "functions.h"
#include "harness.h"
#include "memory.h"
#include "random.h"

#define QUESTION                                                                                   \
	"What does a short copy or fill cost when it goes to a random place of a GiB, which is\n"  \
	"in no cache, also when its size cannot be guessed? With --full: more sizes, fills, and\n" \
	"every variant of the kernels that this CPU can execute."

#define REGION ((size_t)1 << 30)
#define LINE 64
#define LONGEST 256

/* What is done, the same for all subjects of a case. */
struct work {
	enum pmem2_granularity granularity;
	bool fills;
	size_t step; /* between places */
	size_t min;  /* of the sizes */
	size_t max;
};

/* One way to do it. */
struct writer {
	const struct work *work;
	struct bench_functions functions;
	bench_floor_fn floor;
	char *dest;
	const char *src;
	uint64_t random;
};

struct ground {
	struct bench *bench;
	char *dest;
	const char *src;
};

static char *next_place(struct writer *writer, size_t *size)
{
	const struct work *work = writer->work;

	bench_random_step(&writer->random);
	*size = bench_random_size(writer->random, work->min, work->max);
	return writer->dest +
	       work->step * bench_random_place(writer->random, (REGION - LONGEST) / work->step);
}

static void run_memmove(void *context, size_t calls)
{
	struct writer *writer = context;
	size_t size;

	for (size_t i = 0; i < calls; i++) {
		char *dest = next_place(writer, &size);
		writer->functions.memmove(dest, writer->src, size, 0);
	}
}

static void run_memset(void *context, size_t calls)
{
	struct writer *writer = context;
	size_t size;

	for (size_t i = 0; i < calls; i++) {
		char *dest = next_place(writer, &size);
		writer->functions.memset(dest, (int)i, size, 0);
	}
}

static void run_floor(void *context, size_t calls)
{
	struct writer *writer = context;
	size_t size;

	for (size_t i = 0; i < calls; i++) {
		char *dest = next_place(writer, &size);
		writer->floor(dest, size);
	}
}

static bool is_whole_lines(const struct work *work)
{
	return work->step % LINE == 0 && work->min % LINE == 0 && work->min == work->max;
}

/* Parts of lines must be flushed, or fetched. What that costs without data is part of the cost. */
static bench_floor_fn floor_of(const struct work *work)
{
	if (work->granularity == PMEM2_GRANULARITY_BYTE || is_whole_lines(work))
		return bench_floor_store(work->granularity);
	return bench_floor_flush(work->granularity);
}

static void name_case(char *name, size_t size, const struct work *work)
{
	snprintf(name, size, "%s %s%s%s",
		 work->granularity == PMEM2_GRANULARITY_BYTE ? "BYTE" : "CACHE_LINE",
		 work->fills ? "memset" : "memmove", is_whole_lines(work) ? " whole lines" : "",
		 work->min < work->max ? " mixed up to" : "");
}

/* Everyone goes to places of his own: those where another just was are in the cache. */
static void compare(const struct ground *g, const struct work *work)
{
	struct bench_functions functions[BENCH_MAX_FUNCTIONS];
	struct writer writers[BENCH_MAX_FUNCTIONS + 1];
	size_t count = bench_functions(g->bench, work->granularity, functions);
	bench_floor_fn floor = floor_of(work);
	char name[64];
	struct bench_case c = {.name = name, .size = work->max};

	name_case(name, sizeof(name), work);
	for (size_t i = 0; i <= count; i++)
		writers[i] = (struct writer){
			.work = work, .floor = floor, .dest = g->dest, .src = g->src, .random = i};
	for (size_t i = 0; i < count; i++) {
		writers[i].functions = functions[i];
		bench_add(&c, functions[i].name, functions[i].role,
			  work->fills ? run_memset : run_memmove, &writers[i]);
	}
	if (floor != NULL)
		bench_add(&c, "floor", BENCH_FLOOR, run_floor, &writers[count]);
	bench_run(g->bench, &c);
}

#define BYTE PMEM2_GRANULARITY_BYTE
#define CACHE_LINE PMEM2_GRANULARITY_CACHE_LINE

static const struct work few_works[] = {
	{BYTE, false, 8, 8, 8},
	{BYTE, false, 8, 64, 64},
	{BYTE, false, 8, 256, 256},
	{BYTE, false, 8, 1, 64},
	{BYTE, false, 8, 8, 256},
	{CACHE_LINE, false, LINE, 64, 64},
	{CACHE_LINE, false, LINE, 128, 128},
	{CACHE_LINE, false, LINE, 256, 256},
	{CACHE_LINE, false, 8, 8, 8},
	{CACHE_LINE, false, 8, 24, 24},
	{CACHE_LINE, false, 8, 64, 64},
	{CACHE_LINE, false, 8, 100, 100},
	{CACHE_LINE, false, 8, 8, 100},
};

static const struct work many_works[] = {
	{BYTE, false, 8, 8, 8},
	{BYTE, false, 8, 16, 16},
	{BYTE, false, 8, 24, 24},
	{BYTE, false, 8, 48, 48},
	{BYTE, false, 8, 64, 64},
	{BYTE, false, 8, 100, 100},
	{BYTE, false, 8, 128, 128},
	{BYTE, false, 8, 200, 200},
	{BYTE, false, 8, 256, 256},
	{BYTE, false, 8, 1, 16},
	{BYTE, false, 8, 1, 64},
	{BYTE, false, 8, 8, 256},
	{BYTE, true, 8, 8, 8},
	{BYTE, true, 8, 64, 64},
	{BYTE, true, 8, 256, 256},
	{BYTE, true, 8, 1, 64},
	{CACHE_LINE, false, LINE, 64, 64},
	{CACHE_LINE, false, LINE, 128, 128},
	{CACHE_LINE, false, LINE, 192, 192},
	{CACHE_LINE, false, LINE, 256, 256},
	{CACHE_LINE, false, 8, 8, 8},
	{CACHE_LINE, false, 8, 16, 16},
	{CACHE_LINE, false, 8, 24, 24},
	{CACHE_LINE, false, 8, 40, 40},
	{CACHE_LINE, false, 8, 64, 64},
	{CACHE_LINE, false, 8, 100, 100},
	{CACHE_LINE, false, 8, 8, 100},
	{CACHE_LINE, true, LINE, 64, 64},
	{CACHE_LINE, true, LINE, 256, 256},
	{CACHE_LINE, true, 8, 8, 8},
	{CACHE_LINE, true, 8, 100, 100},
	{CACHE_LINE, true, 8, 8, 100},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int main(int argc, char **argv)
{
	struct bench bench;
	struct ground g = {.bench = &bench};
	const struct work *works = few_works;
	size_t count = COUNT(few_works);

	bench_open(&bench, argc, argv, QUESTION, "floor");
	if (bench.options.full) {
		works = many_works;
		count = COUNT(many_works);
	}
	g.dest = bench_memory(REGION);
	g.src = bench_memory(LONGEST);
	bench_expect(&bench, count);
	for (size_t i = 0; i < count; i++)
		compare(&g, &works[i]);
	return bench_close(&bench);
}
