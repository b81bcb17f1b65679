/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics that a few disturbed rounds cannot spoil: medians and ranks, no means. */
#ifndef PMEM2_BENCH_STATS_H
#define PMEM2_BENCH_STATS_H

#include <stddef.h>

struct bench_spread {
	double low;
	double median;
	double high;
};

/* The median between the quartiles. Sorts `values`; `count` is at least 1. */
struct bench_spread bench_quartiles(double *values, size_t count);

/*
 * The median within its 95 % confidence interval, from ranks alone (the sign
 * test), so that no distribution is assumed. Sorts `values`; with fewer than 6
 * of them the interval is their whole range, and less certain.
 */
struct bench_spread bench_median_interval(double *values, size_t count);

#endif
