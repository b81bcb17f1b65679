/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of selection share. */
#ifndef PMEM2_TEST_CHOICE_H
#define PMEM2_TEST_CHOICE_H

#include "arch.h"
#include "rows.h"
#include "support.h"

/* The name of the row that a CPU with these bits gets. */
static inline const char *choice_of(unsigned features, struct pmem2_arch_tune tune)
{
	return pmem2_arch_row_at(pmem2_select_row(features, &tune))->name;
}

static inline const char *choice_untuned(unsigned features)
{
	return pmem2_arch_row_at(pmem2_select_bound_row(features))->name;
}

/* The functions behind the symbols are those of the row that the getters use. */
static inline void assert_bound_as_chosen(void)
{
	const struct pmem2_arch_row *bound = pmem2_arch_bound_row();

	ck_assert_str_eq(bound->name, choice_untuned(pmem2_cpu_features()));
	ck_assert(pmem2_arch_row_runs_here(bound));
	ck_assert_int_eq(pmem2_arch_has_writeback(), bound->cache_line.flush != NULL);
	ck_assert_ptr_null(pmem2_arch_row_at(PMEM2_ROW_COUNT));
}

/* Every variable that has a meaning here, and those that have none. */
static inline void assert_tuning(unsigned features, const char *name)
{
	char tuned[64], never[64];

	snprintf(tuned, sizeof(tuned), "%s%s", name, PMEM2_CPU_STREAMS ? "-threshold" : "");
	snprintf(never, sizeof(never), "%s%s", name, PMEM2_CPU_STREAMS ? "-nomovnt" : "");
	ck_assert_str_eq(choice_untuned(features), name);
	ck_assert_str_eq(choice_of(features, (struct pmem2_arch_tune){.no_clwb = true,
								      .no_clflushopt = true,
								      .no_avx = true,
								      .no_avx512f = true,
								      .movdir64b = true}),
			 name);
	ck_assert_str_eq(choice_of(features, (struct pmem2_arch_tune){.has_movnt_threshold = true}),
			 tuned);
	ck_assert_str_eq(choice_of(features, (struct pmem2_arch_tune){.no_movnt = true}), never);
	ck_assert_str_eq(choice_of(features, (struct pmem2_arch_tune){.has_movnt_threshold = true,
								      .no_movnt = true}),
			 never);
}

#endif
