/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every row keeps its contract: the sources of the kernels, compiled with functions
 * that record in place of instructions, called in all the ways that differ. What
 * compilers make of them is seen by test_durability.c.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../breach.h"
#include "../contract.h"
#include "arch/x86_64/kernels.h"
#include "support.h"

#define ALL_FLAGS (PMEM2_F_MEM_VALID_FLAGS + 1)
#define SMALL 320
#define LINE 64
#define FROM 8192 /* where sources begin */
#define TO 16384  /* and destinations that do not overlap them */

#ifdef EXHAUSTIVE
#define EXHAUSTS true
#else
#define EXHAUSTS false
#endif

/* Sanitizers, which are slow, set it. */
#define SAMPLE "PMEM2_TEST_SAMPLE"

struct trace recorded;

static char arena[65536] __attribute__((aligned(4096)));
static char noise[sizeof(arena)];
static const struct pmem2_arch_row *row;
static const struct pmem2_arch_ops *ops;
static struct traits traits;
static unsigned any; /* runs through all flags */

static size_t below(size_t limit)
{
	return (size_t)rand() % limit;
}

static void set_up(void)
{
	srand(pmem2_test_seed());
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)rand();
	any = (unsigned)rand();
}

static void set_threshold(size_t threshold)
{
	pmem2_movnt_threshold = traits.threshold = threshold;
}

static unsigned any_flags(void)
{
	return any++ * 37 % ALL_FLAGS;
}

/* ---- one call ------------------------------------------------------------- */

static const char *name_of(enum operation operation)
{
	static const char *const names[] = {"memmove", "memset", "flush", "persist"};

	return names[operation];
}

static void report(const struct call *call, const char *wrong)
{
	ck_abort_msg("%s %s %s(%#zx, %#zx, %zu, %#x), threshold %zu: %s", row->name,
		     traits.flushes ? "CACHE_LINE" : "BYTE", name_of(call->operation),
		     (size_t)(call->dest - (uintptr_t)arena),
		     (size_t)(call->src - (uintptr_t)arena), call->len, call->flags,
		     traits.threshold, wrong);
}

static struct call call_of(enum operation operation, size_t dest, size_t src, size_t len,
			   unsigned flags)
{
	return (struct call){.operation = operation,
			     .dest = (uintptr_t)arena + dest,
			     .src = (uintptr_t)arena + src,
			     .len = len,
			     .flags = flags,
			     .arena_start = (uintptr_t)arena,
			     .arena_end = (uintptr_t)arena + sizeof(arena)};
}

static void execute(const struct call *call)
{
	recorded.count = 0;
	recorded.overflow = false;
	switch (call->operation) {
	case OPERATION_MEMMOVE:
		ops->memmove((void *)call->dest, (const void *)call->src, call->len, call->flags);
		break;
	case OPERATION_MEMSET:
		ops->memset((void *)call->dest, 0x5a, call->len, call->flags);
		break;
	case OPERATION_FLUSH:
		ops->flush((const void *)call->dest, call->len);
		break;
	default:
		ops->persist((const void *)call->dest, call->len);
		break;
	}
}

static struct call check(enum operation operation, size_t dest, size_t src, size_t len,
			 unsigned flags)
{
	struct call call = call_of(operation, dest, src, len, flags);
	const char *wrong;

	execute(&call);
	wrong = contract_violation(&call, &traits, &recorded);
	if (wrong != NULL)
		report(&call, wrong);
	return call;
}

/* Moves within memory that has no pattern; the bytes are checked too. */
static void check_overlap(size_t dest, size_t src, size_t len, unsigned flags)
{
	char *start = arena + dest - 4096;
	const char *bytes = noise + below(4096);
	struct call call;

	memcpy(start, bytes, 12288);
	call = check(OPERATION_MEMMOVE, dest, src, len, flags);
	if (memcmp(arena + dest, bytes + 4096 + (ptrdiff_t)(src - dest), len) != 0)
		report(&call, "bytes are wrong");
}

static void check_long_overlap(size_t dest, size_t src, size_t len, unsigned flags)
{
	struct call call;

	memcpy(arena, noise, sizeof(arena));
	call = check(OPERATION_MEMMOVE, dest, src, len, flags);
	if (memcmp(arena + dest, noise + src, len) != 0)
		report(&call, "bytes are wrong");
}

