/* SPDX-License-Identifier: BSD-3-Clause */
/* Every call of every row keeps its durability contract, seen instruction by instruction. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../emulate.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/kernels.h"
#include "breach.h"
#include "contract.h"
#include "support.h"

#define ALL_FLAGS (PMEM2_F_MEM_VALID_FLAGS + 1)
#define LEN_LAST 320
#define ARENA_SIZE 65536
#define STACK_LIMIT 192

/* A step takes up to 20 us in a virtual machine, so only -Dexhaustive tries all that combines. */
#ifdef EXHAUSTIVE
#define TRIES 512
#else
#define TRIES 1
#endif

static unsigned char *arena;
static struct trace trace;
static const struct pmem2_arch_row *row;
static const struct pmem2_arch_ops *ops;
static bool cache_line;
static size_t threshold;

static void set_up(void)
{
	arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(arena, MAP_FAILED);
	srand(pmem2_test_seed());
}

static void set_threshold(size_t value)
{
	struct pmem2_arch_tune tune = {.has_movnt_threshold = true, .movnt_threshold = value};

	pmem2_arch_tuned_row(&tune);
	threshold = value;
}

static void check_stack(const char *what)
{
#ifdef __OPTIMIZE__
	if (trace.stack > STACK_LIMIT)
		ck_abort_msg("%s: %s takes %zu bytes of stack", row->name, what, trace.stack);
#else
	(void)what;
#endif
}

static const char *name_of(enum operation operation)
{
	static const char *const names[] = {"memmove", "memset", "flush", "persist"};

	return names[operation];
}

static void check_call(struct call *call)
{
	struct traits traits = traits_of(row, cache_line);
	const char *what = name_of(call->operation);
	void (*function)(void) = (void (*)(void))ops->persist;
	uintptr_t second = call->operation == OPERATION_MEMSET ? 0x5a : call->src;
	const char *wrong;

	if (call->operation == OPERATION_MEMMOVE)
		function = (void (*)(void))ops->memmove;
	else if (call->operation == OPERATION_MEMSET)
		function = (void (*)(void))ops->memset;
	else if (call->operation == OPERATION_FLUSH)
		function = (void (*)(void))ops->flush;
	if (call->operation == OPERATION_FLUSH || call->operation == OPERATION_PERSIST)
		second = call->len;
	call->arena_start = (uintptr_t)arena;
	call->arena_end = (uintptr_t)arena + ARENA_SIZE;
	traits.threshold = threshold;
	trace_call(&trace, function, call->dest, second, call->len, call->flags);
	wrong = contract_violation(call, &traits, &trace);
	if (wrong != NULL)
		ck_abort_msg("%s %s %s(%#zx, %#zx, %zu, %#x), threshold %zu: %s", row->name,
			     cache_line ? "CACHE_LINE" : "BYTE", what, (size_t)call->dest,
			     (size_t)call->src, call->len, call->flags, threshold, wrong);
	check_stack(what);
}

static struct call check(enum operation operation, size_t dest, size_t src, size_t len,
			 unsigned flags)
{
	struct call call = {.operation = operation,
			    .dest = (uintptr_t)arena + dest,
			    .src = (uintptr_t)arena + src,
			    .len = len,
			    .flags = flags};

	check_call(&call);
	return call;
}

static bool earlier_row_has(const struct pmem2_arch_ops *byte, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (pmem2_arch_row_at(i)->byte.memmove == byte->memmove)
			return true;
	return false;
}

/* Takes the functions of one granularity of a row, unless another row has the same. */
static bool take_functions(int index)
{
	row = pmem2_arch_row_at((size_t)index / 2);
	cache_line = index % 2 == 0;
	ops = cache_line ? &row->cache_line : &row->byte;
	return emulate_row_runs(row) && (cache_line || !earlier_row_has(ops, (size_t)index / 2));
}

static size_t below(size_t limit)
{
	return (size_t)rand() % limit;
}

