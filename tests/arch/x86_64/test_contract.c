/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract in contract.c accepts what keeps it and rejects every way to break it. */
#include <string.h>
#include <sys/mman.h>

#include "contract.h"
#include "support.h"

#define STREAM_LEN 512

static unsigned char *arena;
static struct trace trace;
static struct call call;
static struct traits traits;

/* The baseline row, which every CPU has. */
static const struct pmem2_arch_row *baseline(void)
{
	const struct pmem2_arch_tune tune = {.no_clwb = true, .no_clflushopt = true};

	return pmem2_arch_tuned_row(&tune);
}

static void set_up(void)
{
	arena = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(arena, MAP_FAILED);
	call = (struct call){.operation = OPERATION_MEMMOVE,
			     .dest = (uintptr_t)arena + 4096,
			     .src = (uintptr_t)arena + 32768,
			     .arena_start = (uintptr_t)arena,
			     .arena_end = (uintptr_t)arena + 65536};
	traits = traits_of(baseline(), true);
}

static void trace_move(size_t offset, size_t len, unsigned flags)
{
	call.dest += offset;
	call.len = len;
	call.flags = flags;
	trace_call(&trace, (void (*)(void))baseline()->cache_line.memmove, call.dest, call.src, len,
		   flags);
	ck_assert_ptr_null(contract_violation(&call, &traits, &trace));
}

static void remove_event(size_t index)
{
	trace.count--;
	memmove(&trace.events[index], &trace.events[index + 1],
		(trace.count - index) * sizeof(trace.events[0]));
}

static void insert_event(size_t index, struct event event)
{
	memmove(&trace.events[index + 1], &trace.events[index],
		(trace.count - index) * sizeof(trace.events[0]));
	trace.events[index] = event;
	trace.count++;
}

static size_t find(enum event_kind kind)
{
	size_t i = 0;

	while (i < trace.count && trace.events[i].kind != kind)
		i++;
	ck_assert_uint_lt(i, trace.count);
	return i;
}

static void assert_violation(const char *expected)
{
	const char *wrong = contract_violation(&call, &traits, &trace);

	ck_assert_ptr_nonnull(wrong);
	ck_assert_str_eq(wrong, expected);
}

START_TEST(any_missing_store_flush_or_fence_is_noticed)
{
	static const struct {
		size_t offset, len;
	} cases[] = {{0, 8},   {0, 16},          {0, 64},        {8, 128},
		     {0, 256}, {32, STREAM_LEN}, {0, STREAM_LEN}};

	trace_move(cases[_i].offset, cases[_i].len, 0);
	for (size_t i = 0; i < trace.count; i++) {
		struct event event = trace.events[i];

		if (event.kind == EVENT_LOAD || event.kind == EVENT_FETCH)
			continue;
		remove_event(i);
		ck_assert_ptr_nonnull(contract_violation(&call, &traits, &trace));
		insert_event(i, event);
	}
	ck_assert_ptr_null(contract_violation(&call, &traits, &trace));
}
END_TEST

START_TEST(missing_flush_is_named)
{
	trace_move(0, 56, 0);
	remove_event(find(EVENT_CLFLUSH));
	assert_violation("line stored but not flushed");
}
END_TEST

START_TEST(second_flush_is_noticed)
{
	trace_move(0, 56, 0);
	insert_event(find(EVENT_CLFLUSH), trace.events[find(EVENT_CLFLUSH)]);
	assert_violation("line flushed more often than due");
}
END_TEST

START_TEST(flush_before_the_last_store_is_noticed)
{
	struct event flush;

	trace_move(0, 56, 0);
	flush = trace.events[find(EVENT_CLFLUSH)];
	remove_event(find(EVENT_CLFLUSH));
	insert_event(find(EVENT_STORE), flush);
	assert_violation("line stored after its flush");
}
END_TEST

START_TEST(flush_of_an_untouched_line_is_noticed)
{
	trace_move(0, 56, 0);
	insert_event(find(EVENT_CLFLUSH), (struct event){EVENT_CLFLUSH, call.dest + 64, 1});
	assert_violation("flush outside the destination");
}
END_TEST

START_TEST(flush_instruction_of_another_row_is_noticed)
{
	trace_move(0, 56, 0);
	trace.events[find(EVENT_CLFLUSH)].kind = EVENT_CLWB;
	assert_violation("flush instruction of another row");
}
END_TEST

START_TEST(flush_at_byte_granularity_is_noticed)
{
	trace_move(0, 56, 0);
	traits.flushes = false;
	assert_violation("cache flush where none is due");
}
END_TEST

START_TEST(missing_fence_is_named)
{
	trace_move(0, 8, 0);
	remove_event(find(EVENT_FENCE));
	assert_violation("missing fence");
}
END_TEST

START_TEST(fence_under_nodrain_is_noticed)
{
	trace_move(0, 8, PMEM2_F_MEM_NODRAIN);
	insert_event(trace.count, (struct event){EVENT_FENCE, 0, 0});
	assert_violation("fence where none is due");
}
END_TEST

START_TEST(fence_before_the_flush_is_noticed)
{
	trace_move(0, 8, 0);
	remove_event(find(EVENT_FENCE));
	insert_event(find(EVENT_CLFLUSH), (struct event){EVENT_FENCE, 0, 0});
	assert_violation("store or flush after the fence");
}
END_TEST

