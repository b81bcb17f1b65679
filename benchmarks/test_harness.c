/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmarks' own arithmetic, with a clock that goes as the tests say. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cells.h"
#include "harness.h"
#include "random.h"
#include "stats.h"
#include "system_calls.h"

static uint64_t fake_ns;

static uint64_t fake_now(void)
{
	return fake_ns;
}

struct fake {
	uint64_t ns;
	unsigned interrupt_every; /* 0: never */
	unsigned runs;
};

/* Takes `ns` per call, and much longer when it is interrupted. */
static void run_fake(void *context, size_t calls)
{
	struct fake *fake = context;

	fake_ns += fake->ns * calls;
	if (fake->interrupt_every != 0 && ++fake->runs % fake->interrupt_every == 0)
		fake_ns += 100000000;
}

static void run_getppids(void *context, size_t calls)
{
	const size_t *per_call = context;

	for (size_t i = 0; i < calls * *per_call; i++)
		(void)getppid();
}

START_TEST(quartiles_are_those_of_the_sorted_values)
{
	double values[] = {9, 1, 5, 3, 7};
	struct bench_spread spread = bench_quartiles(values, 5);

	ck_assert_double_eq(spread.low, 3);
	ck_assert_double_eq(spread.median, 5);
	ck_assert_double_eq(spread.high, 7);
}
END_TEST

START_TEST(median_of_an_even_count_lies_between_the_middle_values)
{
	double values[] = {4, 1, 2, 9};

	ck_assert_double_eq(bench_quartiles(values, 4).median, 3);
}
END_TEST

START_TEST(one_value_has_no_spread)
{
	double value = 42;
	struct bench_spread spread = bench_median_interval(&value, 1);

	ck_assert_double_eq(spread.low, 42);
	ck_assert_double_eq(spread.median, 42);
	ck_assert_double_eq(spread.high, 42);
}
END_TEST

/* Ranks from the published tables of the sign test. */
static const struct {
	size_t count;
	double low;
	double high;
} intervals[] = {{5, 1, 5}, {6, 1, 6}, {8, 1, 8}, {9, 2, 8}, {12, 3, 10}, {31, 10, 22}};

START_TEST(interval_has_the_ranks_of_the_sign_test)
{
	size_t count = intervals[_i].count;
	double values[31];
	struct bench_spread spread;

	for (size_t i = 0; i < count; i++)
		values[i] = (double)(count - i);
	spread = bench_median_interval(values, count);
	ck_assert_double_eq(spread.low, intervals[_i].low);
	ck_assert_double_eq(spread.high, intervals[_i].high);
}
END_TEST

START_TEST(slower_variant_shows_as_slower_in_spite_of_interruptions)
{
	struct fake ours = {.ns = 120, .interrupt_every = 5};
	struct fake bare = {.ns = 100, .interrupt_every = 7};
	struct fake peer = {.ns = 300};
	struct bench bench = {.now = fake_now, .options.rounds = 31};
	struct bench_case c = {.name = "case"};
	struct bench_result results[BENCH_MAX_SUBJECTS];

	bench_add(&c, "ours", BENCH_OURS, run_fake, &ours);
	bench_add(&c, "bare", BENCH_FLOOR, run_fake, &bare);
	bench_add(&c, "peer", BENCH_PEER, run_fake, &peer);
	bench_measure(&bench, &c, results);
	ck_assert_double_eq_tol(results[0].ns.median, 120, 1e-9);
	ck_assert_double_eq_tol(results[0].over_floor.spread.median, 1.2, 1e-9);
	ck_assert_double_eq_tol(results[0].speed_up.spread.median, 2.5, 1e-9);
}
END_TEST

