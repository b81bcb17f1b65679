/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map.h"
#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define PAGES 32
#define ANYWHERE ((void *)1)

/*
 * A reservation of 32 pages with three maps, made in the order middle, last,
 * first: A of 2 pages at page 3, B of 5000 bytes at page 10 (two pages, the last
 * not full), C of a page at page 12, right behind it.
 */
static struct pmem2_vm_reservation *rsv;
static struct pmem2_map *maps[3];

enum { A, B, C, NONE };

static const struct {
	size_t page;
	size_t length;
} layout[] = {[A] = {3, 2 * 4096}, [B] = {10, 5000}, [C] = {12, 4096}};

static int map_at(struct pmem2_map **map, size_t offset, size_t length)
{
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	struct pmem2_source *src = NULL;
	int ret;

	assert_success(pmem2_source_from_anon(&src, length));
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, offset));
	ret = pmem2_map_new(map, cfg, src);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	return ret;
}

static void create_empty(void)
{
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, PAGES * PAGE));
}

static void discard_empty(void)
{
	assert_success(pmem2_vm_reservation_delete(&rsv));
}

static void create(void)
{
	static const int order[] = {B, C, A};

	create_empty();
	for (int i = 0; i < COUNT(order); i++) {
		int n = order[i];
		assert_success(map_at(&maps[n], layout[n].page * PAGE, layout[n].length));
	}
}

static void discard(void)
{
	for (int i = 0; i < COUNT(maps); i++)
		assert_success(pmem2_map_delete(&maps[i]));
	discard_empty();
}

/* ---- by range ------------------------------------------------------------- */

static const struct {
	size_t page;
	size_t byte;
	size_t length;
	int expected;
} ranges[] = {
	/* a range finds the lowest map that it touches */
	{0, 0, 32 * 4096, A},
	{3, 0, 1, A},
	{4, 4095, 1, A},
	{0, 0, 3 * 4096 + 1, A},
	{4, 0, 6 * 4096 + 1, A},
	{5, 0, 5 * 4096 + 1, B},
	{5, 0, 27 * 4096, B},
	{10, 4096, 5000, B},
	{12, 0, 4096, C},
	/* holes */
	{0, 0, 3 * 4096, NONE},
	{5, 0, 5 * 4096, NONE},
	{13, 0, 19 * 4096, NONE},
	/* the content counts, not the page that holds its end */
	{10, 4999, 1, B},
	{10, 5000, 1, NONE},
	{10, 5000, 2 * 4096 - 5000, NONE},
	{10, 5000, 2 * 4096 - 5000 + 1, C},
	/* length 0 asks for the byte itself */
	{2, 4095, 0, NONE},
	{3, 0, 0, A},
	{4, 4095, 0, A},
	{5, 0, 0, NONE},
	{9, 4095, 0, NONE},
	{10, 0, 0, B},
	{10, 4999, 0, B},
	{10, 5000, 0, NONE},
	{12, 0, 0, C},
	{12, 4095, 0, C},
	{13, 0, 0, NONE},
	/* ends beyond the reservation, and wrapping ones, are cut */
	{3, 0, SIZE_MAX, A},
	{12, 0, 64 * 4096, C},
	{12, 1, SIZE_MAX, C},
	{13, 0, SIZE_MAX, NONE},
	/* outside */
	{32, 0, 0, NONE},
	{32, 0, 4096, NONE},
	{33, 0, SIZE_MAX, NONE},
	{0, SIZE_MAX, 1, NONE},
	{0, SIZE_MAX, SIZE_MAX, NONE},
	{0, SIZE_MAX - 4095, 2 * 4096, NONE},
};

START_TEST(range_finds_the_lowest_map_with_content_in_it)
{
	size_t offset = ranges[_i].page * PAGE + ranges[_i].byte;
	struct pmem2_map *found = ANYWHERE;
	char text[96];

	if (ranges[_i].expected != NONE) {
		assert_success(
			pmem2_vm_reservation_map_find(rsv, offset, ranges[_i].length, &found));
		ck_assert_ptr_eq(found, maps[ranges[_i].expected]);
		return;
	}
	snprintf(text, sizeof(text), "reservation: no map in %zu bytes at offset %zu of the %zu",
		 ranges[_i].length, offset, PAGES * PAGE);
	assert_failure(pmem2_vm_reservation_map_find(rsv, offset, ranges[_i].length, &found),
		       PMEM2_E_MAPPING_NOT_FOUND, text);
	ck_assert_ptr_null(found);
}
END_TEST

/* ---- by order --------------------------------------------------------------- */

START_TEST(first_and_last_are_the_ends_by_address)
{
	struct pmem2_map *found = NULL;

	assert_success(pmem2_vm_reservation_map_find_first(rsv, &found));
	ck_assert_ptr_eq(found, maps[A]);
	assert_success(pmem2_vm_reservation_map_find_last(rsv, &found));
	ck_assert_ptr_eq(found, maps[C]);
}
END_TEST

