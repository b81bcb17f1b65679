/* SPDX-License-Identifier: BSD-3-Clause */
/* Which row each CPU gets, under each environment, decided without owning the CPU. */
#include <stdint.h>
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/rows.h"
#include "support.h"

#define AVX2 (PMEM2_CPU_avx | PMEM2_CPU_avx2)
#define AVX512 (AVX2 | PMEM2_CPU_avx512f | PMEM2_CPU_avx512vl | PMEM2_CPU_avx512bw)
#define FIRST (PMEM2_CPU_sse2 | PMEM2_CPU_clflush)
#define OPT (FIRST | PMEM2_CPU_clflushopt)
#define CLWB (OPT | PMEM2_CPU_clwb)

static const struct cpu {
	const char *name;
	struct pmem2_cpuid cpuid;
	unsigned features;
	const char *row;
} cpus[] = {
	{"Athlon 64", {0x00000001, 0x078bfbff, 0, 0, 0}, FIRST, "sse2-clflush"},
	{"Core 2", {0x0000e3bd, 0xbfebfbff, 0, 0, 0}, FIRST, "sse2-clflush"},
	{"Sandy Bridge", {0x1fbae3ff, 0xbfebfbff, 0, 0, 7}, FIRST | PMEM2_CPU_avx, "sse2-clflush"},
	{"Haswell", {0x7ffafbbf, 0xbfebfbff, 0x000027ab, 0, 7}, FIRST | AVX2, "avx2-clflush"},
	{"Broadwell", {0x7ffafbbf, 0xbfebfbff, 0x021c2fbb, 0, 7}, FIRST | AVX2, "avx2-clflush"},
	{"Skylake", {0x7ffafbbf, 0xbfebfbff, 0x029c6fbf, 0, 0x1f}, OPT | AVX2, "avx2-clflushopt"},
	{"Skylake-SP",
	 {0x7ffefbff, 0xbfebfbff, 0xd39ffffb, 0x00000008, 0x2ff},
	 CLWB | AVX512,
	 "avx512-clwb"},
	{"Ice Lake client",
	 {0x7ffafbbf, 0xbfebfbff, 0xf2bf27eb, 0x40405f4e, 0x2e7},
	 OPT | AVX512,
	 "avx512-clflushopt"},
	{"Tiger Lake",
	 {0x7ffafbbf, 0xbfebfbff, 0xf3bfa7eb, 0x18c05fce, 0x2e7},
	 CLWB | AVX512 | PMEM2_CPU_movdir64b,
	 "avx512-clwb"},
	{"Sapphire Rapids",
	 {0x7ffefbff, 0xbfebfbff, 0xf3bfb7ef, 0xbb417f7e, 0x602e7},
	 CLWB | AVX512 | PMEM2_CPU_movdir64b,
	 "avx512-clwb"},
	{"Alder Lake",
	 {0x7ffafbff, 0xbfebfbff, 0x239ca7eb, 0x98c027bc, 0x207},
	 CLWB | AVX2 | PMEM2_CPU_movdir64b,
	 "avx2-clwb"},
	{"Bulldozer", {0x1e98220b, 0x178bfbff, 0, 0, 7}, FIRST | PMEM2_CPU_avx, "sse2-clflush"},
	{"Zen", {0x7ed8320b, 0x178bfbff, 0x209c01a9, 0, 7}, OPT | AVX2, "avx2-clflushopt"},
	{"Zen 2", {0x7ed8320b, 0x178bfbff, 0x219c91a9, 0x00400004, 7}, CLWB | AVX2, "avx2-clwb"},
	{"Zen 3",
	 {0x7efa320b, 0x178bfbff, 0x219c97a9, 0x0040068c, 0x207},
	 CLWB | AVX2,
	 "avx2-clwb"},
	{"Zen 4",
	 {0x7efa320b, 0x178bfbff, 0xf1bf97a9, 0x00405fce, 0x2e7},
	 CLWB | AVX512,
	 "avx512-clwb"},
	{"Zen 4, no XSAVE", {0x76fa320b, 0x178bfbff, 0xf1bf97a9, 0x00405fce, 0}, CLWB, "sse2-clwb"},
	{"Zen 4, ymm not saved",
	 {0x7efa320b, 0x178bfbff, 0xf1bf97a9, 0x00405fce, 3},
	 CLWB,
	 "sse2-clwb"},
	{"Zen 4, zmm not saved",
	 {0x7efa320b, 0x178bfbff, 0xf1bf97a9, 0x00405fce, 0x67},
	 CLWB | AVX2,
	 "avx2-clwb"},
	{"hypervisor that hides clwb",
	 {0x7efa320b, 0x178bfbff, 0x209c97a9, 0, 7},
	 OPT | AVX2,
	 "avx2-clflushopt"},
	{"nothing known", {0, 0, 0, 0, 0}, 0, "sse2-clflush"},
};

#define ALL (CLWB | AVX512 | PMEM2_CPU_movdir64b)

