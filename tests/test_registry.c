/* SPDX-License-Identifier: BSD-3-Clause */
#include "registry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct pmem2_registered entry(uintptr_t start, uintptr_t end)
{
	const struct pmem2_registered made = {.span = {.start = start, .end = end}};

	return made;
}

/* What find stores, as "start-end"; the start is 0 when nothing is found. */
static void assert_found(uintptr_t start, uintptr_t end, uintptr_t found_start, uintptr_t found_end)
{
	struct pmem2_registered found = entry(77, 88);

	ck_assert(pmem2_registry_find(start, end, &found));
	ck_assert_uint_eq(found.span.start, found_start);
	ck_assert_uint_eq(found.span.end, found_end);
}

static void assert_nothing(uintptr_t start, uintptr_t end)
{
	struct pmem2_registered found = entry(77, 88);

	ck_assert(!pmem2_registry_find(start, end, &found));
	ck_assert_uint_eq(found.span.start, 77);
	ck_assert_uint_eq(found.span.end, 88);
}

/* ---- finding ---------------------------------------------------------------- */

START_TEST(nothing_is_found_at_first)
{
	assert_nothing(0, UINTPTR_MAX);
}
END_TEST

/* Of the two maps [100, 200) and [300, 400): what is found, clipped to the search. */
static const struct {
	uintptr_t start;
	uintptr_t end;
	uintptr_t found_start;
	uintptr_t found_end;
} searches[] = {
	{0, UINTPTR_MAX, 100, 200}, {100, 200, 100, 200}, {150, 160, 150, 160},
	{150, 350, 150, 200},       {50, 150, 100, 150},  {199, 500, 199, 200},
	{200, 301, 300, 301},       {250, 500, 300, 400},
};

START_TEST(lowest_live_map_is_found_and_clipped_to_the_search)
{
	struct pmem2_registered high = entry(300, 400);
	struct pmem2_registered low = entry(100, 200);

	pmem2_registry_add(&high);
	pmem2_registry_add(&low);
	assert_found(searches[_i].start, searches[_i].end, searches[_i].found_start,
		     searches[_i].found_end);
	ck_assert_uint_eq(low.span.start, 100);
	ck_assert_uint_eq(low.span.end, 200);
}
END_TEST

static const uintptr_t holes[][2] = {{0, 100}, {200, 300}, {400, UINTPTR_MAX}};

START_TEST(nothing_is_found_between_maps)
{
	struct pmem2_registered high = entry(300, 400);
	struct pmem2_registered low = entry(100, 200);

	pmem2_registry_add(&high);
	pmem2_registry_add(&low);
	assert_nothing(holes[_i][0], holes[_i][1]);
}
END_TEST

START_TEST(found_map_tells_whether_it_is_device_dax)
{
	struct pmem2_registered file = entry(100, 200);
	struct pmem2_registered dax = entry(300, 400);
	struct pmem2_registered found;

	dax.device_dax = true;
	pmem2_registry_add(&file);
	pmem2_registry_add(&dax);
	ck_assert(pmem2_registry_find(150, 160, &found));
	ck_assert(!found.device_dax);
	ck_assert(pmem2_registry_find(350, 360, &found));
	ck_assert(found.device_dax);
}
END_TEST

START_TEST(removed_map_was_alive_and_is_found_no_more)
{
	struct pmem2_registered map = entry(100, 200);

	pmem2_registry_add(&map);
	ck_assert(pmem2_registry_remove(&map));
	ck_assert(!map.live);
	assert_nothing(0, UINTPTR_MAX);
}
END_TEST

/* ---- new maps over old ones --------------------------------------------------- */

/* Against an old map of [100, 200). */
static const struct {
	uintptr_t start;
	uintptr_t end;
	bool overlaps;
} ranges[] = {
	{100, 200, true}, {150, 151, true}, {50, 101, true},   {199, 300, true},
	{50, 300, true},  {0, 100, false},  {200, 300, false},
};

START_TEST(new_map_proves_that_those_below_it_are_dead)
{
	struct pmem2_registered old = entry(100, 200);
	struct pmem2_registered map = entry(ranges[_i].start, ranges[_i].end);

	pmem2_registry_add(&old);
	pmem2_registry_add(&map);
	ck_assert(map.live);
	ck_assert_int_eq(old.live, !ranges[_i].overlaps);
	ck_assert_int_eq(pmem2_registry_remove(&old), !ranges[_i].overlaps);
	ck_assert(pmem2_registry_remove(&map));
	assert_nothing(0, UINTPTR_MAX);
}
END_TEST

START_TEST(new_map_ends_every_map_that_it_overlaps)
{
	struct pmem2_registered old[] = {entry(100, 200), entry(200, 300), entry(300, 400)};
	struct pmem2_registered map = entry(150, 301);

	for (int i = 0; i < COUNT(old); i++)
		pmem2_registry_add(&old[i]);
	pmem2_registry_add(&map);
	for (int i = 0; i < COUNT(old); i++)
		ck_assert(!pmem2_registry_remove(&old[i]));
	assert_found(0, UINTPTR_MAX, 150, 301);
}
END_TEST

START_TEST(maps_in_a_range_given_away_are_dead)
{
	struct pmem2_registered old = entry(100, 200);

	pmem2_registry_add(&old);
	pmem2_registry_evict(ranges[_i].start, ranges[_i].end);
	ck_assert_int_eq(pmem2_registry_remove(&old), !ranges[_i].overlaps);
	assert_nothing(0, UINTPTR_MAX);
}
END_TEST

