/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions that a mapping of some granularity gets: ours, the peer's, each variant's. */
#ifndef PMEM2_BENCH_FUNCTIONS_H
#define PMEM2_BENCH_FUNCTIONS_H

#include <stddef.h>

#include "harness.h"

struct bench_functions {
	const char *name;
	enum bench_role role;
	pmem2_memmove_fn memmove;
	pmem2_memset_fn memset;
	pmem2_persist_fn persist;
	pmem2_drain_fn drain;
};

/* A case's subjects, less what is the least work. */
#define BENCH_MAX_FUNCTIONS (BENCH_MAX_SUBJECTS - 3)

/*
 * Ours, then the peer's if there is one, then, with --full, each row of the
 * library's table of variants that this CPU can execute and that is not the
 * same as an earlier row. Stores at most BENCH_MAX_FUNCTIONS; returns how many.
 */
size_t bench_functions(const struct bench *bench, enum pmem2_granularity granularity,
		       struct bench_functions *functions);

#endif
