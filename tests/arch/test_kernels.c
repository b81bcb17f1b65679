/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every copy and fill function moves exactly the bytes it was given: compared
 * with libc's, the surroundings included, and between inaccessible pages.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "subjects.h"
#include "support.h"

#define ALL_FLAGS (PMEM2_F_MEM_VALID_FLAGS + 1)
#define SMALL 320
#define LARGE (64 * 1024)
#define GIANT (4 * 1024 * 1024)
#define AROUND 128 /* bytes on either side that must not change */
#define LINE 64

#ifdef EXHAUSTIVE
#define WIDER ALL_FLAGS
#else
#define WIDER 1
#endif

/* Emulators and sanitizers, which are slow, set it: not every pair of alignments is tried. */
#define SAMPLE "PMEM2_TEST_SAMPLE"

/* Accessible bytes between two inaccessible pages. */
struct arena {
	unsigned char *start, *end;
};

static struct arena source, target, expected;
static struct subject subject;
static unsigned round_flags; /* of each round of an exhaustive run */

static struct arena arena_new(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *p =
		mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	ck_assert_int_eq(mprotect(p + page, size, PROT_READ | PROT_WRITE), 0);
	return (struct arena){p + page, p + page + size};
}

/* Once, before the tests, which then share what they do not write to. */
static void make_arenas(void)
{
	size_t size = 2 * GIANT;

	source = arena_new(size);
	target = arena_new(size);
	expected = arena_new(size);
	srand(pmem2_test_seed());
	for (size_t i = 0; i < size; i++)
		source.start[i] = target.start[i] = expected.start[i] = (unsigned char)rand();
}

static void set_up(void)
{
	srand(pmem2_test_seed());
}

static void set_threshold(size_t threshold)
{
	struct pmem2_arch_tune tune = {.has_movnt_threshold = true, .movnt_threshold = threshold};

	pmem2_arch_tuned_row(&tune);
}

static size_t below(size_t limit)
{
	return (size_t)rand() % limit;
}

static bool samples(void)
{
	return subject.slow || getenv(SAMPLE) != NULL;
}

/* The next length to try: all of them, or one in four. */
static size_t after(size_t len)
{
	return len + 1 + (samples() ? below(7) : 0);
}

static unsigned any_flags(void)
{
	return (unsigned)rand() % ALL_FLAGS;
}

/* Any, or all of them over WIDER rounds. */
static unsigned flags_of_round(void)
{
	return WIDER > 1 ? round_flags : any_flags();
}

static void report(const char *what, size_t at, size_t len, unsigned flags, size_t byte)
{
	ck_abort_msg("%s: %s of %zu bytes to %p, flags %#x: byte %td is %#x, not %#x", subject.name,
		     what, len, (void *)(target.start + at), flags, (ptrdiff_t)(byte - at),
		     target.start[byte], expected.start[byte]);
}

/*
 * Compares `len` bytes at `at`, and what lies around them, with what libc made
 * of them. Check notes every assertion that holds in a file: too slow here.
 */
static void check_bytes(const char *what, size_t at, size_t len, unsigned flags)
{
	size_t from = at < AROUND ? 0 : at - AROUND;
	size_t to = at + len + AROUND;

	if (to > (size_t)(target.end - target.start))
		to = (size_t)(target.end - target.start);
	if (memcmp(target.start + from, expected.start + from, to - from) == 0)
		return;
	while (target.start[from] == expected.start[from])
		from++;
	report(what, at, len, flags, from);
}

static void check_move(size_t to, const unsigned char *from, size_t len, unsigned flags)
{
	unsigned char *dest = target.start + to;
	bool within = from >= target.start && from < target.end;
	const unsigned char *same = within ? expected.start + (from - target.start) : from;

	memmove(expected.start + to, same, len);
	if (subject.memmove(dest, from, len, flags) != dest)
		ck_abort_msg("%s: memmove did not return its destination", subject.name);
	check_bytes("memmove", to, len, flags);
}

static void check_fill(size_t to, int c, size_t len, unsigned flags)
{
	unsigned char *dest = target.start + to;

	memset(expected.start + to, c, len);
	if (subject.memset(dest, c, len, flags) != dest)
		ck_abort_msg("%s: memset did not return its destination", subject.name);
	check_bytes("memset", to, len, flags);
}