static void check_move(size_t dest, size_t src, size_t len, unsigned flags)
{
	struct call call = check(OPERATION_MEMMOVE, TO + dest, FROM + src, len, flags);

	if (memcmp(arena + TO + dest, arena + FROM + src, len) != 0)
		report(&call, "bytes are wrong");
}

/* Between two moves of the same bytes, so that each has something to do. */
static void check_fill(size_t dest, size_t len, unsigned flags)
{
	check(OPERATION_MEMSET, TO + dest, 0, len, flags);
}

/* ---- which functions ------------------------------------------------------ */

static bool earlier_row_has(const struct pmem2_arch_ops *byte, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (pmem2_arch_row_at(i)->byte.memmove == byte->memmove)
			return true;
	return false;
}

/* The functions of one granularity of a row, unless another row has the same. */
static bool take_functions(int index)
{
	bool cache_line = index % 2 == 0;

	row = pmem2_arch_row_at((size_t)index / 2);
	ops = cache_line ? &row->cache_line : &row->byte;
	traits = traits_of(row, cache_line);
	set_threshold(200);
	memcpy(arena + FROM, noise, TO - FROM);
	return cache_line || !earlier_row_has(ops, (size_t)index / 2);
}

/*
 * Rows with another instruction for the write-back are the same source, so that
 * one in 16 of their calls will do.
 */
static bool is_sampled(void)
{
	return (!EXHAUSTS && traits.flushes && traits.flush != EVENT_CLWB) || getenv(SAMPLE);
}

/* The next length to try: all of them, or one in four. */
static size_t after(size_t len)
{
	return len + 1 + (getenv(SAMPLE) ? below(7) : 0);
}

/* The step through what has many values, in which all turn up over some lengths. */
static size_t stride(void)
{
	return is_sampled() ? 7 : 1;
}

/* ---- what is called ------------------------------------------------------- */

START_TEST(every_length_alignment_and_flag_combination_keeps_the_contract)
{
	if (!take_functions(_i))
		return;
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		set_threshold(below(SMALL));
		for (size_t dest = len % stride(); dest < LINE; dest += stride()) {
			for (size_t flags = dest % stride(); flags < ALL_FLAGS; flags += stride()) {
				check_move(dest, below(LINE), len, (unsigned)flags);
				check_fill(dest, len, (unsigned)flags);
			}
		}
	}
}
END_TEST

/* All flags with all pairs would take hours. */
START_TEST(every_length_and_pair_of_alignments_keeps_the_contract)
{
	if (!take_functions(_i))
		return;
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		set_threshold(below(SMALL));
		for (size_t dest = len % stride(); dest < LINE; dest += stride()) {
			for (size_t src = dest % stride(); src < LINE; src += stride()) {
				for (unsigned i = 0; i < (EXHAUSTS ? ALL_FLAGS : 1); i++)
					check_move(dest, src, len, any_flags());
			}
		}
	}
}
END_TEST

START_TEST(every_overlap_keeps_the_contract)
{
	if (!take_functions(_i))
		return;
	for (int distance = -SMALL; distance <= SMALL; distance += getenv(SAMPLE) ? 7 : 1) {
		set_threshold(below(SMALL));
		for (size_t len = (size_t)(distance + SMALL) % stride(); len <= SMALL;
		     len += stride()) {
			for (unsigned i = 0; i < (EXHAUSTS ? ALL_FLAGS : 1); i++) {
				size_t dest = TO + below(LINE);
				unsigned flags = any_flags();

				check_overlap(dest, dest + (size_t)distance, len, flags);
			}
		}
	}
}
END_TEST

START_TEST(lengths_around_the_threshold_keep_the_contract)
{
	static const size_t thresholds[] = {0,   1,   2,   4,   8,   16,   32,      63,
					    64,  65,  127, 128, 255, 256,  257,     319,
					    320, 511, 512, 513, 600, 4096, SIZE_MAX};

	if (!take_functions(_i))
		return;
	for (size_t t = 0; t < sizeof(thresholds) / sizeof(thresholds[0]); t++) {
		size_t middle = thresholds[t] == 0 || thresholds[t] > 4096 ? 256 : thresholds[t];

		set_threshold(thresholds[t]);
		for (size_t i = 0; i < LINE * 3 * 4; i++) {
			size_t len = middle - 1 + i / LINE % 3;
			unsigned flags = i < LINE * 3 ? 0 : any_flags();

			check_move(i % LINE, below(LINE), len, flags);
			check_fill(i % LINE, len, flags);
			check_overlap(TO + i % LINE, TO + below(600), len % 4096, flags);
		}
	}
}
END_TEST

