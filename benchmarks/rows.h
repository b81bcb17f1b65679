/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_BENCH_ROWS_H
#define PMEM2_BENCH_ROWS_H

#include <stddef.h>

#include "libpmem2.h"

/* The functions of one row of the library's table of variants. */
struct bench_row {
	const char *name;
	pmem2_memmove_fn memmove;
	pmem2_memset_fn memset;
	pmem2_persist_fn persist;
};

/* Stores at most `max` rows that this CPU can execute; returns how many. */
size_t bench_rows(enum pmem2_granularity granularity, struct bench_row *rows, size_t max);

#endif
