/* SPDX-License-Identifier: BSD-3-Clause */
#include "tune.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "restart.h"
#include "support.h"

/* ---- decoding ----------------------------------------------------------- */

/* An environment of one variable. */
static const char *set_name;
static char *set_value;

static char *get_from_one(const char *name)
{
	return set_name != NULL && strcmp(name, set_name) == 0 ? set_value : NULL;
}

static int decode(const char *name, const char *value, struct pmem2_arch_tune *tune)
{
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", value);
	set_name = name;
	set_value = copy;
	memset(tune, 0xff, sizeof(*tune));
	return pmem2_tune_decode(get_from_one, tune);
}

static void assert_same_tune(const struct pmem2_arch_tune *a, const struct pmem2_arch_tune *b)
{
	ck_assert_int_eq(a->no_clwb, b->no_clwb);
	ck_assert_int_eq(a->no_clflushopt, b->no_clflushopt);
	ck_assert_int_eq(a->no_movnt, b->no_movnt);
	ck_assert_int_eq(a->no_avx, b->no_avx);
	ck_assert_int_eq(a->no_avx512f, b->no_avx512f);
	ck_assert_int_eq(a->movdir64b, b->movdir64b);
	ck_assert_int_eq(a->has_movnt_threshold, b->has_movnt_threshold);
	ck_assert_uint_eq(a->movnt_threshold, b->movnt_threshold);
}

/* What asks for something, and what for. */
static const struct {
	const char *name;
	const char *value;
	struct pmem2_arch_tune tune;
} effective[] = {
	{"PMEM_NO_CLWB", "1", {.no_clwb = true}},
	{"PMEM_NO_CLFLUSHOPT", "1", {.no_clflushopt = true}},
	{"PMEM_NO_MOVNT", "1", {.no_movnt = true}},
	{"PMEM_AVX", "0", {.no_avx = true}},
	{"PMEM_AVX512F", "0", {.no_avx512f = true}},
	{"PMEM_MOVDIR64B", "1", {.movdir64b = true}},
	{"PMEM_MOVDIR64B", "yes", {.movdir64b = true}},
	{"PMEM_MOVDIR64B", "", {.movdir64b = true}},
	{"PMEM_MOVNT_THRESHOLD", "0", {.has_movnt_threshold = true, .movnt_threshold = 0}},
	{"PMEM_MOVNT_THRESHOLD", "1", {.has_movnt_threshold = true, .movnt_threshold = 1}},
	{"PMEM_MOVNT_THRESHOLD", "4096", {.has_movnt_threshold = true, .movnt_threshold = 4096}},
	{"PMEM_MOVNT_THRESHOLD", "010", {.has_movnt_threshold = true, .movnt_threshold = 10}},
};

START_TEST(effective_value_asks_for_what_it_says_and_nothing_else)
{
	struct pmem2_arch_tune tune;

	ck_assert_int_eq(decode(effective[_i].name, effective[_i].value, &tune), 1);
	assert_same_tune(&tune, &effective[_i].tune);
}
END_TEST

START_TEST(largest_threshold_is_taken)
{
	struct pmem2_arch_tune tune;
	char text[32];

	snprintf(text, sizeof(text), "%zu", SIZE_MAX);
	ck_assert_int_eq(decode("PMEM_MOVNT_THRESHOLD", text, &tune), 1);
	ck_assert_uint_eq(tune.movnt_threshold, SIZE_MAX);
}
END_TEST

