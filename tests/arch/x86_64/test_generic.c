/* SPDX-License-Identifier: BSD-3-Clause */
/* The portable kernels and their row, which are there for CPUs that nothing here can trace. */
#include "arch.h"
#include "arch/generic/kernels.h"
#include "support.h"
#include "trace.h"

#define LENGTH 96
#define NEVER_FENCES (PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NOFLUSH)

static struct trace trace;
static char bytes[256] __attribute__((aligned(64)));

static void trace_any(void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
	trace_call(&trace, function, a, b, c, d);
	ck_assert(!trace.overflow && !trace.undecoded);
}

/* Copies upwards, downwards, and fills; to an aligned address. */
#define OPERATIONS 3

static void trace_operation(int operation, unsigned flags)
{
	static const size_t sources[] = {19, 3};
	uintptr_t to = (uintptr_t)bytes + 8;

	if (operation < 2)
		trace_any((void (*)(void))pmem2_memmove_generic, to,
			  (uintptr_t)bytes + sources[operation], LENGTH, flags);
	else
		trace_any((void (*)(void))pmem2_memset_generic, to, 1, LENGTH, flags);
}

static unsigned count_events(enum event_kind kind)
{
	unsigned count = 0;

	for (size_t i = 0; i < trace.count; i++)
		count += trace.events[i].kind == kind;
	return count;
}

START_TEST(operation_ends_with_a_full_fence_unless_told_not_to_drain)
{
	for (unsigned flags = 0; flags <= PMEM2_F_MEM_VALID_FLAGS; flags++) {
		unsigned fences = flags & NEVER_FENCES ? 0 : 1;

		trace_operation(_i, flags);
		ck_assert_uint_eq(count_events(EVENT_OTHER_FENCE), fences);
		ck_assert_uint_eq(count_events(EVENT_FENCE), 0);
		ck_assert_int_eq(trace.events[trace.count - 1].kind == EVENT_OTHER_FENCE, fences);
	}
}
END_TEST

START_TEST(aligned_words_are_stored_whole)
{
	trace_operation(_i, 0);
	ck_assert_uint_eq(count_events(EVENT_STORE), LENGTH / 8);
	for (size_t i = 0; i < trace.count; i++) {
		if (trace.events[i].kind == EVENT_STORE) {
			ck_assert_uint_eq(trace.events[i].width, 8);
			ck_assert_uint_eq(trace.events[i].address % 8, 0);
		}
	}
}
END_TEST

START_TEST(persist_and_drain_of_the_row_are_one_full_fence)
{
	const struct pmem2_arch_row *row = pmem2_arch_bound_row();
	void (*const functions[])(void) = {(void (*)(void))row->byte.persist, row->byte.drain,
					   row->cache_line.drain, pmem2_arch_drain};

	ck_assert_str_eq(row->name, "generic");
	trace_any(functions[_i], (uintptr_t)bytes, LENGTH, 0, 0);
	ck_assert_uint_eq(count_events(EVENT_OTHER_FENCE), 1);
}
END_TEST

START_TEST(row_writes_no_line_back)
{
	const struct pmem2_arch_row *row = pmem2_arch_bound_row();

	ck_assert(!pmem2_arch_has_writeback());
	ck_assert(row->cache_line.flush == NULL);
	ck_assert(row->cache_line.persist == NULL);
	trace_any((void (*)(void))row->byte.flush, (uintptr_t)bytes, LENGTH, 0, 0);
	ck_assert_uint_eq(count_events(EVENT_OTHER_FENCE), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("generic");
	TCase *tcase = tcase_create("generic");

	if (!trace_works())
		pmem2_test_skip("no function can be traced here");
	tcase_add_loop_test(tcase, operation_ends_with_a_full_fence_unless_told_not_to_drain, 0,
			    OPERATIONS);
	tcase_add_loop_test(tcase, aligned_words_are_stored_whole, 0, OPERATIONS);
	tcase_add_loop_test(tcase, persist_and_drain_of_the_row_are_one_full_fence, 0, 4);
	tcase_add_test(tcase, row_writes_no_line_back);
	suite_add_tcase(suite, tcase);
	return suite;
}