START_TEST(lengths_around_the_longest_cached_overlap_keep_the_contract)
{
	if (!take_functions(_i))
		return;
	for (size_t i = 0; i < 3 * LINE; i += getenv(SAMPLE) ? 37 : 7) {
		size_t len = PMEM2_FIXED_CACHED_OVERLAP_MAX - 1 + i % 3;
		const size_t distances[] = {1, LINE, len / 4 - 1, len / 4, len / 2, len - 1, len};
		size_t dest = LINE + i;

		set_threshold(below(2 * len));
		for (size_t k = 0; k < sizeof(distances) / sizeof(distances[0]); k++) {
			check_long_overlap(dest, dest + distances[k], len, 0);
			check_long_overlap(dest + distances[k], dest, len, 0);
		}
	}
}
END_TEST

/* Around each number of lines, at which loops begin and end. */
START_TEST(lengths_around_whole_lines_keep_the_contract)
{
	if (!take_functions(_i))
		return;
	for (size_t lines = 4; lines <= 40; lines = after(lines)) {
		for (size_t i = 0; i < LINE * 3; i++) {
			size_t len = lines * LINE - 1 + i / LINE;
			size_t dest = i % LINE;

			set_threshold(below(4096));
			check_move(dest, below(LINE), len, any_flags());
			check_fill(dest, len, any_flags());
			check_overlap(TO + dest, TO - LINE + below(3 * LINE), len, any_flags());
		}
	}
}
END_TEST

/* The first or the last 64 bytes may lie in two pages. */
START_TEST(long_ranges_around_pages_keep_the_contract)
{
	if (!take_functions(_i))
		return;
	for (size_t len = 257; len <= 1024; len += 1 + below(16)) {
		for (size_t i = 0; i < 2 * LINE; i += 1 + below(3)) {
			size_t start = 4096 - LINE + i;
			size_t end = 8192 - LINE + i - len;

			set_threshold(below(2048));
			check_move(start, below(LINE), len, any_flags());
			check_fill(start, len, any_flags());
			check_move(end, below(LINE), len, any_flags());
			check_fill(end, len, any_flags());
			check_overlap(TO + end, TO + end + below(2 * LINE) - LINE, len,
				      any_flags());
		}
	}
}
END_TEST

START_TEST(flush_and_persist_write_back_each_line_once)
{
	if (!take_functions(_i))
		return;
	for (size_t len = 0; len <= 1024; len = after(len)) {
		for (size_t dest = 0; dest < LINE; dest++) {
			check(OPERATION_FLUSH, TO + dest, 0, len, 0);
			check(OPERATION_PERSIST, TO + dest, 0, len, 0);
		}
	}
}
END_TEST

/* ---- that the contract is one --------------------------------------------- */

static void break_in_every_way(const struct call *call)
{
	struct breach breach = breach_unnoticed(call, &traits, &recorded);

	if (breach.name != NULL)
		report(call, breach.name);
}

START_TEST(every_breach_of_every_call_is_noticed)
{
	if (!take_functions(_i))
		return;
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		struct call call;
		size_t dest = TO + below(LINE);
		size_t aligned = TO + below(8) * 8;

		set_threshold(below(SMALL));
		for (unsigned flags = 0; flags < ALL_FLAGS; flags += is_sampled() ? 7 : 1) {
			call = check(OPERATION_MEMMOVE, dest, FROM + below(LINE), len, flags);
			break_in_every_way(&call);
			call = check(OPERATION_MEMMOVE, aligned, aligned + below(LINE), len, flags);
			break_in_every_way(&call);
			call = check(OPERATION_MEMSET, aligned, 0, len, flags);
			break_in_every_way(&call);
		}
		call = check(OPERATION_FLUSH, dest, 0, len, 0);
		break_in_every_way(&call);
		call = check(OPERATION_PERSIST, dest, 0, len, 0);
		break_in_every_way(&call);
	}
}
END_TEST

/* The trace of the shorter call is not what the whole range is owed. */
static void assert_insufficient(const struct call *done, const struct call *owed)
{
	execute(done);
	if (contract_violation(owed, &traits, &recorded) == NULL)
		report(owed, "a byte less goes unnoticed");
}

