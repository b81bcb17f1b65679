/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures several ways to do the same thing, turn by turn in one process: what
 * disturbs the machine disturbs all of them, so their ratios can be trusted
 * where times cannot.
 */
#ifndef PMEM2_BENCH_HARNESS_H
#define PMEM2_BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "library.h"
#include "options.h"
#include "report.h"
#include "summary.h"

/* All variants of a CPU, the peer and the least work. */
#define BENCH_MAX_SUBJECTS 48

enum bench_role {
	BENCH_OURS,  /* what is judged; there may be several */
	BENCH_FLOOR, /* the least that any implementation must do; of several, each is owed */
	BENCH_PEER   /* at most one */
};

struct bench_subject {
	const char *name;
	enum bench_role role;
	void (*run)(void *context, size_t calls);
	void *context;
};

struct bench_case {
	const char *name; /* without commas; the same for all cases that only differ in size */
	size_t size;      /* in bytes; 0 where the case has none */
	struct bench_subject subjects[BENCH_MAX_SUBJECTS];
	size_t count;
	uint64_t batch_ns; /* how long a subject's turn lasts; 0: the default */
	bool counts_system_calls;
};

struct bench {
	struct bench_options options;
	struct bench_report report;
	struct bench_summary summary; /* of ours, the first of each case, over the peer */
	struct bench_library peer;
	bool has_peer;
	uint64_t (*now)(void); /* nanoseconds */
	uint64_t started;
	uint64_t last_progress;
	size_t cases;
	size_t cases_done;
};

/*
 * Read the command line, load the peer's library and print the heading.
 * `question` is what the program answers, `floor` the name of the least work.
 */
void bench_open(struct bench *bench, int argc, char **argv, const char *question,
		const char *floor);

/* The same for a program with a table of its own, and `columns` in its CSV. */
void bench_open_own(struct bench *bench, int argc, char **argv, const char *question,
		    const char *columns);

/* Returns the program's exit status. */
int bench_close(struct bench *bench);

/* How many cases will follow, for the progress line. */
void bench_expect(struct bench *bench, size_t cases);

/* Say what takes time between cases, on the progress line. */
void bench_say(struct bench *bench, const char *what);

/* Take the progress line back, before something else is printed. */
void bench_unsay(const struct bench *bench);

/* Add a subject to a case. */
void bench_add(struct bench_case *c, const char *name, enum bench_role role,
	       void (*run)(void *context, size_t calls), void *context);

/* One result per subject, in their order. */
void bench_measure(struct bench *bench, const struct bench_case *c, struct bench_result *results);

/* Measure, and write the results to the CSV only. */
void bench_record(struct bench *bench, const struct bench_case *c, struct bench_result *results);

/* Measure and report. */
void bench_run(struct bench *bench, const struct bench_case *c);

#endif