static const struct {
	const char *name;
	const char *value;
} ignored[] = {
	{"PMEM_NO_CLWB", "0"},
	{"PMEM_NO_CLWB", ""},
	{"PMEM_NO_CLWB", "2"},
	{"PMEM_NO_CLWB", "11"},
	{"PMEM_NO_CLWB", " 1"},
	{"PMEM_NO_CLWB", "1 "},
	{"PMEM_NO_CLWB", "yes"},
	{"PMEM_NO_CLFLUSHOPT", "0"},
	{"PMEM_NO_CLFLUSHOPT", "01"},
	{"PMEM_NO_MOVNT", "0"},
	{"PMEM_NO_MOVNT", "true"},
	{"PMEM_AVX", "1"},
	{"PMEM_AVX", ""},
	{"PMEM_AVX", "00"},
	{"PMEM_AVX", "no"},
	{"PMEM_AVX512F", "1"},
	{"PMEM_AVX512F", "2"},
	{"PMEM_MOVDIR64B", "0"},
	{"PMEM_MOVNT_THRESHOLD", ""},
	{"PMEM_MOVNT_THRESHOLD", "-1"},
	{"PMEM_MOVNT_THRESHOLD", "-256"},
	{"PMEM_MOVNT_THRESHOLD", "+256"},
	{"PMEM_MOVNT_THRESHOLD", " 256"},
	{"PMEM_MOVNT_THRESHOLD", "256 "},
	{"PMEM_MOVNT_THRESHOLD", "256k"},
	{"PMEM_MOVNT_THRESHOLD", "0x100"},
	{"PMEM_MOVNT_THRESHOLD", "1e3"},
	{"PMEM_MOVNT_THRESHOLD", "many"},
	{"PMEM_MOVNT_THRESHOLD", "99999999999999999999"},
	{"PMEM_WC_WORKAROUND", "0"},
	{"PMEM_WC_WORKAROUND", "1"},
	{"PMEM_NO_GENERIC_MEMCPY", "1"},
	{"PMEM_NO_FLUSH", "1"},
	{"PMEM_IS_PMEM_FORCE", "1"},
};

START_TEST(any_other_value_or_variable_asks_for_nothing)
{
	static const struct pmem2_arch_tune nothing;
	struct pmem2_arch_tune tune;

	ck_assert_int_eq(decode(ignored[_i].name, ignored[_i].value, &tune), 0);
	assert_same_tune(&tune, &nothing);
}
END_TEST

START_TEST(empty_environment_asks_for_nothing)
{
	static const struct pmem2_arch_tune nothing;
	struct pmem2_arch_tune tune;

	ck_assert_int_eq(decode(NULL, "", &tune), 0);
	assert_same_tune(&tune, &nothing);
}
END_TEST

/* ---- this program again, with another environment ----------------------- */

/* Check that the environment chose the row it asks for; its index follows. */
#define EXPECT "expect "

/* Environments that choose a row, and what they ask for. */
static const struct {
	const char *variables[5];
	struct pmem2_arch_tune tune;
} environments[] = {
	{{"PMEM_NO_CLWB=1"}, {.no_clwb = true}},
	{{"PMEM_NO_CLFLUSHOPT=1"}, {.no_clflushopt = true}},
	{{"PMEM_NO_CLWB=1", "PMEM_NO_CLFLUSHOPT=1"}, {.no_clwb = true, .no_clflushopt = true}},
	{{"PMEM_NO_MOVNT=1"}, {.no_movnt = true}},
	{{"PMEM_AVX=0"}, {.no_avx = true}},
	{{"PMEM_AVX512F=0"}, {.no_avx512f = true}},
	{{"PMEM_MOVDIR64B=1"}, {.movdir64b = true}},
	{{"PMEM_MOVNT_THRESHOLD=0"}, {.has_movnt_threshold = true}},
	{{"PMEM_MOVNT_THRESHOLD=1"}, {.has_movnt_threshold = true, .movnt_threshold = 1}},
	{{"PMEM_MOVNT_THRESHOLD=7"}, {.has_movnt_threshold = true, .movnt_threshold = 7}},
	{{"PMEM_MOVNT_THRESHOLD=99999"}, {.has_movnt_threshold = true, .movnt_threshold = 99999}},
	{{"PMEM_NO_MOVNT=1", "PMEM_MOVNT_THRESHOLD=0"},
	 {.no_movnt = true, .has_movnt_threshold = true}},
	{{"PMEM_NO_CLWB=1", "PMEM_NO_CLFLUSHOPT=1", "PMEM_NO_MOVNT=1", "PMEM_AVX=0"},
	 {.no_clwb = true, .no_clflushopt = true, .no_movnt = true, .no_avx = true}},
};

