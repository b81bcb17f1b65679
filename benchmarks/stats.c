/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value at `share` (0 to 1) of the way through sorted values, between two if need be. */
static double quantile(const double *sorted, size_t count, double share)
{
	double place = share * (double)(count - 1);
	size_t below = (size_t)place;
	double rest = place - (double)below;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] * (1 - rest) + sorted[below + 1] * rest;
}

struct bench_spread bench_quartiles(double *values, size_t count)
{
	struct bench_spread spread;

	qsort(values, count, sizeof(*values), ascending);
	spread.low = quantile(values, count, 0.25);
	spread.median = quantile(values, count, 0.5);
	spread.high = quantile(values, count, 0.75);
	return spread;
}

/*
 * How many values may be cut off at each end: the true median lies below the
 * value of rank k + 1 when at most k of `count` fair coins show heads, which
 * must happen in no more than 2.5 % of cases.
 */
static size_t ranks_to_cut(size_t count)
{
	double term = 1;
	double sum = 0;
	size_t cut = 0;

	for (size_t i = 0; i < count; i++)
		term /= 2;
	for (size_t heads = 0; heads < count / 2; heads++) {
		sum += term;
		if (sum > 0.025)
			break;
		cut = heads;
		term *= (double)(count - heads) / (double)(heads + 1);
	}
	return cut;
}

struct bench_spread bench_median_interval(double *values, size_t count)
{
	struct bench_spread spread;
	size_t cut = ranks_to_cut(count);

	qsort(values, count, sizeof(*values), ascending);
	spread.low = values[cut];
	spread.median = quantile(values, count, 0.5);
	spread.high = values[count - 1 - cut];
	return spread;
}
