/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "libpmem2/ext.h"
#include "support.h"

#define VARIABLE "PMEM2_FORCE_GRANULARITY"

static int fd;
static struct pmem2_source *src;
static struct pmem2_config *cfg;
static struct pmem2_map *map;

static void begin(void)
{
	ck_assert_int_eq(unsetenv(VARIABLE), 0);
	fd = pmem2_test_file(4096);
	src = pmem2_test_source(fd);
	cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	map = NULL;
}

static void end(void)
{
	if (map != NULL)
		assert_success(pmem2_map_delete(&map));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
}

static void assert_cause(enum pmem2_granularity_cause cause, const char *sentence)
{
	char text[256];
	size_t length = pmem2_map_get_granularity_reason(map, text, sizeof(text));

	ck_assert_int_eq(pmem2_map_get_granularity_cause(map), cause);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_msg(strstr(text, sentence) == text, "\"%s\" does not begin with \"%s\"", text,
		      sentence);
}

/* On what the tests' files lie is never DAX. */
START_TEST(map_of_an_ordinary_file_tells_why_it_is_page)
{
	assert_success(pmem2_map_new(&map, cfg, src));
	if (pmem2_arch_has_writeback())
		assert_cause(PMEM2_CAUSE_NO_MAP_SYNC, "PAGE is all there is: the system refused");
	else
		assert_cause(PMEM2_CAUSE_NO_WRITEBACK, "PAGE is all there is: the library knows");
}
END_TEST

START_TEST(private_map_tells_why_it_is_byte)
{
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE));
	assert_success(pmem2_map_new(&map, cfg, src));
	assert_cause(PMEM2_CAUSE_NOT_SHARED, "BYTE holds: of anonymous memory");
}
END_TEST

START_TEST(map_tells_that_the_environment_decided)
{
	setenv(VARIABLE, "PAGE", 1);
	assert_success(pmem2_map_new(&map, cfg, src));
	assert_cause(PMEM2_CAUSE_ENVIRONMENT, "the environment variable " VARIABLE);
}
END_TEST

START_TEST(map_tells_that_the_config_decided)
{
	setenv(VARIABLE, "BYTE", 1);
	assert_success(pmem2_config_set_forced_granularity(cfg, PMEM2_GRANULARITY_PAGE));
	assert_success(pmem2_map_new(&map, cfg, src));
	assert_cause(PMEM2_CAUSE_CONFIG, "the config forces PAGE");
}
END_TEST

START_TEST(map_has_the_granularity_that_the_config_forces)
{
	const enum pmem2_granularity granularity = (enum pmem2_granularity)_i;

	assert_success(pmem2_config_set_forced_granularity(cfg, granularity));
	assert_success(pmem2_map_new(&map, cfg, src));
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), granularity);
}
END_TEST

START_TEST(map_of_existing_memory_tells_that_its_caller_decided)
{
	static char memory[4096];

	assert_success(pmem2_map_from_existing(&map, src, memory, sizeof(memory),
					       PMEM2_GRANULARITY_CACHE_LINE));
	assert_cause(PMEM2_CAUSE_CALLER, "CACHE_LINE is what pmem2_map_from_existing was told");
}
END_TEST

START_TEST(reason_is_cut_where_it_does_not_fit)
{
	char whole[256];
	char part[256];
	size_t length;

	assert_success(pmem2_map_new(&map, cfg, src));
	length = pmem2_map_get_granularity_reason(map, whole, sizeof(whole));
	ck_assert_uint_gt(length, 40);
	for (size_t size = 1; size < sizeof(part); size++) {
		memset(part, '#', sizeof(part));
		ck_assert_uint_eq(pmem2_map_get_granularity_reason(map, part, size), length);
		ck_assert_int_eq(strncmp(part, whole, size - 1), 0);
		ck_assert_uint_eq(strlen(part), size - 1 < length ? size - 1 : length);
		ck_assert_int_eq(part[size], '#');
	}
}
END_TEST

START_TEST(length_of_the_reason_can_be_asked_for)
{
	char text[256];

	assert_success(pmem2_map_new(&map, cfg, src));
	ck_assert_uint_eq(pmem2_map_get_granularity_reason(map, NULL, 0),
			  pmem2_map_get_granularity_reason(map, text, sizeof(text)));
}
END_TEST

static void be_refused(void)
{
	assert_success(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE));
	assert_failure(pmem2_map_new(&map, cfg, src), PMEM2_E_GRANULARITY_NOT_SUPPORTED, "BYTE");
}

START_TEST(there_is_no_cause_before_the_first_refusal)
{
	ck_assert_int_eq(pmem2_refused_granularity_cause(), PMEM2_CAUSE_NONE);
	assert_success(pmem2_map_new(&map, cfg, src));
	ck_assert_int_eq(pmem2_refused_granularity_cause(), PMEM2_CAUSE_NONE);
}
END_TEST

START_TEST(cause_of_a_refusal_stays_until_the_next_one)
{
	assert_success(pmem2_config_set_forced_granularity(cfg, PMEM2_GRANULARITY_PAGE));
	be_refused();
	ck_assert_int_eq(pmem2_refused_granularity_cause(), PMEM2_CAUSE_CONFIG);
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE));
	assert_success(pmem2_map_new(&map, cfg, src));
	ck_assert_int_eq(pmem2_refused_granularity_cause(), PMEM2_CAUSE_CONFIG);
	assert_success(pmem2_map_delete(&map));
	pmem2_config_delete(&cfg);
	cfg = pmem2_test_config(PMEM2_GRANULARITY_BYTE);
	be_refused();
	ck_assert_int_eq(pmem2_refused_granularity_cause(), pmem2_arch_has_writeback()
								    ? PMEM2_CAUSE_NO_MAP_SYNC
								    : PMEM2_CAUSE_NO_WRITEBACK);
}
END_TEST

static void *ask_in_a_thread(void *cause)
{
	*(enum pmem2_granularity_cause *)cause = pmem2_refused_granularity_cause();
	return NULL;
}

START_TEST(each_thread_has_refusals_of_its_own)
{
	enum pmem2_granularity_cause cause = PMEM2_CAUSE_CALLER;
	pthread_t thread;

	be_refused();
	ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_a_thread, &cause), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(cause, PMEM2_CAUSE_NONE);
	ck_assert_int_ne(pmem2_refused_granularity_cause(), PMEM2_CAUSE_NONE);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("cause");
	TCase *tests = tcase_create("cause");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, map_of_an_ordinary_file_tells_why_it_is_page);
	tcase_add_test(tests, private_map_tells_why_it_is_byte);
	tcase_add_test(tests, map_tells_that_the_environment_decided);
	tcase_add_test(tests, map_tells_that_the_config_decided);
	tcase_add_loop_test(tests, map_has_the_granularity_that_the_config_forces,
			    pmem2_arch_has_writeback() ? PMEM2_GRANULARITY_BYTE
						       : PMEM2_GRANULARITY_PAGE,
			    PMEM2_GRANULARITY_PAGE + 1);
	tcase_add_test(tests, map_of_existing_memory_tells_that_its_caller_decided);
	tcase_add_test(tests, reason_is_cut_where_it_does_not_fit);
	tcase_add_test(tests, length_of_the_reason_can_be_asked_for);
	tcase_add_test(tests, there_is_no_cause_before_the_first_refusal);
	tcase_add_test(tests, cause_of_a_refusal_stays_until_the_next_one);
	tcase_add_test(tests, each_thread_has_refusals_of_its_own);
	suite_add_tcase(suite, tests);
	return suite;
}
