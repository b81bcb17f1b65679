/* SPDX-License-Identifier: BSD-3-Clause */
/* The symbols that the library calls lead to the functions of the bound row. */
#include <stdlib.h>

#include "arch.h"
#include "support.h"
#include "trace.h"

static struct trace trace;
static char from[256], to[256] __attribute__((aligned(64)));

/* Copies, fills or flushes 100 bytes; whether it executed `expected` meanwhile. */
static bool reaches(void (*symbol)(void), void (*expected)(void), uintptr_t second, uintptr_t third)
{
	trace.watched = expected;
	trace_call(&trace, symbol, (uintptr_t)to, second, third, 0);
	return trace.reached;
}

#define ASSERT_REACHES(symbol, expected, second, third)                                            \
	ck_assert(reaches((void (*)(void))(symbol), (void (*)(void))(expected),                    \
			  (uintptr_t)(second), (uintptr_t)(third)))

START_TEST(symbols_reach_the_bound_row)
{
	const struct pmem2_arch_row *row = pmem2_arch_bound_row();

	ASSERT_REACHES(pmem2_arch_memmove_cache_line, row->cache_line.memmove, from, 100);
	ASSERT_REACHES(pmem2_arch_memset_cache_line, row->cache_line.memset, 1, 100);
	ASSERT_REACHES(pmem2_arch_flush_cache_line, row->cache_line.flush, 100, 0);
	ASSERT_REACHES(pmem2_arch_memmove_byte, row->byte.memmove, from, 100);
	ASSERT_REACHES(pmem2_arch_memset_byte, row->byte.memset, 1, 100);
}
END_TEST

static int in_constructor = -1;

/* Runs before any constructor of the library could have. */
__attribute__((constructor(101))) static void copy_before_everybody(void)
{
	char source = 42, target = 0;

	pmem2_arch_memmove_byte(&target, &source, 1, 0);
	in_constructor = target;
}

START_TEST(symbols_work_in_the_first_constructor)
{
	ck_assert_int_eq(in_constructor, 42);
}
END_TEST

START_TEST(row_without_tuning_is_the_bound_row)
{
	const struct pmem2_arch_tune none = {.no_clwb = false};

	ck_assert_ptr_eq(pmem2_arch_tuned_row(&none), pmem2_arch_bound_row());
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bound");
	TCase *symbols = tcase_create("symbols");

	if (trace_works())
		tcase_add_test(symbols, symbols_reach_the_bound_row);
	tcase_add_test(symbols, symbols_work_in_the_first_constructor);
	tcase_add_test(symbols, row_without_tuning_is_the_bound_row);
	suite_add_tcase(suite, symbols);
	return suite;
}