START_TEST(map_is_told_from_the_one_that_was_there_before)
{
	struct pmem2_registered map = entry(100, 200);
	struct pmem2_registered before;
	struct pmem2_registered after;

	pmem2_registry_add(&map);
	ck_assert(pmem2_registry_find(100, 200, &before));
	ck_assert(pmem2_registry_find(150, 160, &after));
	ck_assert_uint_eq(after.number, before.number);
	ck_assert(pmem2_registry_remove(&map));
	ck_assert(pmem2_registry_claim(&map));
	ck_assert(pmem2_registry_find(100, 200, &after));
	ck_assert_uint_ne(after.number, before.number);
}
END_TEST

START_TEST(removing_a_dead_map_leaves_its_successor)
{
	struct pmem2_registered old = entry(100, 200);
	struct pmem2_registered map = entry(100, 200);

	pmem2_registry_add(&old);
	pmem2_registry_add(&map);
	ck_assert(!pmem2_registry_remove(&old));
	assert_found(0, UINTPTR_MAX, 100, 200);
	ck_assert(pmem2_registry_remove(&map));
}
END_TEST

START_TEST(claim_over_a_live_map_fails_and_changes_nothing)
{
	struct pmem2_registered old = entry(100, 200);
	struct pmem2_registered claim = entry(ranges[_i].start, ranges[_i].end);

	pmem2_registry_add(&old);
	ck_assert_int_eq(pmem2_registry_claim(&claim), !ranges[_i].overlaps);
	ck_assert_int_eq(claim.live, !ranges[_i].overlaps);
	ck_assert(old.live);
	assert_found(100, 200, 100, 200);
	ck_assert_int_eq(pmem2_registry_remove(&claim), !ranges[_i].overlaps);
	ck_assert(pmem2_registry_remove(&old));
}
END_TEST

START_TEST(claimed_range_is_found_like_any_map)
{
	struct pmem2_registered claim = entry(100, 200);

	ck_assert(pmem2_registry_claim(&claim));
	assert_found(0, UINTPTR_MAX, 100, 200);
}
END_TEST

START_TEST(empty_map_is_in_nobodys_way_and_never_found)
{
	struct pmem2_registered empty = entry(150, 150);
	struct pmem2_registered another = entry(150, 150);
	struct pmem2_registered map = entry(100, 200);

	ck_assert(pmem2_registry_claim(&empty));
	ck_assert(pmem2_registry_claim(&another));
	assert_nothing(0, UINTPTR_MAX);
	ck_assert(pmem2_registry_claim(&map));
	ck_assert(pmem2_registry_remove(&empty));
	ck_assert(pmem2_registry_claim(&empty));
	ck_assert(pmem2_registry_remove(&empty));
	ck_assert(pmem2_registry_remove(&another));
	assert_found(0, UINTPTR_MAX, 100, 200);
}
END_TEST

/* ---- threads --------------------------------------------------------------------- */

#define THREADS 8

/* Valgrind runs one thread at a time, and slowly. */
#define ROUNDS (pmem2_test_is_alone() ? 100000 : 3000)

static atomic_int holders;
static pthread_barrier_t together;

/* Claim the same range as the others; between claim and removal no other thread may hold it. */
static void *claim_and_remove(void *unused)
{
	int rounds = ROUNDS;

	pthread_barrier_wait(&together);
	for (int i = 0; i < rounds; i++) {
		struct pmem2_registered mine = entry(100, 200);
		if (!pmem2_registry_claim(&mine))
			continue;
		if (atomic_fetch_add(&holders, 1) != 0)
			ck_abort_msg("two threads hold one range");
		atomic_fetch_sub(&holders, 1);
		if (!pmem2_registry_remove(&mine))
			ck_abort_msg("a claimed range died");
	}
	return NULL;
}

START_TEST(of_many_threads_one_holds_a_range)
{
	pthread_t threads[THREADS];

	ck_assert_int_eq(pthread_barrier_init(&together, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, claim_and_remove, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	assert_nothing(0, UINTPTR_MAX);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("registry");
	TCase *tcase = tcase_create("registry");

	tcase_set_timeout(tcase, 50);
	tcase_add_test(tcase, nothing_is_found_at_first);
	tcase_add_loop_test(tcase, lowest_live_map_is_found_and_clipped_to_the_search, 0,
			    COUNT(searches));
	tcase_add_loop_test(tcase, nothing_is_found_between_maps, 0, COUNT(holes));
	tcase_add_test(tcase, found_map_tells_whether_it_is_device_dax);
	tcase_add_test(tcase, removed_map_was_alive_and_is_found_no_more);
	tcase_add_loop_test(tcase, new_map_proves_that_those_below_it_are_dead, 0, COUNT(ranges));
	tcase_add_loop_test(tcase, maps_in_a_range_given_away_are_dead, 0, COUNT(ranges));
	tcase_add_test(tcase, new_map_ends_every_map_that_it_overlaps);
	tcase_add_test(tcase, map_is_told_from_the_one_that_was_there_before);
	tcase_add_test(tcase, removing_a_dead_map_leaves_its_successor);
	tcase_add_loop_test(tcase, claim_over_a_live_map_fails_and_changes_nothing, 0,
			    COUNT(ranges));
	tcase_add_test(tcase, claimed_range_is_found_like_any_map);
	tcase_add_test(tcase, empty_map_is_in_nobodys_way_and_never_found);
	tcase_add_test(tcase, of_many_threads_one_holds_a_range);
	suite_add_tcase(suite, tcase);
	return suite;
}