START_TEST(slowest_of_several_floors_is_the_floor)
{
	struct fake ours = {.ns = 120};
	struct fake floors[] = {{.ns = 10}, {.ns = 80}, {.ns = 40}};
	struct bench bench = {.now = fake_now, .options.rounds = 9};
	struct bench_case c = {.name = "case"};
	struct bench_result results[BENCH_MAX_SUBJECTS];

	bench_add(&c, "ours", BENCH_OURS, run_fake, &ours);
	for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++)
		bench_add(&c, "floor", BENCH_FLOOR, run_fake, &floors[i]);
	bench_measure(&bench, &c, results);
	ck_assert_double_eq_tol(results[0].over_floor.spread.median, 1.5, 1e-9);
}
END_TEST

START_TEST(ratio_is_unknown_without_a_reference)
{
	struct fake ours = {.ns = 120};
	struct bench bench = {.now = fake_now, .options.rounds = 9};
	struct bench_case c = {.name = "case"};
	struct bench_result results[BENCH_MAX_SUBJECTS];

	bench_add(&c, "ours", BENCH_OURS, run_fake, &ours);
	bench_measure(&bench, &c, results);
	ck_assert(!results[0].over_floor.known);
	ck_assert(!results[0].speed_up.known);
}
END_TEST

START_TEST(random_sizes_and_places_reach_both_ends_and_no_further)
{
	bool sizes[10] = {false};
	bool places[10] = {false};
	uint64_t state = 1;

	for (int i = 0; i < 1000; i++) {
		bench_random_step(&state);
		ck_assert_uint_lt(bench_random_size(state, 3, 9), 10);
		sizes[bench_random_size(state, 3, 9)] = true;
		ck_assert_uint_lt(bench_random_place(state, 7), 7);
		places[bench_random_place(state, 7)] = true;
	}
	ck_assert(!sizes[2] && sizes[3] && sizes[9]);
	ck_assert(places[0] && places[6]);
}
END_TEST

#define FIELD_LENGTH 4096

static char field_dest[3 * FIELD_LENGTH + 4 * 4096] __attribute__((aligned(4096)));
static char field_src[3 * FIELD_LENGTH + 4 * 4096] __attribute__((aligned(4096)));
static const struct bench_field field = {field_dest, field_src};

/* Each placement with each of these lengths, to the start and the end of a line. */
static const size_t cell_lengths[] = {2, 8, 9, 100, FIELD_LENGTH};
#define CELLS (BENCH_PLACEMENTS * 5 * 2)

static struct bench_cell cell_at(int index)
{
	return (struct bench_cell){
		.placement = (enum bench_placement)(index % BENCH_PLACEMENTS),
		.length = cell_lengths[index / BENCH_PLACEMENTS % 5],
		.offset = index / BENCH_PLACEMENTS / 5 * 63,
	};
}

START_TEST(only_placements_named_so_overlap_and_they_do)
{
	struct bench_cell cell = cell_at(_i);
	const char *dest = bench_cell_dest(&cell, &field);
	const char *src = bench_cell_src(&cell, &field);
	bool overlap = dest < src + cell.length && src < dest + cell.length;

	ck_assert_int_eq(overlap, cell.placement >= BENCH_FORWARD_NEAR);
	ck_assert_ptr_ne(dest, src);
	if (overlap)
		ck_assert_int_eq(src > dest, cell.placement <= BENCH_FORWARD_HALF);
}
END_TEST

START_TEST(aliased_source_lies_in_its_page_as_its_name_says)
{
	static const size_t before[] = {0, 1, 64};
	struct bench_cell cell = cell_at(_i);
	uintptr_t distance = (uintptr_t)bench_cell_dest(&cell, &field) -
			     (uintptr_t)bench_cell_src(&cell, &field);

	if (cell.placement >= BENCH_ALIASED && cell.placement <= BENCH_ALIASED_LINE)
		ck_assert_uint_eq(distance % 4096, before[cell.placement - BENCH_ALIASED]);
}
END_TEST

static void assert_within(const char *part, const char *start, size_t length)
{
	ck_assert(start >= part);
	ck_assert(start + length <= part + bench_field_size(FIELD_LENGTH));
}

