/* SPDX-License-Identifier: BSD-3-Clause */
/* Which row each RISC-V CPU gets, decided without owning it. */
#include <stdio.h>

#include "../base/choice.h"

#define ZICBOM (UINT64_C(1) << 55)

static const struct cpu {
	const char *what;
	struct pmem2_hwprobe extensions, block;
	unsigned features;
	unsigned long line;
	const char *row;
} cpus[] = {
	{"Zicbom, 64 bytes", {4, ZICBOM | 1}, {12, 64}, PMEM2_CPU_cbo, 64, "rv64-cbo"},
	{"Zicbom, 128 bytes", {4, ~UINT64_C(0)}, {12, 128}, PMEM2_CPU_cbo, 128, "rv64-cbo"},
	{"all but Zicbom", {4, ~ZICBOM}, {12, 64}, 0, 0, "rv64-none"},
	{"a kernel that does not know extensions", {-1, ~UINT64_C(0)}, {12, 64}, 0, 0, "rv64-none"},
	{"a kernel that does not know the block", {4, ZICBOM}, {-1, 64}, 0, 0, "rv64-none"},
	{"a block of no bytes", {4, ZICBOM}, {12, 0}, 0, 0, "rv64-none"},
	{"a block of no power of two", {4, ZICBOM}, {12, 96}, 0, 0, "rv64-none"},
	{"a block smaller than a word", {4, ZICBOM}, {12, 4}, 0, 0, "rv64-none"},
};

START_TEST(each_cpu_gets_its_row)
{
	const struct cpu *cpu = &cpus[_i];
	unsigned long line = 0;

	ck_assert_uint_eq(pmem2_cpu_decode(&cpu->extensions, &cpu->block, &line), cpu->features);
	ck_assert_uint_eq(line, cpu->line);
	assert_tuning(cpu->features, cpu->row);
}
END_TEST

START_TEST(resolvers_find_what_others_find)
{
	ck_assert_uint_eq(pmem2_cpu_features_at_load(0, NULL), pmem2_cpu_features());
	ck_assert(pmem2_arch_deep_flush_fn() == NULL);
	assert_bound_as_chosen();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("select");
	TCase *choice = tcase_create("choice");

	tcase_add_loop_test(choice, each_cpu_gets_its_row, 0, sizeof(cpus) / sizeof(cpus[0]));
	tcase_add_test(choice, resolvers_find_what_others_find);
	suite_add_tcase(suite, choice);
	return suite;
}
