/* SPDX-License-Identifier: BSD-3-Clause */
/* Which row each Arm CPU gets, decided without owning it. */
#include <stdio.h>
#include <sys/auxv.h>

#include "../base/choice.h"
#include "deep.h"

#define DCPOP (1UL << 16)
#define DCPODP (1UL << 0)
#define OTHERS (~0UL & ~DCPOP)

/* What glibc hands to resolvers. */
#define HAS_MORE (1UL << 62)

static const struct cpu {
	const char *what;
	unsigned long hwcap, hwcap2;
	unsigned features;
	const char *row;
} cpus[] = {
	{"Cortex-A53: ARMv8.0", 0xff, 0, 0, "neon-none"},
	{"all but DCPOP", OTHERS, 0, 0, "neon-none"},
	{"Neoverse N1", 0x119fff | DCPOP, 0, PMEM2_CPU_cvap, "neon-cvap"},
	{"Neoverse V1", ~0UL, DCPODP, PMEM2_CPU_cvap | PMEM2_CPU_cvadp, "neon-cvap"},
	{"DCPODP that came alone", OTHERS, DCPODP, 0, "neon-none"},
};

START_TEST(each_cpu_gets_its_row)
{
	const struct cpu *cpu = &cpus[_i];

	ck_assert_uint_eq(pmem2_cpu_decode(cpu->hwcap, cpu->hwcap2), cpu->features);
	assert_tuning(cpu->features, cpu->row);
}
END_TEST

START_TEST(resolvers_find_what_others_find)
{
	const struct {
		unsigned long size, hwcap, hwcap2;
	} more = {sizeof(more), getauxval(AT_HWCAP), getauxval(AT_HWCAP2)}, older = {16, 0, ~0UL};
	const unsigned both = PMEM2_CPU_cvap | PMEM2_CPU_cvadp;

	ck_assert_uint_eq(pmem2_cpu_features_at_load(more.hwcap | HAS_MORE, &more),
			  pmem2_cpu_features());
	ck_assert_uint_eq(pmem2_cpu_features_at_load(DCPOP, NULL), PMEM2_CPU_cvap);
	ck_assert_uint_eq(pmem2_cpu_features_at_load(DCPOP | HAS_MORE, &older), PMEM2_CPU_cvap);
	ck_assert_uint_eq(pmem2_cpu_decode(DCPOP, DCPODP), both);
	assert_bound_as_chosen();
}
END_TEST

START_TEST(line_size_is_that_of_ctr)
{
	ck_assert_uint_eq(pmem2_cpu_decode_line(0x84448004), 64);
	ck_assert_uint_eq(pmem2_cpu_decode_line(3UL << 16), 32);
	ck_assert_uint_eq(pmem2_cpu_decode_line(6UL << 16), 256);
	ck_assert_uint_eq(pmem2_cpu_decode_line(0), 16);
	ck_assert_uint_eq(pmem2_cpu_decode_line(~0UL), 4UL << 15);
}
END_TEST

START_TEST(line_size_was_asked_for)
{
	unsigned long ctr;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	pmem2_arch_bound_row();
	ck_assert_uint_eq(pmem2_line_size, pmem2_cpu_decode_line(ctr));
}
END_TEST

START_TEST(deep_flush_is_that_of_cpus_that_have_it)
{
	const pmem2_flush_fn deep = pmem2_cpu_deep_flush(PMEM2_CPU_cvap | PMEM2_CPU_cvadp);

	ck_assert(deep != NULL && deep != pmem2_arch_row_at(0)->cache_line.flush);
	ck_assert(pmem2_cpu_deep_flush(PMEM2_CPU_cvap) == NULL);
	ck_assert(pmem2_cpu_deep_flush(0) == NULL);
	ck_assert(pmem2_arch_deep_flush_fn() == pmem2_cpu_deep_flush(pmem2_cpu_features()));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("select");
	TCase *choice = tcase_create("choice");

	tcase_add_loop_test(choice, each_cpu_gets_its_row, 0, sizeof(cpus) / sizeof(cpus[0]));
	tcase_add_test(choice, resolvers_find_what_others_find);
	tcase_add_test(choice, line_size_is_that_of_ctr);
	tcase_add_test(choice, line_size_was_asked_for);
	tcase_add_test(choice, deep_flush_is_that_of_cpus_that_have_it);
	suite_add_tcase(suite, choice);
	return suite;
}
