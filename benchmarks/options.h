/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line that all benchmarks understand. */
#ifndef PMEM2_BENCH_OPTIONS_H
#define PMEM2_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define BENCH_MAX_DIRS 8
#define BENCH_MAX_ROUNDS 1000

struct bench_options {
	const char *output; /* where the CSV goes; NULL for nowhere */
	const char *peer;   /* file name of the peer's library; "" for none */
	bool full;
	size_t rounds;
	const char *dirs[BENCH_MAX_DIRS];
	size_t dir_count;
};

/* Ends the program after --help and --version, and with status 2 when it was called wrongly. */
void bench_parse_options(struct bench_options *options, int argc, char **argv,
			 const char *question);

#endif