START_TEST(fence_for_length_0_is_owed)
{
	trace_move(0, 0, 0);
	remove_event(find(EVENT_FENCE));
	assert_violation("missing fence");
}
END_TEST

START_TEST(torn_word_is_noticed)
{
	size_t store;

	trace_move(0, 8, 0);
	store = find(EVENT_STORE);
	trace.events[store].width = 4;
	insert_event(store, (struct event){EVENT_STORE, call.dest + 4, 4});
	assert_violation("store that tears an aligned word");
}
END_TEST

START_TEST(wide_store_across_words_is_noticed)
{
	trace_move(0, 56, 0);
	trace.events[find(EVENT_STORE)].address += 4;
	assert_violation("store that tears an aligned word");
}
END_TEST

START_TEST(accesses_outside_the_ranges_are_noticed)
{
	trace_move(0, 8, 0);
	insert_event(0, (struct event){EVENT_LOAD, call.src - 1, 8});
	assert_violation("load outside the source");
	trace.events[0] = (struct event){EVENT_LOAD, call.src + call.len, 1};
	assert_violation("load outside the source");
	trace.events[0] = (struct event){EVENT_STORE, call.dest + call.len, 8};
	assert_violation("store outside the destination");
	trace.events[0] = (struct event){EVENT_STORE, call.dest - 8, 16};
	assert_violation("store outside the destination");
}
END_TEST

START_TEST(missing_fetch_and_fetch_in_vain_are_noticed)
{
	size_t fetch;

	trace_move(0, 8, 0);
	fetch = find(EVENT_FETCH);
	trace.events[fetch].address = call.dest - 1;
	assert_violation("fetch outside the destination");
	trace.events[fetch].address = call.dest + call.len;
	assert_violation("fetch outside the destination");
	while (fetch < trace.count && trace.events[fetch].kind == EVENT_FETCH)
		remove_event(fetch);
	assert_violation("line not fetched");
	insert_event(find(EVENT_FENCE), (struct event){EVENT_FETCH, call.dest, 1});
	assert_violation("fetch after the store");
}
END_TEST

START_TEST(fetch_of_a_streamed_line_is_noticed)
{
	trace_move(0, 64, PMEM2_F_MEM_NONTEMPORAL);
	insert_event(0, (struct event){EVENT_FETCH, call.dest, 1});
	assert_violation("streamed line fetched");
}
END_TEST

START_TEST(streaming_against_the_flags_is_noticed)
{
	trace_move(0, 56, 0);
	trace.events[find(EVENT_STORE)].kind = EVENT_STREAM;
	assert_violation("streaming store where none is due");
}
END_TEST

START_TEST(cached_whole_line_against_the_flags_is_noticed)
{
	trace_move(0, 64, PMEM2_F_MEM_NONTEMPORAL);
	trace.events[find(EVENT_STREAM)].kind = EVENT_STORE;
	assert_violation("whole line not streamed");
}
END_TEST

START_TEST(flushed_stream_is_noticed)
{
	trace_move(0, 64, PMEM2_F_MEM_NONTEMPORAL);
	insert_event(find(EVENT_FENCE), (struct event){EVENT_CLFLUSH, call.dest, 1});
	assert_violation("line flushed more often than due");
}
END_TEST

START_TEST(stepping_counts_what_executes)
{
	trace.watched = (void (*)(void))baseline()->cache_line.memmove;
	trace_move(0, 8, 0);
	ck_assert(trace.reached);
	ck_assert_uint_gt(trace.instructions, 5);
	ck_assert_uint_ge(trace.stack, sizeof(void *));
	trace.watched = (void (*)(void))baseline()->cache_line.memset;
	trace_move(0, 8, 0);
	ck_assert(!trace.reached);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("contract");
	TCase *breaches = tcase_create("breaches");

	if (!trace_works())
		pmem2_test_skip("no function can be traced here");
	tcase_add_checked_fixture(breaches, set_up, NULL);
	tcase_add_loop_test(breaches, any_missing_store_flush_or_fence_is_noticed, 0, 7);
	tcase_add_test(breaches, missing_flush_is_named);
	tcase_add_test(breaches, second_flush_is_noticed);
	tcase_add_test(breaches, flush_before_the_last_store_is_noticed);
	tcase_add_test(breaches, flush_of_an_untouched_line_is_noticed);
	tcase_add_test(breaches, flush_instruction_of_another_row_is_noticed);
	tcase_add_test(breaches, flush_at_byte_granularity_is_noticed);
	tcase_add_test(breaches, missing_fence_is_named);
	tcase_add_test(breaches, fence_under_nodrain_is_noticed);
	tcase_add_test(breaches, fence_before_the_flush_is_noticed);
	tcase_add_test(breaches, fence_for_length_0_is_owed);
	tcase_add_test(breaches, torn_word_is_noticed);
	tcase_add_test(breaches, wide_store_across_words_is_noticed);
	tcase_add_test(breaches, accesses_outside_the_ranges_are_noticed);
	tcase_add_test(breaches, missing_fetch_and_fetch_in_vain_are_noticed);
	tcase_add_test(breaches, fetch_of_a_streamed_line_is_noticed);
	tcase_add_test(breaches, streaming_against_the_flags_is_noticed);
	tcase_add_test(breaches, cached_whole_line_against_the_flags_is_noticed);
	tcase_add_test(breaches, flushed_stream_is_noticed);
	tcase_add_test(breaches, stepping_counts_what_executes);
	suite_add_tcase(suite, breaches);
	return suite;
}