static bool subject_runs_here(int index)
{
	subject = subject_at(index);
	return subject.name[0] != '\0';
}

/* All pairs of alignments within a line, or as many random ones as there are alignments. */
static void each_alignment(void (*check)(size_t to, size_t from, size_t len), size_t len)
{
	for (size_t to = 0; to < LINE; to++) {
		for (size_t from = 0; from < (samples() ? 1 : LINE); from++)
			check(to, samples() ? below(LINE) : from, len);
	}
}

static void move_aligned(size_t to, size_t from, size_t len)
{
	check_move(AROUND + to, source.start + AROUND + from, len, flags_of_round());
}

START_TEST(every_length_and_pair_of_alignments_is_moved)
{
	if (!subject_runs_here(_i))
		return;
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		set_threshold(below(2 * SMALL));
		for (round_flags = 0; round_flags < WIDER; round_flags++)
			each_alignment(move_aligned, len);
	}
}
END_TEST

START_TEST(every_length_and_alignment_is_filled)
{
	if (!subject_runs_here(_i))
		return;
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		set_threshold(below(2 * SMALL));
		for (round_flags = 0; round_flags < WIDER; round_flags++) {
			for (size_t i = 0; i < 4 * LINE; i++)
				check_fill(AROUND + i % LINE, rand() - RAND_MAX / 2, len,
					   flags_of_round());
		}
	}
}
END_TEST

START_TEST(every_flag_combination_moves_and_fills)
{
	if (!subject_runs_here(_i))
		return;
	set_threshold(below(SMALL));
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		for (unsigned flags = 0; flags < ALL_FLAGS; flags++) {
			check_move(AROUND + below(64), source.start + AROUND + below(64), len,
				   flags);
			check_fill(AROUND + below(64), rand(), len, flags);
		}
	}
}
END_TEST

START_TEST(flag_bits_without_a_meaning_are_ignored)
{
	if (!subject_runs_here(_i))
		return;
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		unsigned flags = (unsigned)rand() << 6 | any_flags();

		check_move(AROUND + below(64), source.start + AROUND + below(64), len, flags);
		check_fill(AROUND + below(64), rand(), len, flags);
	}
}
END_TEST

/* A load or store one byte too far, on either side, would hit an inaccessible page. */
START_TEST(nothing_outside_the_ranges_is_touched)
{
	size_t size = (size_t)(target.end - target.start);

	if (!subject_runs_here(_i))
		return;
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		for (unsigned i = 0; i < 16 * WIDER; i++) {
			unsigned flags = any_flags();

			set_threshold(below(2 * SMALL));
			check_move(size - len, source.end - len, len, flags);
			check_move(0, source.start, len, flags);
			check_move(below(64), source.end - len, len, flags);
			check_move(size - len - below(64), source.start, len, flags);
			check_fill(size - len, rand(), len, flags);
			check_fill(0, rand(), len, flags);
		}
	}
}
END_TEST

/* Whatever the addresses, none of which could be touched. */
START_TEST(length_0_touches_nothing)
{
	void *nowhere[] = {NULL, (void *)1, source.end, source.end + 1, source.start - 1};
	size_t count = sizeof(nowhere) / sizeof(nowhere[0]);

	if (!subject_runs_here(_i))
		return;
	for (size_t i = 0; i < count * count * ALL_FLAGS; i++) {
		void *dest = nowhere[i % count];
		unsigned flags = (unsigned)(i / count / count);

		set_threshold(i % 2);
		if (subject.memmove(dest, nowhere[i / count % count], 0, flags) != dest ||
		    subject.memset(dest, rand(), 0, flags) != dest)
			ck_abort_msg("%s did not return its destination", subject.name);
	}
}
END_TEST

static void check_overlap(int distance)
{
	for (size_t len = 0; len <= SMALL; len = after(len)) {
		for (unsigned i = 0; i < WIDER; i++) {
			size_t to = AROUND + SMALL + (WIDER > 1 ? i % LINE : below(LINE));

			check_move(to, target.start + to + distance, len, any_flags());
		}
	}
}

START_TEST(overlapping_ranges_are_moved)
{
	if (!subject_runs_here(_i))
		return;
	for (int distance = -SMALL; distance <= SMALL;
	     distance += samples() ? 1 + (int)below(7) : 1) {
		set_threshold(below(2 * SMALL));
		check_overlap(distance);
	}
}
END_TEST