START_TEST(range_that_is_a_byte_short_is_noticed)
{
	if (!take_functions(_i))
		return;
	for (size_t len = 1; len <= SMALL; len = after(len)) {
		for (unsigned i = 0; i < 16; i++) {
			enum operation operation = i % 2 ? OPERATION_MEMMOVE : OPERATION_MEMSET;
			struct call owed = call_of(operation, TO + below(LINE), FROM + below(LINE),
						   len, any_flags());
			struct call done = owed;

			done.len--;
			assert_insufficient(&done, &owed);
			done.dest++;
			done.src++;
			assert_insufficient(&done, &owed);
		}
	}
}
END_TEST

START_TEST(flush_of_a_range_that_is_a_line_short_is_noticed)
{
	if (!take_functions(_i) || !traits.flushes)
		return;
	for (size_t lines = 1; lines <= 8; lines++) {
		struct call owed = call_of(OPERATION_FLUSH, TO, 0, lines * LINE + 1, 0);
		struct call done = owed;

		done.len--;
		assert_insufficient(&done, &owed);
		owed = call_of(OPERATION_FLUSH, TO + LINE - 1, 0, lines * LINE, 0);
		done = owed;
		done.dest++;
		done.len--;
		assert_insufficient(&done, &owed);
	}
}
END_TEST

static bool ended_with_a_fence(void)
{
	bool fence = recorded.count > 0 && recorded.events[recorded.count - 1].kind == EVENT_FENCE;

	recorded.count = 0;
	return fence;
}

static void assert_recorded(const struct pmem2_arch_ops *of_row)
{
	of_row->memmove(arena, arena + FROM, 8, 0);
	ck_assert(ended_with_a_fence());
	of_row->memset(arena, 0, 8, 0);
	ck_assert(ended_with_a_fence());
	of_row->persist(arena, 8);
	ck_assert(ended_with_a_fence());
	of_row->drain();
	ck_assert_uint_eq(recorded.count, 1);
	ck_assert(ended_with_a_fence());
}

/* A function made of real instructions would record nothing. */
START_TEST(every_function_of_every_row_is_recorded)
{
	size_t rows = 0;

	for (; pmem2_arch_row_at(rows) != NULL; rows++) {
		assert_recorded(&pmem2_arch_row_at(rows)->cache_line);
		assert_recorded(&pmem2_arch_row_at(rows)->byte);
		pmem2_arch_row_at(rows)->cache_line.flush(arena, 1);
		ck_assert_uint_eq(recorded.count, 1);
		recorded.count = 0;
	}
	ck_assert_uint_eq(rows, PMEM2_ROW_COUNT);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("model");
	TCase *calls = tcase_create("calls");
	TCase *breaches = tcase_create("breaches");
	int subjects = 2 * PMEM2_ROW_COUNT;

	tcase_set_timeout(calls, EXHAUSTS ? 36000 : 600);
	tcase_add_checked_fixture(calls, set_up, NULL);
	tcase_add_loop_test(calls, every_length_alignment_and_flag_combination_keeps_the_contract,
			    0, subjects);
	tcase_add_loop_test(calls, every_length_and_pair_of_alignments_keeps_the_contract, 0,
			    subjects);
	tcase_add_loop_test(calls, every_overlap_keeps_the_contract, 0, subjects);
	tcase_add_loop_test(calls, lengths_around_the_longest_cached_overlap_keep_the_contract, 0,
			    subjects);
	tcase_add_loop_test(calls, lengths_around_the_threshold_keep_the_contract, 0, subjects);
	tcase_add_loop_test(calls, lengths_around_whole_lines_keep_the_contract, 0, subjects);
	tcase_add_loop_test(calls, long_ranges_around_pages_keep_the_contract, 0, subjects);
	tcase_add_loop_test(calls, flush_and_persist_write_back_each_line_once, 0, subjects);
	tcase_add_test(calls, every_function_of_every_row_is_recorded);
	suite_add_tcase(suite, calls);

	tcase_set_timeout(breaches, 600);
	tcase_add_checked_fixture(breaches, set_up, NULL);
	tcase_add_loop_test(breaches, every_breach_of_every_call_is_noticed, 0, subjects);
	tcase_add_loop_test(breaches, range_that_is_a_byte_short_is_noticed, 0, subjects);
	tcase_add_loop_test(breaches, flush_of_a_range_that_is_a_line_short_is_noticed, 0,
			    subjects);
	suite_add_tcase(suite, breaches);
	return suite;
}