static const struct tuned {
	unsigned features;
	struct pmem2_arch_tune tune;
	const char *row;
} tuned[] = {
	{ALL, {.no_clwb = true}, "avx512-clflushopt"},
	{ALL, {.no_clflushopt = true}, "avx512-clwb"},
	{ALL, {.no_clwb = true, .no_clflushopt = true}, "avx512-clflush"},
	{OPT, {.no_clwb = true}, "sse2-clflushopt"},
	{OPT, {.no_clflushopt = true}, "sse2-clflush"},
	{ALL, {.no_movnt = true}, "avx512-clwb-nomovnt"},
	{FIRST | AVX2, {.no_movnt = true}, "avx2-clflush-nomovnt"},
	{FIRST, {.no_movnt = true}, "sse2-clflush-nomovnt"},
	{ALL, {.has_movnt_threshold = true, .movnt_threshold = 0}, "avx512-clwb-threshold"},
	{OPT, {.has_movnt_threshold = true, .movnt_threshold = 9}, "sse2-clflushopt-threshold"},
	{ALL, {.no_movnt = true, .has_movnt_threshold = true}, "avx512-clwb-nomovnt"},
	{ALL, {.no_clwb = true, .no_movnt = true}, "avx512-clflushopt-nomovnt"},
	{ALL, {.movnt_threshold = 77}, "avx512-clwb"},
	{ALL, {.no_avx = true}, "sse2-clwb"},
	{ALL, {.no_avx = true, .movdir64b = true}, "sse2-clwb"},
	{ALL, {.no_avx512f = true}, "avx2-clwb"},
	{ALL & ~PMEM2_CPU_avx512vl, {.no_clwb = true}, "avx2-clflushopt"},
	{ALL & ~PMEM2_CPU_avx512bw, {.no_clwb = true}, "avx2-clflushopt"},
	{ALL & ~PMEM2_CPU_avx2, {.no_clwb = true}, "sse2-clflushopt"},
	{ALL, {.movdir64b = true}, "movdir64b-clwb"},
	{ALL, {.movdir64b = true, .has_movnt_threshold = true}, "movdir64b-clwb-threshold"},
	{ALL, {.movdir64b = true, .no_movnt = true}, "avx512-clwb-nomovnt"},
	{CLWB | AVX2, {.movdir64b = true}, "avx2-clwb"},
	{CLWB | AVX2 | PMEM2_CPU_movdir64b, {.movdir64b = true}, "movdir64b-clwb"},
};

static const char *row_name(unsigned features, const struct pmem2_arch_tune *tune)
{
	return pmem2_arch_row_at(pmem2_select_row(features, tune))->name;
}

START_TEST(cpuid_is_decoded)
{
	unsigned features = pmem2_cpu_decode(&cpus[_i].cpuid);

	ck_assert_msg(features == cpus[_i].features, "%s: features %#x instead of %#x",
		      cpus[_i].name, features, cpus[_i].features);
}
END_TEST

START_TEST(cpu_gets_its_best_row)
{
	const struct pmem2_arch_tune none = {.no_clwb = false};
	const char *row = row_name(cpus[_i].features, &none);

	ck_assert_msg(strcmp(row, cpus[_i].row) == 0, "%s: %s instead of %s", cpus[_i].name, row,
		      cpus[_i].row);
}
END_TEST

START_TEST(environment_changes_the_row)
{
	const char *row = row_name(tuned[_i].features, &tuned[_i].tune);

	ck_assert_msg(strcmp(row, tuned[_i].row) == 0, "case %d: %s instead of %s", _i, row,
		      tuned[_i].row);
}
END_TEST

START_TEST(no_row_needs_more_than_the_cpu_has)
{
	for (unsigned features = 0; features < ALL; features++) {
		for (unsigned bits = 0; bits < 128; bits++) {
			struct pmem2_arch_tune tune = {
				.no_clwb = bits & 1,
				.no_clflushopt = bits & 2,
				.no_movnt = bits & 4,
				.no_avx = bits & 8,
				.no_avx512f = bits & 16,
				.movdir64b = bits & 32,
				.has_movnt_threshold = bits & 64,
			};
			const struct pmem2_arch_row *row =
				pmem2_arch_row_at(pmem2_select_row(features | FIRST, &tune));

			if (row->needs & ~(features | FIRST))
				ck_abort_msg("%s on features %#x", row->name, features | FIRST);
		}
	}
}
END_TEST

START_TEST(threshold_reaches_the_rows_that_read_it)
{
	const struct pmem2_arch_tune tune = {.has_movnt_threshold = true, .movnt_threshold = 12};
	const struct pmem2_arch_tune none = {.no_clwb = false};

	ck_assert_ptr_nonnull(strstr(pmem2_arch_tuned_row(&tune)->name, "-threshold"));
	ck_assert_ptr_eq(pmem2_arch_tuned_row(&none), pmem2_arch_bound_row());
}
END_TEST

START_TEST(rows_have_all_functions_and_distinct_names)
{
	for (size_t i = 0; pmem2_arch_row_at(i) != NULL; i++) {
		const struct pmem2_arch_row *row = pmem2_arch_row_at(i);

		ck_assert(row->cache_line.memmove && row->cache_line.memset);
		ck_assert(row->cache_line.flush && row->cache_line.persist);
		ck_assert(row->byte.memmove && row->byte.memset);
		ck_assert(row->byte.flush && row->byte.persist);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(row->name, pmem2_arch_row_at(j)->name);
	}
	ck_assert(pmem2_arch_has_writeback());
	ck_assert(pmem2_arch_row_runs_here(pmem2_arch_bound_row()));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("select");
	TCase *selection = tcase_create("selection");
	int cpu_count = sizeof(cpus) / sizeof(cpus[0]);
	int tuned_count = sizeof(tuned) / sizeof(tuned[0]);

	tcase_add_loop_test(selection, cpuid_is_decoded, 0, cpu_count);
	tcase_add_loop_test(selection, cpu_gets_its_best_row, 0, cpu_count);
	tcase_add_loop_test(selection, environment_changes_the_row, 0, tuned_count);
	tcase_add_test(selection, no_row_needs_more_than_the_cpu_has);
	tcase_add_test(selection, threshold_reaches_the_rows_that_read_it);
	tcase_add_test(selection, rows_have_all_functions_and_distinct_names);
	suite_add_tcase(suite, selection);
	return suite;
}