static const struct pmem2_arch_ops *ops_of(const struct pmem2_arch_row *row,
					   enum pmem2_granularity granularity)
{
	return granularity == PMEM2_GRANULARITY_BYTE ? &row->byte : &row->cache_line;
}

static bool gets_functions_of(struct pmem2_map *map, const struct pmem2_arch_ops *ops)
{
	return pmem2_get_memmove_fn(map) == ops->memmove &&
	       pmem2_get_memset_fn(map) == ops->memset && pmem2_get_flush_fn(map) == ops->flush &&
	       pmem2_get_persist_fn(map) == ops->persist && pmem2_get_drain_fn(map) == ops->drain;
}

static unsigned char bytes[20000];

/* Copy and fill at this granularity; whether every byte is right, and no other was touched. */
static bool copies_right(struct pmem2_map *map, size_t length, unsigned flags)
{
	unsigned char *copy = bytes + 9001;

	memset(bytes, 'a', sizeof(bytes));
	pmem2_get_memset_fn(map)(bytes + 3, 'b', length, flags);
	pmem2_get_memcpy_fn(map)(copy, bytes + 2, length + 2, flags);
	for (size_t i = 0; i < length; i++)
		if (bytes[3 + i] != 'b' || copy[1 + i] != 'b')
			return false;
	return bytes[2] == 'a' && bytes[3 + length] == 'a' && copy[0] == 'a' &&
	       copy[length + 1] == 'a' && copy[length + 2] == 'a';
}

static bool copies_right_everywhere(struct pmem2_map *map)
{
	for (unsigned flags = 0; flags <= PMEM2_F_MEM_VALID_FLAGS; flags++)
		for (size_t length = 0; length < 9000; length += 1 + length / 2)
			if (!copies_right(map, length, flags))
				return false;
	return true;
}

static struct pmem2_map *wrap(enum pmem2_granularity granularity)
{
	struct pmem2_source *src = NULL;
	struct pmem2_map *map = NULL;

	if (pmem2_source_from_anon(&src, 1) != 0 ||
	    pmem2_map_from_existing(&map, src, bytes, sizeof(bytes), granularity) != 0)
		exit(EXIT_FAILURE);
	pmem2_source_delete(&src);
	return map;
}

static const char *check_granularity(const struct pmem2_arch_row *row,
				     enum pmem2_granularity granularity)
{
	struct pmem2_map *map = wrap(granularity);
	bool keeps_lines = granularity == PMEM2_GRANULARITY_BYTE || pmem2_arch_has_writeback();
	const char *complaint = NULL;

	if (keeps_lines && !gets_functions_of(map, ops_of(row, granularity)))
		complaint = "wrong: functions of another row";
	else if (!copies_right_everywhere(map))
		complaint = "wrong: copies";
	pmem2_map_delete(&map);
	return complaint;
}

/* What is wrong with the functions that maps get, if they should be those of `row`. */
static const char *check_row(const struct pmem2_arch_row *row)
{
	const char *complaint = check_granularity(row, PMEM2_GRANULARITY_BYTE);

	return complaint != NULL ? complaint : check_granularity(row, PMEM2_GRANULARITY_CACHE_LINE);
}

static const char *report_expected(size_t environment)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();
	const char *complaint;

	if (row == NULL)
		return "wrong: no row";
	if (row != pmem2_arch_tuned_row(&environments[environment].tune))
		return row->name;
	complaint = check_row(row);
	return complaint != NULL ? complaint : "as expected";
}

