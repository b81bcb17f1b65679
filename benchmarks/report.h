/* SPDX-License-Identifier: BSD-3-Clause */
/* Results as a table for people and, on request, as CSV for programs. */
#ifndef PMEM2_BENCH_REPORT_H
#define PMEM2_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "stats.h"

/* One time divided by another, round by round. */
struct bench_ratio {
	bool known;
	struct bench_spread spread;
};

/* What was measured of one subject of a case. */
struct bench_result {
	const char *subject;
	const char *role;       /* "ours", "floor" or "peer" */
	struct bench_spread ns; /* per call */
	double system_calls;    /* per call; negative: not counted */
	size_t calls;           /* per round */
	struct bench_ratio over_floor;
	struct bench_ratio speed_up; /* over the peer */
};

struct bench_report {
	const char *benchmark;
	FILE *csv; /* NULL: none */
	bool has_peer;
	int name_width; /* of the table's first column */
};

/* The columns of times in the CSV. */
#define BENCH_TIMES                                                                                \
	"benchmark,case,size,subject,role,rounds,calls_per_round,ns_median,ns_q1,ns_q3,"           \
	"system_calls,over_floor,over_floor_low,over_floor_high,"                                  \
	"speed_up,speed_up_low,speed_up_high"

/* Prints about the machine. An unwritable `output` ends the program. */
void bench_report_open(struct bench_report *report, const char *benchmark, const char *peer,
		       const char *output, const char *columns);

/* The heading of a table of times; `floor` names the least possible work. */
void bench_report_heading(const struct bench_report *report, const char *floor);

void bench_report_close(struct bench_report *report);

/* `floor` and `peer` may be NULL. */
void bench_report_row(struct bench_report *report, const char *name,
		      const struct bench_result *result, const struct bench_result *floor,
		      const struct bench_result *peer);

/* A line of CSV, if it is asked for; a `size` of 0 is left empty. */
void bench_report_csv(struct bench_report *report, const char *name, size_t size,
		      const struct bench_result *result, size_t rounds);

#endif
