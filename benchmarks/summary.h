/* SPDX-License-Identifier: BSD-3-Clause */
/* What many ratios come to, class by class. */
#ifndef PMEM2_BENCH_SUMMARY_H
#define PMEM2_BENCH_SUMMARY_H

#include <stddef.h>

#define BENCH_MAX_CLASSES 128

struct bench_class {
	char name[80];
	double log_sum;
	double least;
	size_t count;
};

struct bench_summary {
	struct bench_class classes[BENCH_MAX_CLASSES];
	size_t count;
};

/* Count a ratio in the class `name`, which is made when it is new. */
void bench_summary_add(struct bench_summary *summary, const char *name, double ratio);

double bench_class_mean(const struct bench_class *group);

/* A line for each class; nothing where every class has but one ratio. */
void bench_summary_print(const struct bench_summary *summary);

#endif
