/* SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Longest text of one number. */
#define CELL 40

/* Columns of the table, in characters. */
#define NS_WIDTH 26
#define RATIO_WIDTH 20

static void cpu_name(char *name, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(name, size, "unknown");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *value = strchr(line, ':');
		if (value == NULL || strncmp(line, "model name", strlen("model name")) != 0)
			continue;
		snprintf(name, size, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
		break;
	}
	(void)fclose(file);
}

static void print_machine(FILE *out, const char *prefix, const char *peer)
{
	char cpu[128];
	struct utsname system;

	cpu_name(cpu, sizeof(cpu));
	if (uname(&system) == 0)
		fprintf(out, "%scpu: %s (%s), kernel: %s\n", prefix, cpu, system.machine,
			system.release);
	fprintf(out, "%speer: %s\n", prefix, peer);
}

void bench_report_heading(const struct bench_report *report, const char *floor)
{
	char column[CELL];

	printf("%-*s %-*s", report->name_width, report->benchmark, NS_WIDTH, "ours ns (quartiles)");
	snprintf(column, sizeof(column), "ours/%s (95 %%)", floor);
	printf(" %9s %-*s", floor, RATIO_WIDTH, column);
	if (report->has_peer)
		printf(" %9s %-*s", "peer", RATIO_WIDTH, "peer/ours (95 %)");
	printf("\n");
	(void)fflush(stdout);
}

void bench_report_open(struct bench_report *report, const char *benchmark, const char *peer,
		       const char *output, const char *columns)
{
	report->benchmark = benchmark;
	report->csv = NULL;
	print_machine(stdout, "", peer);
	if (output == NULL)
		return;
	report->csv = fopen(output, "we");
	if (report->csv == NULL)
		err(EXIT_FAILURE, "%s", output);
	print_machine(report->csv, "# ", peer);
	fprintf(report->csv, "%s\n", columns);
}

void bench_report_close(struct bench_report *report)
{
	if (report->csv == NULL)
		return;
	if (ferror(report->csv) || fclose(report->csv) != 0)
		errx(EXIT_FAILURE, "the results could not be written");
}

/* Three digits are all that is true of a time or a ratio. */
static void format(char *cell, double value)
{
	int digits = value < 10 ? 2 : value < 100 ? 1 : 0;

	snprintf(cell, CELL, "%.*f", digits, value);
}

static void print_spread(const struct bench_spread *spread, int width)
{
	char median[CELL];
	char low[CELL];
	char high[CELL];
	char cell[4 * CELL];

	format(median, spread->median);
	format(low, spread->low);
	format(high, spread->high);
	snprintf(cell, sizeof(cell), "%s (%s-%s)", median, low, high);
	printf(" %-*s", width, cell);
}

static void print_reference(const struct bench_result *reference, const struct bench_ratio *ratio)
{
	char ns[CELL] = "-";

	if (reference != NULL)
		format(ns, reference->ns.median);
	printf(" %9s", ns);
	if (ratio->known)
		print_spread(&ratio->spread, RATIO_WIDTH);
	else
		printf(" %-*s", RATIO_WIDTH, "-");
}

static void print_system_calls(const struct bench_result *result)
{
	if (result != NULL && result->system_calls >= 0)
		printf(" %s %.3g", result->subject, result->system_calls);
}

void bench_report_row(struct bench_report *report, const char *name,
		      const struct bench_result *result, const struct bench_result *floor,
		      const struct bench_result *peer)
{
	printf("%-*s", report->name_width, name);
	print_spread(&result->ns, NS_WIDTH);
	print_reference(floor, &result->over_floor);
	if (report->has_peer)
		print_reference(peer, &result->speed_up);
	if (result->system_calls >= 0)
		printf(" system calls:");
	print_system_calls(result);
	print_system_calls(floor);
	print_system_calls(peer);
	printf("\n");
	(void)fflush(stdout);
}

static void csv_ratio(FILE *csv, const struct bench_ratio *ratio)
{
	if (ratio->known)
		fprintf(csv, ",%.4f,%.4f,%.4f", ratio->spread.median, ratio->spread.low,
			ratio->spread.high);
	else
		fprintf(csv, ",,,");
}

void bench_report_csv(struct bench_report *report, const char *name, size_t size,
		      const struct bench_result *result, size_t rounds)
{
	FILE *csv = report->csv;

	if (csv == NULL)
		return;
	fprintf(csv, "%s,%s,", report->benchmark, name);
	if (size != 0)
		fprintf(csv, "%zu", size);
	fprintf(csv, ",%s,%s,%zu,%zu,%.2f,%.2f,%.2f,", result->subject, result->role, rounds,
		result->calls, result->ns.median, result->ns.low, result->ns.high);
	if (result->system_calls >= 0)
		fprintf(csv, "%.3g", result->system_calls);
	csv_ratio(csv, &result->over_floor);
	csv_ratio(csv, &result->speed_up);
	fprintf(csv, "\n");
}
