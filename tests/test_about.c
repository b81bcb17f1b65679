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

/* What a new process tells, whose CPU may look different: valgrind does not follow it. */
struct names {
	char used[64], by_default[64];  /* as programs ask for them */
	char bound[64], unstreamed[64]; /* of the rows of that CPU */
};

static void ask(const char *const *variables, struct names *names)
{
	struct reply reply;

	restart(restart_own_program(), "name the variants", variables, &reply);
	ck_assert_int_eq(sscanf(reply.text, "%63s %63s %63s %63s", names->used, names->by_default,
				names->bound, names->unstreamed),
			 4);
}

START_TEST(variant_in_use_is_the_default_one)
{
	struct names names;

	ask((const char *const[]){NULL}, &names);
	ck_assert_str_eq(names.used, names.bound);
	ck_assert_str_eq(names.by_default, names.bound);
}
END_TEST

START_TEST(variant_in_use_is_that_which_the_variables_choose)
{
	struct names names;

	ask((const char *const[]){"PMEM_NO_MOVNT=1", NULL}, &names);
	ck_assert_str_eq(names.used, names.unstreamed);
	ck_assert_str_eq(names.by_default, names.bound);
}
END_TEST

static void name_the_variants(void)
{
	const struct pmem2_arch_tune unstreamed = {.no_movnt = true};
	char text[256];

	snprintf(text, sizeof(text), "%s %s %s %s", pmem2_variant_name(),
		 pmem2_variant_default_name(), pmem2_arch_bound_row()->name,
		 pmem2_arch_tuned_row(&unstreamed)->name);
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
