/* SPDX-License-Identifier: BSD-3-Clause */
/* Which row each POWER CPU gets, decided without owning it. */
#include <stdio.h>
#include <sys/auxv.h>

#include "../base/choice.h"

START_TEST(each_cpu_gets_its_row)
{
	ck_assert_uint_eq(pmem2_cpu_decode(0), PMEM2_CPU_dcbf);
	assert_tuning(pmem2_cpu_decode(0), "vsx-dcbf");
	ck_assert_uint_eq(pmem2_cpu_decode(0x40000), PMEM2_CPU_dcbf | PMEM2_CPU_dcbstps);
	assert_tuning(pmem2_cpu_decode(1), "vsx-dcbstps");
}
END_TEST

START_TEST(resolvers_find_what_others_find)
{
	ck_assert_uint_eq(pmem2_cpu_features_at_load(0, NULL), pmem2_cpu_features());
	assert_bound_as_chosen();
}
END_TEST

START_TEST(line_size_was_asked_for)
{
	const size_t line = getauxval(AT_DCACHEBSIZE);

	pmem2_arch_bound_row();
	ck_assert_uint_eq(pmem2_line_size, line != 0 ? line : 32);
}
END_TEST

START_TEST(every_cpu_writes_lines_back)
{
	ck_assert(pmem2_arch_has_writeback());
	ck_assert(pmem2_arch_deep_flush_fn() == NULL);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("select");
	TCase *choice = tcase_create("choice");

	tcase_add_test(choice, each_cpu_gets_its_row);
	tcase_add_test(choice, resolvers_find_what_others_find);
	tcase_add_test(choice, line_size_was_asked_for);
	tcase_add_test(choice, every_cpu_writes_lines_back);
	suite_add_tcase(suite, choice);
	return suite;
}
