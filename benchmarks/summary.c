/* SPDX-License-Identifier: BSD-3-Clause */
#include "summary.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bench_class *class_of(struct bench_summary *summary, const char *name)
{
	struct bench_class *group = summary->classes;

	while (group < summary->classes + summary->count && strcmp(group->name, name) != 0)
		group++;
	if (group < summary->classes + summary->count)
		return group;
	if (summary->count == BENCH_MAX_CLASSES)
		errx(EXIT_FAILURE, "%s: more than %d classes", name, BENCH_MAX_CLASSES);
	summary->count++;
	*group = (struct bench_class){.least = INFINITY};
	snprintf(group->name, sizeof(group->name), "%s", name);
	return group;
}

void bench_summary_add(struct bench_summary *summary, const char *name, double ratio)
{
	struct bench_class *group = class_of(summary, name);

	group->log_sum += log(ratio);
	group->least = fmin(group->least, ratio);
	group->count++;
}

double bench_class_mean(const struct bench_class *group)
{
	return exp(group->log_sum / (double)group->count);
}

void bench_summary_print(const struct bench_summary *summary)
{
	bool any = false;

	for (size_t i = 0; i < summary->count; i++)
		any = any || summary->classes[i].count > 1;
	if (!any)
		return;
	printf("\n%-66s %6s %15s %6s\n", "peer/ours", "cases", "geometric mean", "least");
	for (size_t i = 0; i < summary->count; i++) {
		const struct bench_class *group = &summary->classes[i];
		printf("%-66s %6zu %15.2f %6.2f\n", group->name, group->count,
		       bench_class_mean(group), group->least);
	}
}