START_TEST(lengths_around_the_threshold_are_moved_and_filled)
{
	static const size_t thresholds[] = {0, 1, 8, 63, 64, 65, 255, 256, 257, 4096, SIZE_MAX};

	if (!subject_runs_here(_i))
		return;
	for (size_t t = 0; t < sizeof(thresholds) / sizeof(thresholds[0]); t++) {
		set_threshold(thresholds[t]);
		for (size_t i = 0; i < 64 * WIDER; i++) {
			size_t middle =
				thresholds[t] == 0 || thresholds[t] > 4096 ? 256 : thresholds[t];
			size_t len = middle - 1 + i % 3;

			check_move(AROUND + below(64), source.start + below(64), len, 0);
			check_move(AROUND + below(64), target.start + AROUND + below(64), len, 0);
			check_fill(AROUND + below(64), rand(), len, 0);
		}
	}
}
END_TEST

START_TEST(long_ranges_are_moved_and_filled)
{
	if (!subject_runs_here(_i))
		return;
	for (unsigned i = 0; i < (samples() ? 40 : 400) * WIDER; i++) {
		size_t len = below(i % 4 == 0 ? LARGE : 4096);
		size_t to = AROUND + below(LARGE);

		set_threshold(below(8192));
		check_move(to, source.start + below(LARGE), len, any_flags());
		check_move(to, target.start + AROUND + below(LARGE), len, any_flags());
		check_move(to, target.start + to + below(256) - 128, len, any_flags());
		check_fill(to, rand(), len, any_flags());
	}
}
END_TEST

START_TEST(ranges_up_to_mebibytes_are_moved_and_filled)
{
	if (!subject_runs_here(_i) || samples())
		return;
	for (unsigned i = 0; i < 4 * WIDER; i++) {
		size_t len = below(GIANT);
		size_t to = AROUND + below(GIANT / 2);

		set_threshold(below(2 * GIANT));
		check_move(to, source.start + below(GIANT), len, any_flags());
		check_move(to, target.start + AROUND + below(GIANT / 2), len, any_flags());
		check_fill(to, rand(), len, any_flags());
	}
}
END_TEST

/* Powers of two, where loops and size classes begin and end. */
START_TEST(lengths_around_powers_of_two_are_moved_and_filled)
{
	if (!subject_runs_here(_i))
		return;
	for (size_t middle = 256; middle <= (samples() ? LARGE : GIANT / 2); middle *= 2) {
		for (size_t len = middle - 1; len <= middle + 1; len++) {
			size_t to = AROUND + below(LINE);

			check_move(to, source.start + below(LINE), len, any_flags());
			check_move(to, target.start + to + below(512) - 256 + AROUND, len,
				   any_flags());
			check_fill(to, rand(), len, any_flags());
		}
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("kernels");
	TCase *moving = tcase_create("byte exactness");
	int subjects = subject_count();

	tcase_set_timeout(moving, WIDER > 1 ? 36000 : 600);
	tcase_add_unchecked_fixture(moving, make_arenas, NULL);
	tcase_add_checked_fixture(moving, set_up, NULL);
	tcase_add_loop_test(moving, every_length_and_pair_of_alignments_is_moved, 0, subjects);
	tcase_add_loop_test(moving, every_length_and_alignment_is_filled, 0, subjects);
	tcase_add_loop_test(moving, every_flag_combination_moves_and_fills, 0, subjects);
	tcase_add_loop_test(moving, flag_bits_without_a_meaning_are_ignored, 0, subjects);
	tcase_add_loop_test(moving, nothing_outside_the_ranges_is_touched, 0, subjects);
	tcase_add_loop_test(moving, length_0_touches_nothing, 0, subjects);
	tcase_add_loop_test(moving, overlapping_ranges_are_moved, 0, subjects);
	tcase_add_loop_test(moving, lengths_around_the_threshold_are_moved_and_filled, 0, subjects);
	tcase_add_loop_test(moving, long_ranges_are_moved_and_filled, 0, subjects);
	tcase_add_loop_test(moving, ranges_up_to_mebibytes_are_moved_and_filled, 0, subjects);
	tcase_add_loop_test(moving, lengths_around_powers_of_two_are_moved_and_filled, 0, subjects);
	suite_add_tcase(suite, moving);
	return suite;
}