/* Runs through all combinations, from another start in every test. */
static unsigned some_flags(void)
{
	static unsigned next;

	if (next == 0)
		next = (unsigned)rand();
	return next++ * 37 % ALL_FLAGS;
}

static void check_copies(enum operation operation)
{
	for (size_t len = 0; len <= LEN_LAST; len++) {
		set_threshold(below(LEN_LAST));
		for (size_t i = 0; i < TRIES; i++) {
			check(operation, 4096 + (len + i) * 13 % 64, 32768 + below(64), len, 0);
			check(operation, 4096 + below(64), 32768 + below(64), len, some_flags());
		}
	}
}

START_TEST(memmove_is_durable)
{
	if (take_functions(_i))
		check_copies(OPERATION_MEMMOVE);
}
END_TEST

START_TEST(memset_is_durable)
{
	if (take_functions(_i))
		check_copies(OPERATION_MEMSET);
}
END_TEST

START_TEST(aligned_words_are_never_torn)
{
	if (!take_functions(_i))
		return;
	for (size_t i = 0; i < 80 * TRIES; i++) {
		size_t len = 8 * (i % 40);
		size_t dest = 4096 + 8 * below(8);

		set_threshold(below(LEN_LAST));
		check(OPERATION_MEMMOVE, dest, dest + below(len + 1), len, some_flags());
		check(OPERATION_MEMSET, dest, 0, len, some_flags());
	}
}
END_TEST

START_TEST(overlapping_memmove_is_durable)
{
	static const int distances[] = {0, 1, 8, 40, 63, 64, 65, 255};

	if (!take_functions(_i))
		return;
	for (size_t i = 0; i < 64 * TRIES; i++) {
		size_t dest = 4096 + below(64);
		int distance = i % 2 ? distances[i / 2 % 8] : -distances[i / 2 % 8];

		set_threshold(below(2 * LEN_LAST));
		check(OPERATION_MEMMOVE, dest, dest + (size_t)distance, below(2 * LEN_LAST),
		      i % 4 < 2 ? 0 : some_flags());
	}
}
END_TEST

START_TEST(long_copies_are_durable)
{
	if (!take_functions(_i))
		return;
	for (size_t i = 0; i < 2 * TRIES; i++) {
		size_t len = 1024 + below(2048);
		size_t dest = 16384 + below(64);

		set_threshold(below(4096));
		check(OPERATION_MEMMOVE, dest, 32768 + below(64), len, some_flags());
		check(OPERATION_MEMMOVE, dest, dest - below(len), len, some_flags());
		check(OPERATION_MEMSET, dest, 0, len, some_flags());
	}
}
END_TEST

START_TEST(long_overlapping_copies_are_durable)
{
	size_t len = PMEM2_FIXED_CACHED_OVERLAP_MAX + (size_t)_i % 2;
	size_t low = 4096 + below(64);

	if (!take_functions(_i / 2))
		return;
	set_threshold(below(2 * len));
	check(OPERATION_MEMMOVE, low, low + len / 4, len, 0);
	check(OPERATION_MEMMOVE, low + len / 4 - 1, low, len, 0);
}
END_TEST

START_TEST(all_flag_combinations_are_obeyed)
{
	if (!take_functions(_i))
		return;
	set_threshold(100);
	for (unsigned i = 0; i < ALL_FLAGS * TRIES; i++) {
		size_t len = i % 2 ? 128 : 8;

		check(OPERATION_MEMMOVE, 4096 + 8 * below(8), 32768, len, i % ALL_FLAGS);
		check(OPERATION_MEMSET, 4096 + 8 * below(8), 0, 136 - len, i % ALL_FLAGS);
	}
}
END_TEST