START_TEST(next_and_previous_are_the_neighbours_by_address)
{
	struct pmem2_map *found = NULL;

	assert_success(pmem2_vm_reservation_map_find_next(rsv, maps[A], &found));
	ck_assert_ptr_eq(found, maps[B]);
	assert_success(pmem2_vm_reservation_map_find_next(rsv, maps[B], &found));
	ck_assert_ptr_eq(found, maps[C]);
	assert_success(pmem2_vm_reservation_map_find_prev(rsv, maps[C], &found));
	ck_assert_ptr_eq(found, maps[B]);
	assert_success(pmem2_vm_reservation_map_find_prev(rsv, maps[B], &found));
	ck_assert_ptr_eq(found, maps[A]);
}
END_TEST

START_TEST(nothing_is_behind_the_last)
{
	struct pmem2_map *found = ANYWHERE;

	assert_failure(pmem2_vm_reservation_map_find_next(rsv, maps[C], &found),
		       PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map behind the one given in the");
	ck_assert_ptr_null(found);
}
END_TEST

START_TEST(nothing_is_before_the_first)
{
	struct pmem2_map *found = ANYWHERE;

	assert_failure(pmem2_vm_reservation_map_find_prev(rsv, maps[A], &found),
		       PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map before the one given in the");
	ck_assert_ptr_null(found);
}
END_TEST

static int find_anywhere(struct pmem2_vm_reservation *where, struct pmem2_map **map)
{
	return pmem2_vm_reservation_map_find(where, 0, PAGES * PAGE, map);
}

static int (*const searches[])(struct pmem2_vm_reservation *, struct pmem2_map **) = {
	pmem2_vm_reservation_map_find_first,
	pmem2_vm_reservation_map_find_last,
	find_anywhere,
};

START_TEST(nothing_is_found_in_an_empty_reservation)
{
	struct pmem2_map *found = ANYWHERE;

	assert_failure(searches[_i](rsv, &found), PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map in ");
	ck_assert_ptr_null(found);
}
END_TEST

START_TEST(deleted_map_is_not_found)
{
	struct pmem2_map *map = NULL;
	struct pmem2_map *found = ANYWHERE;

	assert_success(map_at(&map, 0, PAGE));
	assert_success(pmem2_map_delete(&map));
	assert_failure(searches[_i](rsv, &found), PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map in ");
	ck_assert_ptr_null(found);
}
END_TEST

/* Unmap a map's page behind the library's back, and let another reservation have it. */
static struct pmem2_vm_reservation *take_place(struct pmem2_map *map)
{
	struct pmem2_vm_reservation *taker = NULL;
	char *addr = pmem2_map_get_address(map);

	ck_assert_int_eq(munmap(addr, PAGE), 0);
	assert_success(pmem2_vm_reservation_new(&taker, addr, PAGE));
	return taker;
}

START_TEST(map_whose_place_another_reservation_has_is_not_found)
{
	struct pmem2_vm_reservation *taker;
	struct pmem2_map *map = NULL;
	struct pmem2_map *found = ANYWHERE;

	assert_success(map_at(&map, 0, PAGE));
	taker = take_place(map);
	assert_failure(searches[_i](rsv, &found), PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map in ");
	ck_assert_ptr_null(found);
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&taker));
}
END_TEST

START_TEST(searches_step_over_a_map_whose_place_another_reservation_has)
{
	struct pmem2_vm_reservation *taker = take_place(maps[B]);
	struct pmem2_map *found = NULL;

	assert_success(pmem2_vm_reservation_map_find_next(rsv, maps[A], &found));
	ck_assert_ptr_eq(found, maps[C]);
	assert_success(pmem2_vm_reservation_map_find_prev(rsv, maps[C], &found));
	ck_assert_ptr_eq(found, maps[A]);
	assert_success(pmem2_vm_reservation_map_find(rsv, 5 * PAGE, PAGES * PAGE, &found));
	ck_assert_ptr_eq(found, maps[C]);
	assert_success(pmem2_vm_reservation_delete(&taker));
}
END_TEST

START_TEST(map_elsewhere_is_not_found)
{
	struct pmem2_map *elsewhere = pmem2_test_map(pmem2_test_file(PAGE), PMEM2_GRANULARITY_PAGE);
	struct pmem2_map *found = ANYWHERE;

	assert_failure(searches[_i](rsv, &found), PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map in ");
	ck_assert_ptr_null(found);
	assert_success(pmem2_map_delete(&elsewhere));
}
END_TEST

/* A claim, with no map around it, at page 0, or between B's neighbours. */
static void claim(struct pmem2_map *stand_in, size_t page)
{
	void *addr;

	assert_success(
		pmem2_reservation_claim(rsv, page * PAGE, PAGE, PAGE, &stand_in->claim, &addr));
}

START_TEST(claim_is_invisible_until_a_map_is_there)
{
	struct pmem2_map stand_in = {.entry.live = true};
	struct pmem2_map *found = ANYWHERE;

	claim(&stand_in, 0);
	assert_failure(searches[_i](rsv, &found), PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map in ");
	ck_assert_ptr_null(found);
	pmem2_reservation_settle(&stand_in.claim, &stand_in.entry);
	assert_success(searches[_i](rsv, &found));
	ck_assert_ptr_eq(found, &stand_in);
	pmem2_reservation_settle(&stand_in.claim, NULL);
	assert_failure(searches[_i](rsv, &found), PMEM2_E_MAPPING_NOT_FOUND,
		       "reservation: no map in ");
	pmem2_reservation_release(rsv, &stand_in.claim);
}
END_TEST

START_TEST(searches_step_over_unsettled_claims)
{
	struct pmem2_map stand_ins[3];
	struct pmem2_map *found = NULL;

	claim(&stand_ins[0], 0);
	claim(&stand_ins[1], 6);
	claim(&stand_ins[2], 20);
	assert_success(pmem2_vm_reservation_map_find(rsv, 0, PAGES * PAGE, &found));
	ck_assert_ptr_eq(found, maps[A]);
	assert_success(pmem2_vm_reservation_map_find(rsv, 5 * PAGE, PAGES * PAGE, &found));
	ck_assert_ptr_eq(found, maps[B]);
	assert_success(pmem2_vm_reservation_map_find_first(rsv, &found));
	ck_assert_ptr_eq(found, maps[A]);
	assert_success(pmem2_vm_reservation_map_find_last(rsv, &found));
	ck_assert_ptr_eq(found, maps[C]);
	assert_success(pmem2_vm_reservation_map_find_next(rsv, maps[A], &found));
	ck_assert_ptr_eq(found, maps[B]);
	assert_success(pmem2_vm_reservation_map_find_prev(rsv, maps[B], &found));
	ck_assert_ptr_eq(found, maps[A]);
	for (int i = 0; i < COUNT(stand_ins); i++)
		pmem2_reservation_release(rsv, &stand_ins[i].claim);
}
END_TEST

/* ---- while maps come and go --------------------------------------------------- */

static atomic_bool stop;

/* Make and delete maps between the three, so that the tree keeps turning. */
static void *come_and_go(void *first_page)
{
	size_t page = *(size_t *)first_page;

	while (!atomic_load(&stop)) {
		struct pmem2_map *made[3] = {NULL, NULL, NULL};
		for (size_t i = 0; i < 3; i++)
			ck_assert_int_eq(map_at(&made[i], (page + i) * PAGE, PAGE), 0);
		for (size_t i = 0; i < 3; i++)
			ck_assert_int_eq(pmem2_map_delete(&made[i]), 0);
	}
	return NULL;
}

START_TEST(lasting_maps_are_found_while_others_come_and_go)
{
	size_t pages[] = {0, 6, 14, 20};
	pthread_t threads[COUNT(pages)];
	struct pmem2_map *found = NULL;

	for (int i = 0; i < COUNT(pages); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, &pages[i]), 0);
	for (int i = 0; i < 2000; i++) {
		int n = i % 3;
		size_t offset = layout[n].page * PAGE;
		assert_success(
			pmem2_vm_reservation_map_find(rsv, offset, layout[n].length, &found));
		ck_assert_ptr_eq(found, maps[n]);
		assert_success(pmem2_vm_reservation_map_find_first(rsv, &found));
		assert_success(pmem2_vm_reservation_map_find_next(rsv, maps[B], &found));
		ck_assert_ptr_eq(found, maps[C]);
		assert_success(pmem2_vm_reservation_map_find_prev(rsv, maps[C], &found));
		ck_assert_ptr_eq(found, maps[B]);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < COUNT(pages); i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

/* ---- the suite ------------------------------------------------------------------ */

static TCase *three_maps(void)
{
	TCase *tcase = tcase_create("three maps");

	tcase_add_checked_fixture(tcase, create, discard);
	tcase_set_timeout(tcase, 50);
	tcase_add_loop_test(tcase, range_finds_the_lowest_map_with_content_in_it, 0, COUNT(ranges));
	tcase_add_test(tcase, first_and_last_are_the_ends_by_address);
	tcase_add_test(tcase, next_and_previous_are_the_neighbours_by_address);
	tcase_add_test(tcase, nothing_is_behind_the_last);
	tcase_add_test(tcase, nothing_is_before_the_first);
	tcase_add_test(tcase, searches_step_over_unsettled_claims);
	tcase_add_test(tcase, searches_step_over_a_map_whose_place_another_reservation_has);
	tcase_add_test(tcase, lasting_maps_are_found_while_others_come_and_go);
	return tcase;
}

static TCase *empty(void)
{
	TCase *tcase = tcase_create("empty");

	tcase_add_checked_fixture(tcase, create_empty, discard_empty);
	tcase_add_loop_test(tcase, nothing_is_found_in_an_empty_reservation, 0, COUNT(searches));
	tcase_add_loop_test(tcase, deleted_map_is_not_found, 0, COUNT(searches));
	tcase_add_loop_test(tcase, map_whose_place_another_reservation_has_is_not_found, 0,
			    COUNT(searches));
	tcase_add_loop_test(tcase, map_elsewhere_is_not_found, 0, COUNT(searches));
	tcase_add_loop_test(tcase, claim_is_invisible_until_a_map_is_there, 0, COUNT(searches));
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("find");

	suite_add_tcase(suite, three_maps());
	suite_add_tcase(suite, empty());
	return suite;
}
