/* SPDX-License-Identifier: BSD-3-Clause */
#include "arena.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bits.h"
#include "restart.h"
#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define UNIT (2 * PMEM2_MIB)

static uintptr_t hint(size_t length, size_t alignment)
{
	return (uintptr_t)pmem2_arena_hint(length, alignment);
}

static const size_t alignments[] = {4096, UNIT, PMEM2_GIB, 512 * PMEM2_GIB};

START_TEST(hint_is_aligned_as_asked)
{
	for (size_t length = 1; length < 64 * PMEM2_GIB; length = length * 7 + 4096)
		ck_assert_uint_eq(hint(length, alignments[_i]) % alignments[_i], 0);
}
END_TEST

START_TEST(following_hints_do_not_overlap)
{
	uintptr_t end = 0;

	for (size_t length = 1; length < PMEM2_GIB; length = length * 3 + 1) {
		uintptr_t start = hint(length, 4096);
		ck_assert_uint_ge(start, end);
		end = start + length;
	}
}
END_TEST

static const size_t too_long[] = {SIZE_MAX, SIZE_MAX / 2, (size_t)1 << 62, (size_t)1 << 47};

START_TEST(length_beyond_the_arena_has_no_hint)
{
	ck_assert_ptr_null(pmem2_arena_hint(too_long[_i], UNIT));
}
END_TEST

START_TEST(length_without_a_hint_does_not_use_the_arena_up)
{
	uintptr_t before = hint(0, 4096);

	for (int i = 0; i < COUNT(too_long); i++)
		(void)pmem2_arena_hint(too_long[i], UNIT);
	ck_assert_uint_eq(hint(0, 4096), before);
}
END_TEST

/* Many times the size of the arena in total, in pieces that do not divide it. */
START_TEST(hints_start_over_when_the_arena_is_used_up)
{
	uintptr_t first = hint(UNIT, UNIT);
	uintptr_t last = first;
	unsigned turns = 0;
	uintptr_t lowest = first;
	uintptr_t highest = first;

	for (int i = 0; i < 3000; i++) {
		uintptr_t next = hint(37 * PMEM2_GIB, PMEM2_GIB);
		ck_assert_uint_ne(next, 0);
		turns += next < last;
		lowest = next < lowest ? next : lowest;
		highest = next > highest ? next : highest;
		last = next;
	}
	ck_assert_uint_ge(turns, 3);
	ck_assert_uint_le(highest + 37 * PMEM2_GIB, 2 * lowest);
	ck_assert_uint_lt(highest + 37 * PMEM2_GIB, (uintptr_t)&turns);
}
END_TEST

/* ---- stacks elsewhere ------------------------------------------------------- */

#define STACK_SIZE (256 * PMEM2_KIB)

static void *take_hint(void *taken)
{
	*(uintptr_t *)taken = hint(UNIT, UNIT);
	return NULL;
}

/* As user-level threads have whose stacks come from the heap of a program at a fixed address. */
START_TEST(hints_do_not_depend_on_where_the_caller_s_stack_is)
{
	uintptr_t before = hint(UNIT, UNIT);
	uintptr_t on_low_stack = 0;
	pthread_attr_t attributes;
	pthread_t thread;
	void *stack = mmap((void *)(64 * PMEM2_MIB), STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_eq(stack, (void *)(64 * PMEM2_MIB));
	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, take_hint, &on_low_stack), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attributes);
	ck_assert_uint_eq(on_low_stack, before + UNIT);
}
END_TEST

/* ---- threads ------------------------------------------------------------------ */

#define THREADS 8
#define HINTS 50000

static uintptr_t hints[THREADS][HINTS];
static pthread_barrier_t together;

static void *take_hints(void *mine)
{
	uintptr_t *taken = mine;

	pthread_barrier_wait(&together);
	for (int i = 0; i < HINTS; i++)
		taken[i] = hint(4096, 4096);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a;
	uintptr_t y = *(const uintptr_t *)b;

	return (x > y) - (x < y);
}

START_TEST(threads_get_hints_of_their_own)
{
	pthread_t threads[THREADS];
	uintptr_t *all = hints[0];

	ck_assert_int_eq(pthread_barrier_init(&together, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_hints, hints[i]), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	qsort(all, THREADS * (size_t)HINTS, sizeof(*all), compare);
	for (int i = 1; i < THREADS * HINTS; i++) {
		if (all[i] == all[i - 1])
			ck_abort_msg("0x%lx was given twice", (unsigned long)all[i]);
	}
}
END_TEST

/* ---- processes ------------------------------------------------------------------ */

#define PRINT_HINT "PMEM2_TEST_PRINT_HINT"

/* The first hint of a new process of this program. */
static unsigned long hint_of_new_process(void)
{
	/* Programs for another CPU need the emulator that runs this one. */
	const char *emulator = getenv("MESON_EXE_WRAPPER");
	char command[4096];
	FILE *program;
	unsigned long printed = 0;

	snprintf(command, sizeof(command), PRINT_HINT "=1 exec %s %s",
		 emulator == NULL ? "" : emulator, restart_own_program());
	program = popen(command, "re");
	ck_assert_ptr_nonnull(program);
	ck_assert_int_eq(fscanf(program, "%lx", &printed), 1);
	ck_assert_int_eq(pclose(program), 0);
	return printed;
}

START_TEST(each_process_starts_at_a_place_of_its_own)
{
	unsigned long first = hint_of_new_process();

	ck_assert_uint_ne(first, 0);
	ck_assert(hint_of_new_process() != first || hint_of_new_process() != first);
}
END_TEST

/* Before main makes a directory, which this process would not remove. */
__attribute__((constructor)) static void print_hint_if_asked(void)
{
	if (getenv(PRINT_HINT) == NULL)
		return;
	printf("%lx\n", (unsigned long)hint(UNIT, UNIT));
	fflush(stdout);
	_exit(0);
}

/* Valgrind has a small address space and starts no copies of itself. */
static void add_what_tools_prevent(TCase *tcase)
{
	tcase_add_test(tcase, hints_start_over_when_the_arena_is_used_up);
	tcase_add_test(tcase, hints_do_not_depend_on_where_the_caller_s_stack_is);
	tcase_add_test(tcase, each_process_starts_at_a_place_of_its_own);
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("arena");
	TCase *tcase = tcase_create("arena");

	tcase_add_loop_test(tcase, hint_is_aligned_as_asked, 0, COUNT(alignments));
	tcase_add_test(tcase, following_hints_do_not_overlap);
	tcase_add_loop_test(tcase, length_beyond_the_arena_has_no_hint, 0, COUNT(too_long));
	tcase_add_test(tcase, length_without_a_hint_does_not_use_the_arena_up);
	tcase_add_test(tcase, threads_get_hints_of_their_own);
	if (pmem2_test_is_alone())
		add_what_tools_prevent(tcase);
	suite_add_tcase(suite, tcase);
	return suite;
}
