/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "libpmem2/ext.h"
#include "restart.h"
#include "support.h"

START_TEST(version_is_that_of_the_project)
{
	ck_assert_str_eq(pmem2_version(), PROJECT_VERSION);
}
END_TEST

/* Asked of a new process, with these variables and no others. */
static void assert_variants(const char *const *variables, const char *used)
{
	char expected[256];
	struct reply reply;

	snprintf(expected, sizeof(expected), "%s, by default %s", used,
		 pmem2_arch_bound_row()->name);
	restart(restart_own_program(), "name the variants", variables, &reply);
	ck_assert_str_eq(reply.text, expected);
}

START_TEST(variant_in_use_is_the_default_one)
{
	assert_variants((const char *const[]){NULL}, pmem2_arch_bound_row()->name);
}
END_TEST

START_TEST(variant_in_use_is_that_which_the_variables_choose)
{
	const struct pmem2_arch_tune tune = {.no_movnt = true};

	assert_variants((const char *const[]){"PMEM_NO_MOVNT=1", NULL},
			pmem2_arch_tuned_row(&tune)->name);
}
END_TEST

static void name_the_variants(void)
{
	char text[256];

	snprintf(text, sizeof(text), "%s, by default %s", pmem2_variant_name(),
		 pmem2_variant_default_name());
	restart_reply(text);
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("about");
	TCase *tests = tcase_create("about");

	if (restart_task() != NULL)
		name_the_variants();
	tcase_add_test(tests, version_is_that_of_the_project);
	tcase_add_test(tests, variant_in_use_is_the_default_one);
	tcase_add_test(tests, variant_in_use_is_that_which_the_variables_choose);
	suite_add_tcase(suite, tests);
	return suite;
}