START_TEST(flush_and_persist_write_back_each_line_once)
{
	if (!take_functions(_i))
		return;
	for (size_t len = 0; len <= LEN_LAST; len++) {
		check(OPERATION_FLUSH, 4096 + below(64), 0, len, 0);
		check(OPERATION_PERSIST, 4096 + len * 13 % 64, 0, len, 0);
	}
}
END_TEST

static void break_in_every_way(struct call call)
{
	struct traits traits = traits_of(row, cache_line);
	struct breach breach;

	traits.threshold = threshold;
	breach = breach_unnoticed(&call, &traits, &trace);
	if (breach.name != NULL)
		ck_abort_msg("%s %s of %zu bytes, flags %#x: %s of event %zu goes unnoticed",
			     row->name, name_of(call.operation), call.len, call.flags, breach.name,
			     breach.event);
}

START_TEST(every_breach_of_a_traced_call_is_noticed)
{
	static const size_t lengths[] = {0, 1, 3, 8, 16, 40, 64, 128, 200, 256, 257, 320, 700};

	if (!take_functions(_i))
		return;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) * TRIES; i++) {
		size_t len = lengths[i % (sizeof(lengths) / sizeof(lengths[0]))];

		set_threshold(below(LEN_LAST));
		break_in_every_way(
			check(OPERATION_MEMMOVE, 4096 + 8 * below(8), 32768 + below(64), len, 0));
		break_in_every_way(check(OPERATION_MEMMOVE, 4096 + below(64), 4096 + below(64), len,
					 some_flags()));
		break_in_every_way(check(OPERATION_MEMSET, 4096 + below(64), 0, len, some_flags()));
		break_in_every_way(check(OPERATION_PERSIST, 4096 + below(64), 0, len, 0));
	}
}
END_TEST

START_TEST(drain_is_one_store_fence)
{
	if (!take_functions(_i))
		return;
	trace_call(&trace, (void (*)(void))ops->drain, 0, 0, 0, 0);
	ck_assert_uint_eq(trace.count, 1);
	ck_assert_int_eq(trace.events[0].kind, EVENT_FENCE);
	ck_assert(ops->drain == pmem2_arch_drain);
}
END_TEST

/* No row is passed over for want of a CPU that has its instructions. */
START_TEST(every_row_can_be_traced)
{
	for (size_t i = 0; pmem2_arch_row_at(i) != NULL; i++) {
		if (pmem2_cpu_features() & PMEM2_CPU_avx2)
			ck_assert_msg(emulate_row_runs(pmem2_arch_row_at(i)), "%s",
				      pmem2_arch_row_at(i)->name);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("durability");
	TCase *durable = tcase_create("durability");
	int rows = 0;

	while (pmem2_arch_row_at((size_t)rows) != NULL)
		rows++;
	if (!trace_works())
		pmem2_test_skip("no function can be traced here");
	tcase_set_timeout(durable, 3600);
	tcase_add_checked_fixture(durable, set_up, NULL);
	tcase_add_loop_test(durable, memmove_is_durable, 0, 2 * rows);
	tcase_add_loop_test(durable, memset_is_durable, 0, 2 * rows);
	tcase_add_loop_test(durable, aligned_words_are_never_torn, 0, 2 * rows);
	tcase_add_loop_test(durable, overlapping_memmove_is_durable, 0, 2 * rows);
	tcase_add_loop_test(durable, long_overlapping_copies_are_durable, 0, 4 * rows);
	tcase_add_loop_test(durable, long_copies_are_durable, 0, 2 * rows);
	tcase_add_loop_test(durable, all_flag_combinations_are_obeyed, 0, 2 * rows);
	tcase_add_loop_test(durable, flush_and_persist_write_back_each_line_once, 0, 2 * rows);
	tcase_add_loop_test(durable, every_breach_of_a_traced_call_is_noticed, 0, 2 * rows);
	tcase_add_loop_test(durable, drain_is_one_store_fence, 0, 2 * rows);
	tcase_add_test(durable, every_row_can_be_traced);
	suite_add_tcase(suite, durable);
	return suite;
}