static const char *report_bound(void)
{
	const char *complaint;

	if (pmem2_tune_row() != NULL)
		return pmem2_tune_row()->name;
	complaint = check_row(pmem2_arch_bound_row());
	return complaint != NULL ? complaint : "bound";
}

/* The environment of a process is read once; what it becomes later changes nothing. */
static const char *report_change(void)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	setenv("PMEM_NO_MOVNT", "1", 1);
	pmem2_tune_load();
	pmem2_map_delete(&(struct pmem2_map *){wrap(PMEM2_GRANULARITY_BYTE)});
	return pmem2_tune_row() == row ? "unchanged" : "changed";
}

/* Check's assertions work in tests only; here, failures are told in the reply. */
static void do_task(const char *task)
{
	const char *text = "wrong: no such task";

	if (strncmp(task, EXPECT, strlen(EXPECT)) == 0)
		text = report_expected(strtoul(task + strlen(EXPECT), NULL, 10));
	else if (strcmp(task, "bound") == 0)
		text = report_bound();
	else if (strcmp(task, "change") == 0)
		text = report_change();
	restart_reply(text);
}

START_TEST(variables_choose_the_row_that_maps_get)
{
	struct reply reply;
	char task[32];

	snprintf(task, sizeof(task), EXPECT "%d", _i);
	restart(restart_own_program(), task, environments[_i].variables, &reply);
	ck_assert_str_eq(reply.text, "as expected");
}
END_TEST

static const char *const without_effect[][2] = {
	{NULL},
	{"PMEM_NO_CLWB=0"},
	{"PMEM_NO_MOVNT="},
	{"PMEM_AVX=1"},
	{"PMEM_MOVNT_THRESHOLD=-1"},
	{"PMEM_MOVNT_THRESHOLD=256 bytes"},
	{"PMEM_WC_WORKAROUND=0"},
	{"PMEM_WC_WORKAROUND=1"},
	{"PMEM_NO_GENERIC_MEMCPY=1"},
	{"PMEM_NO_FLUSH=1"},
	{"PMEM_IS_PMEM_FORCE=1"},
};

START_TEST(maps_get_the_bound_row_where_no_variable_asks_for_another)
{
	struct reply reply;

	restart(restart_own_program(), "bound", without_effect[_i], &reply);
	ck_assert_str_eq(reply.text, "bound");
}
END_TEST

START_TEST(variables_are_read_once)
{
	static const char *const given[][2] = {{NULL}, {"PMEM_NO_CLWB=1", NULL}};
	struct reply reply;

	for (size_t i = 0; i < 2; i++) {
		restart(restart_own_program(), "change", given[i], &reply);
		ck_assert_str_eq(reply.text, "unchanged");
	}
}
END_TEST

/* ---- the suite ---------------------------------------------------------- */

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static TCase *decode_tests(void)
{
	TCase *tests = tcase_create("decode");

	tcase_add_loop_test(tests, effective_value_asks_for_what_it_says_and_nothing_else, 0,
			    COUNT(effective));
	tcase_add_test(tests, largest_threshold_is_taken);
	tcase_add_loop_test(tests, any_other_value_or_variable_asks_for_nothing, 0, COUNT(ignored));
	tcase_add_test(tests, empty_environment_asks_for_nothing);
	return tests;
}

static TCase *environment_tests(void)
{
	TCase *tests = tcase_create("environment");

	tcase_add_loop_test(tests, variables_choose_the_row_that_maps_get, 0, COUNT(environments));
	tcase_add_loop_test(tests, maps_get_the_bound_row_where_no_variable_asks_for_another, 0,
			    COUNT(without_effect));
	tcase_add_test(tests, variables_are_read_once);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("tune");
	const char *task = restart_task();

	if (task != NULL)
		do_task(task);
	suite_add_tcase(suite, decode_tests());
	suite_add_tcase(suite, environment_tests());
	return suite;
}