START_TEST(cells_stay_within_their_field)
{
	struct bench_cell cell = cell_at(_i);
	bool overlap = cell.placement >= BENCH_FORWARD_NEAR;

	assert_within(field_dest, bench_cell_dest(&cell, &field), cell.length);
	assert_within(overlap ? field_dest : field_src, bench_cell_src(&cell, &field), cell.length);
}
END_TEST

START_TEST(mean_of_a_class_is_geometric)
{
	struct bench_summary summary = {.count = 0};

	bench_summary_add(&summary, "a", 2);
	bench_summary_add(&summary, "b", 5);
	bench_summary_add(&summary, "a", 8);
	ck_assert_uint_eq(summary.count, 2);
	ck_assert_double_eq_tol(bench_class_mean(&summary.classes[0]), 4, 1e-9);
	ck_assert_double_eq_tol(bench_class_mean(&summary.classes[1]), 5, 1e-9);
	ck_assert_double_eq(summary.classes[0].least, 2);
}
END_TEST

START_TEST(line_of_csv_begins_with_case_size_subject_and_role)
{
	struct bench_report report = {.benchmark = "copy_cost", .csv = tmpfile()};
	struct bench_result result = {.subject = "avx2", .role = "ours", .calls = 7};
	char line[256];

	ck_assert_ptr_nonnull(report.csv);
	bench_report_csv(&report, "BYTE memmove", 64, &result, 9);
	rewind(report.csv);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), report.csv));
	fclose(report.csv);
	ck_assert_msg(strncmp(line, "copy_cost,BYTE memmove,64,avx2,ours,9,7,", 40) == 0, "%s",
		      line);
}
END_TEST

/* The CSV has no quotes. */
START_TEST(comma_in_the_name_of_a_case_is_refused)
{
	struct fake ours = {.ns = 120};
	struct bench bench = {.now = fake_now, .options.rounds = 9};
	struct bench_case c = {.name = "tmpfs, touched"};
	struct bench_result results[BENCH_MAX_SUBJECTS];

	bench_add(&c, "ours", BENCH_OURS, run_fake, &ours);
	bench_measure(&bench, &c, results);
}
END_TEST

START_TEST(system_calls_are_counted_per_call)
{
	size_t per_call = (size_t)_i;

	ck_assert_double_eq(bench_count_system_calls(run_getppids, &per_call), _i);
}
END_TEST

static bool may_trace(void)
{
	size_t none = 0;

	return bench_count_system_calls(run_getppids, &none) >= 0;
}

int main(void)
{
	Suite *suite = suite_create("benchmarks");
	TCase *tcase = tcase_create("harness");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, quartiles_are_those_of_the_sorted_values);
	tcase_add_test(tcase, median_of_an_even_count_lies_between_the_middle_values);
	tcase_add_test(tcase, one_value_has_no_spread);
	tcase_add_loop_test(tcase, interval_has_the_ranks_of_the_sign_test, 0,
			    sizeof(intervals) / sizeof(intervals[0]));
	tcase_add_test(tcase, slower_variant_shows_as_slower_in_spite_of_interruptions);
	tcase_add_test(tcase, slowest_of_several_floors_is_the_floor);
	tcase_add_test(tcase, ratio_is_unknown_without_a_reference);
	tcase_add_test(tcase, random_sizes_and_places_reach_both_ends_and_no_further);
	tcase_add_loop_test(tcase, only_placements_named_so_overlap_and_they_do, 0, CELLS);
	tcase_add_loop_test(tcase, aliased_source_lies_in_its_page_as_its_name_says, 0, CELLS);
	tcase_add_loop_test(tcase, cells_stay_within_their_field, 0, CELLS);
	tcase_add_test(tcase, mean_of_a_class_is_geometric);
	tcase_add_test(tcase, line_of_csv_begins_with_case_size_subject_and_role);
	tcase_add_exit_test(tcase, comma_in_the_name_of_a_case_is_refused, EXIT_FAILURE);
	if (!may_trace())
		puts("skipped: system_calls_are_counted_per_call, tracing is not allowed here");
	else
		tcase_add_loop_test(tcase, system_calls_are_counted_per_call, 0, 4);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
