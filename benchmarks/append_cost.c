/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "floor.h"
#include "functions.h"
#include "harness.h"
#include "memory.h"
#include "random.h"

#define QUESTION                                                                                   \
	"What does appending a record to a log cost, when each is durable at once, and when\n"     \
	"records are written with NODRAIN and one drain makes 16 of them durable? With --full:\n"  \
	"more sizes, and every variant of the kernels that this CPU can execute."

/* More than caches hold, so that the log has left them when it comes round. */
#define LOG ((size_t)128 << 20)
#define LONGEST 4096
#define GROUP 16

/* What is appended, the same for all subjects of a case. */
struct work {
	enum pmem2_granularity granularity;
	bool grouped;
	size_t min; /* of the sizes */
	size_t max;
};

/* One way to do it. */
struct appender {
	const struct work *work;
	struct bench_functions functions;
	bench_floor_fn floor;
	char *log;
	const char *record;
	size_t used;
	size_t since_drain;
	uint64_t random;
};

struct ground {
	struct bench *bench;
	char *log;
	const char *record;
};

/* Where the next record goes; records follow each other without a gap. */
static char *advance(struct appender *appender, size_t *size)
{
	const struct work *work = appender->work;
	char *place;

	bench_random_step(&appender->random);
	*size = bench_random_size(appender->random, work->min, work->max);
	if (appender->used + *size > LOG)
		appender->used = 0;
	place = appender->log + appender->used;
	appender->used += *size;
	return place;
}

/* Whether this record is the last of its group. */
static bool ends_group(struct appender *appender)
{
	appender->since_drain = (appender->since_drain + 1) % GROUP;
	return appender->since_drain == 0;
}

static void run_single(void *context, size_t calls)
{
	struct appender *appender = context;
	size_t size;

	for (size_t i = 0; i < calls; i++) {
		char *place = advance(appender, &size);
		appender->functions.memmove(place, appender->record, size, 0);
	}
}

static void run_grouped(void *context, size_t calls)
{
	struct appender *appender = context;
	size_t size;

	for (size_t i = 0; i < calls; i++) {
		char *place = advance(appender, &size);
		appender->functions.memmove(place, appender->record, size, PMEM2_F_MEM_NODRAIN);
		if (ends_group(appender))
			appender->functions.drain();
	}
}

/* A record alone, or its whole group at once. */
static void run_floor(void *context, size_t calls)
{
	struct appender *appender = context;
	char *start = NULL;
	size_t size;

	for (size_t i = 0; i < calls; i++) {
		char *place = advance(appender, &size);
		if (start == NULL || place < start)
			start = place;
		if (appender->work->grouped && !ends_group(appender))
			continue;
		appender->floor(start, (size_t)(place - start) + size);
		start = NULL;
	}
}

/* Groups fill their lines, and so do records of whole lines; others must be flushed. */
static bench_floor_fn floor_of(const struct work *work)
{
	bool fills = work->grouped || (work->min == work->max && work->min % 64 == 0);

	if (fills || work->granularity == PMEM2_GRANULARITY_BYTE)
		return bench_floor_store(work->granularity);
	return bench_floor_flush(work->granularity);
}

static void name_case(char *name, size_t size, const struct work *work)
{
	snprintf(name, size, "%s %s%s",
		 work->granularity == PMEM2_GRANULARITY_BYTE ? "BYTE" : "CACHE_LINE",
		 work->grouped ? "16 at once" : "each durable",
		 work->min < work->max ? " mixed up to" : "");
}

/* Everyone appends at a distance from the others: lines just written are in the cache. */
static void compare(const struct ground *g, const struct work *work)
{
	struct bench_functions functions[BENCH_MAX_FUNCTIONS];
	struct appender appenders[BENCH_MAX_FUNCTIONS + 1];
	size_t count = bench_functions(g->bench, work->granularity, functions);
	bench_floor_fn floor = floor_of(work);
	char name[64];
	struct bench_case c = {.name = name, .size = work->max};

	name_case(name, sizeof(name), work);
	for (size_t i = 0; i <= count; i++)
		appenders[i] = (struct appender){.work = work,
						 .floor = floor,
						 .log = g->log,
						 .record = g->record,
						 .used = LOG / (count + 1) * i / 64 * 64};
	for (size_t i = 0; i < count; i++) {
		appenders[i].functions = functions[i];
		bench_add(&c, functions[i].name, functions[i].role,
			  work->grouped ? run_grouped : run_single, &appenders[i]);
	}
	if (floor != NULL)
		bench_add(&c, "floor", BENCH_FLOOR, run_floor, &appenders[count]);
	bench_run(g->bench, &c);
}

struct plan {
	const size_t (*sizes)[2]; /* the least and the greatest */
	size_t count;
};

static void for_all(const struct ground *g, const struct plan *plan)
{
	struct work work;

	for (int granularity = PMEM2_GRANULARITY_BYTE; granularity <= PMEM2_GRANULARITY_CACHE_LINE;
	     granularity++) {
		for (size_t i = 0; i < 2 * plan->count; i++) {
			work.granularity = (enum pmem2_granularity)granularity;
			work.grouped = i >= plan->count;
			work.min = plan->sizes[i % plan->count][0];
			work.max = plan->sizes[i % plan->count][1];
			compare(g, &work);
		}
	}
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int main(int argc, char **argv)
{
	static const size_t few_sizes[][2] = {
		{24, 24}, {64, 64}, {100, 100}, {512, 512}, {16, 256}};
	static const size_t many_sizes[][2] = {{8, 8},     {16, 16},   {24, 24},     {40, 40},
					       {64, 64},   {100, 100}, {128, 128},   {200, 200},
					       {256, 256}, {512, 512}, {1024, 1024}, {4096, 4096},
					       {16, 64},   {16, 256},  {16, LONGEST}};
	struct bench bench;
	struct ground g = {.bench = &bench};
	struct plan plan = {few_sizes, COUNT(few_sizes)};

	bench_open(&bench, argc, argv, QUESTION, "floor");
	if (bench.options.full)
		plan = (struct plan){many_sizes, COUNT(many_sizes)};
	g.log = bench_memory(LOG);
	g.record = bench_memory(LONGEST);
	bench_expect(&bench, 4 * plan.count);
	for_all(&g, &plan);
	return bench_close(&bench);
}
