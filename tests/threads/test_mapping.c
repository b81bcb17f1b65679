/* SPDX-License-Identifier: BSD-3-Clause */
/* Mapping, finding, flushing and deleting from many threads. */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bits.h"
#include "support.h"
#include "team.h"

#define ROUNDS 200
#define SLOT ((size_t)64 * 1024)
#define SLOTS ((size_t)TEAM_SIZE)

static int fd;
static struct pmem2_source *src;
static struct pmem2_vm_reservation *rsv;

static void set_up(void)
{
	fd = pmem2_test_file(SLOTS * SLOT);
	src = pmem2_test_source(fd);
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, SLOTS * SLOT));
}

static void tear_down(void)
{
	assert_success(pmem2_vm_reservation_delete(&rsv));
	pmem2_source_delete(&src);
	close(fd);
}

/* A config for slot `number` of the file, as Check's assertions must not be used in threads. */
static struct pmem2_config *slot_config(unsigned number)
{
	struct pmem2_config *cfg = NULL;

	require(pmem2_config_new(&cfg) == 0);
	require(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE) == 0);
	require(pmem2_config_set_offset(cfg, number * SLOT) == 0);
	require(pmem2_config_set_length(cfg, SLOT) == 0);
	return cfg;
}

/* Store a value through the library, and see it in the file. */
static void use(struct pmem2_map *map, unsigned number, unsigned round)
{
	uint64_t *word = pmem2_map_get_address(map);
	uint64_t value = (uint64_t)number << 32 | round;
	uint64_t stored = ~value;

	pmem2_get_memcpy_fn(map)(word, &value, sizeof(value), 0);
	word[1] = value;
	pmem2_get_persist_fn(map)(&word[1], sizeof(*word));
	require(pmem2_source_pread_mcsafe(src, &stored, sizeof(stored), number * SLOT) == 0);
	require(stored == value);
	require(pmem2_deep_flush(map, word, SLOT) == 0);
}

static void map_and_delete(unsigned number)
{
	struct pmem2_config *cfg = slot_config(number);
	struct pmem2_map *map;

	for (unsigned round = 0; round < ROUNDS; round++) {
		require(pmem2_map_new(&map, cfg, src) == 0);
		if (map == NULL)
			break;
		require(pmem2_map_get_size(map) == SLOT);
		use(map, number, round);
		require(pmem2_map_delete(&map) == 0);
	}
	pmem2_config_delete(&cfg);
}

START_TEST(threads_map_and_delete_at_places_of_the_library_s_choice)
{
	team_run(map_and_delete);
}
END_TEST

static void find_own(struct pmem2_map *map, unsigned number)
{
	struct pmem2_map *found;

	require(pmem2_vm_reservation_map_find(rsv, number * SLOT, SLOT, &found) == 0);
	require(found == map);
	require(pmem2_vm_reservation_map_find_first(rsv, &found) == 0 && found != NULL);
	require(pmem2_vm_reservation_map_find_last(rsv, &found) == 0 && found != NULL);
	if (pmem2_vm_reservation_map_find_next(rsv, map, &found) == 0)
		require(found != NULL && found != map);
	if (pmem2_vm_reservation_map_find_prev(rsv, map, &found) == 0)
		require(found != NULL && found != map);
}

static void map_find_and_delete(unsigned number)
{
	struct pmem2_config *cfg = slot_config(number);
	struct pmem2_map *map;

	pmem2_config_set_vm_reservation(cfg, rsv, number * SLOT);
	for (unsigned round = 0; round < ROUNDS; round++) {
		require(pmem2_map_new(&map, cfg, src) == 0);
		if (map == NULL)
			break;
		require(pmem2_map_get_address(map) ==
			(char *)pmem2_vm_reservation_get_address(rsv) + number * SLOT);
		find_own(map, number);
		use(map, number, round);
		require(pmem2_map_delete(&map) == 0);
		require(pmem2_vm_reservation_map_find(rsv, number * SLOT, SLOT, &map) ==
			PMEM2_E_MAPPING_NOT_FOUND);
	}
	pmem2_config_delete(&cfg);
}

START_TEST(threads_map_find_and_delete_in_one_reservation)
{
	team_run(map_find_and_delete);
}
END_TEST

static atomic_uint owners;
static atomic_uint successes;

static void compete(unsigned number)
{
	struct pmem2_config *cfg = slot_config(0);
	struct pmem2_map *map;

	pmem2_config_set_vm_reservation(cfg, rsv, 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		int ret = pmem2_map_new(&map, cfg, src);
		require(ret == 0 || ret == PMEM2_E_MAPPING_EXISTS);
		require((ret == 0) == (map != NULL));
		if (map == NULL)
			continue;
		require(atomic_fetch_add(&owners, 1) == 0);
		atomic_fetch_add(&successes, 1);
		use(map, 0, round);
		atomic_fetch_sub(&owners, 1);
		require(pmem2_map_delete(&map) == 0);
	}
	pmem2_config_delete(&cfg);
}

START_TEST(of_threads_that_want_one_place_one_gets_it)
{
	team_run(compete);
	ck_assert_uint_ge(atomic_load(&successes), ROUNDS / 2);
}
END_TEST

static struct pmem2_config *shared_cfg;

static void map_as_all_do(unsigned number)
{
	struct pmem2_map *map;
	size_t size;

	for (unsigned round = 0; round < ROUNDS; round++) {
		require(pmem2_source_size(src, &size) == 0 && size == SLOTS * SLOT);
		require(pmem2_map_new(&map, shared_cfg, src) == 0);
		if (map == NULL)
			return;
		require(pmem2_map_get_size(map) == SLOTS * SLOT);
		require(pmem2_map_delete(&map) == 0);
	}
}

START_TEST(one_source_and_one_config_serve_all_threads)
{
	shared_cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	team_run(map_as_all_do);
	pmem2_config_delete(&shared_cfg);
}
END_TEST

static struct pmem2_map *shared_map;

static void use_shared_map(unsigned number)
{
	pmem2_memset_fn fill = pmem2_get_memset_fn(shared_map);
	char *base = pmem2_map_get_address(shared_map);
	char *own = base + number * SLOT;

	for (unsigned round = 0; round < ROUNDS; round++) {
		require(pmem2_map_get_address(shared_map) == base);
		require(pmem2_map_get_size(shared_map) == SLOTS * SLOT);
		require(pmem2_map_get_store_granularity(shared_map) == PMEM2_GRANULARITY_PAGE);
		require(pmem2_get_memset_fn(shared_map) == fill);
		require(fill(own, (int)(number + round), SLOT, PMEM2_F_MEM_NOFLUSH) == own);
		pmem2_get_flush_fn(shared_map)(base, SLOTS * SLOT);
		pmem2_get_drain_fn(shared_map)();
		require(own[SLOT - 1] == (char)(number + round));
	}
}

START_TEST(one_map_is_used_by_all_threads)
{
	shared_map = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	team_run(use_shared_map);
	assert_success(pmem2_map_delete(&shared_map));
}
END_TEST

/* Where reservations of one slot each come and go, and leave holes. */
static char *base;

/* Free address space that nobody gets who does not ask for it: the middle of much of it. */
static void choose_base(void)
{
	struct pmem2_vm_reservation *wide;

	assert_success(pmem2_vm_reservation_new(&wide, NULL, PMEM2_GIB));
	base = (char *)pmem2_vm_reservation_get_address(wide) + PMEM2_GIB / 2;
	assert_success(pmem2_vm_reservation_delete(&wide));
}

static void map_and_persist_all(struct pmem2_config *cfg, struct pmem2_vm_reservation *place)
{
	struct pmem2_map *map;

	pmem2_config_set_vm_reservation(cfg, place, 0);
	require(pmem2_map_new(&map, cfg, src) == 0);
	if (map == NULL)
		return;
	pmem2_get_persist_fn(map)(base, SLOTS * SLOT);
	require(pmem2_map_delete(&map) == 0);
	atomic_fetch_add(&successes, 1);
}

static void reserve_and_persist_all(unsigned number)
{
	struct pmem2_config *cfg = slot_config(number);
	struct pmem2_vm_reservation *place;

	for (unsigned round = 0; round < ROUNDS; round++) {
		int ret = pmem2_vm_reservation_new(&place, base + number * SLOT, SLOT);
		/* The system may have put another thread's mapping into the hole. */
		require(ret == 0 || ret == PMEM2_E_MAPPING_EXISTS);
		if (ret != 0)
			continue;
		map_and_persist_all(cfg, place);
		require(pmem2_vm_reservation_delete(&place) == 0);
	}
	pmem2_config_delete(&cfg);
}

START_TEST(persisting_a_range_in_which_others_map_and_unmap_stops_nobody)
{
	choose_base();
	team_run(reserve_and_persist_all);
	ck_assert_uint_ge(atomic_load(&successes), ROUNDS / 2);
}
END_TEST

/* A map whose memory somebody has unmapped behind the library's back. */
static struct pmem2_map *make_stale(const struct pmem2_config *cfg)
{
	struct pmem2_map *map;

	require(pmem2_map_new(&map, cfg, src) == 0);
	if (map != NULL)
		require(munmap(pmem2_map_get_address(map), SLOT) == 0);
	return map;
}

/* Map at the address of a stale map, then delete that. */
static void replace_stale(struct pmem2_config *cfg, struct pmem2_vm_reservation *place,
			  struct pmem2_map *stale, unsigned number, unsigned round)
{
	struct pmem2_map *map;

	pmem2_config_set_vm_reservation(cfg, place, 0);
	require(pmem2_map_new(&map, cfg, src) == 0);
	if (map == NULL)
		return;
	require(pmem2_map_get_address(map) == pmem2_map_get_address(stale));
	require(pmem2_map_delete(&stale) == 0);
	use(map, number, round);
	require(pmem2_map_delete(&map) == 0);
	atomic_fetch_add(&successes, 1);
}

static void make_and_replace_stale(unsigned number)
{
	struct pmem2_config *cfg = slot_config(number);
	struct pmem2_vm_reservation *place;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct pmem2_map *stale;
		pmem2_config_set_vm_reservation(cfg, NULL, 0);
		stale = make_stale(cfg);
		/* When another thread was faster, deleting could unmap what is not ours. */
		if (stale == NULL ||
		    pmem2_vm_reservation_new(&place, pmem2_map_get_address(stale), SLOT) != 0)
			continue;
		replace_stale(cfg, place, stale, number, round);
		require(pmem2_vm_reservation_delete(&place) == 0);
	}
	pmem2_config_delete(&cfg);
}

START_TEST(threads_map_again_where_memory_was_unmapped_behind_the_library_s_back)
{
	team_run(make_and_replace_stale);
	ck_assert_uint_ge(atomic_load(&successes), ROUNDS / 2);
}
END_TEST

/* One range, which at most one thread at a time has described. */
static void *described;
static atomic_uint describers;

static void describe(unsigned number)
{
	struct pmem2_map *map;

	for (unsigned round = 0; round < ROUNDS; round++) {
		int ret =
			pmem2_map_from_existing(&map, src, described, SLOT, PMEM2_GRANULARITY_PAGE);
		require(ret == 0 || ret == PMEM2_E_MAP_EXISTS);
		if (ret != 0)
			continue;
		require(atomic_fetch_add(&describers, 1) == 0);
		atomic_fetch_sub(&describers, 1);
		require(pmem2_map_delete(&map) == 0);
	}
}

START_TEST(of_threads_that_describe_one_range_one_succeeds)
{
	described = mmap(NULL, SLOT, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(described, MAP_FAILED);
	team_run(describe);
	ck_assert_int_eq(munmap(described, SLOT), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("mapping");
	TCase *mapping = tcase_create("mapping");

	tcase_add_checked_fixture(mapping, set_up, tear_down);
	tcase_set_timeout(mapping, 120);
	tcase_add_test(mapping, threads_map_and_delete_at_places_of_the_library_s_choice);
	tcase_add_test(mapping, threads_map_find_and_delete_in_one_reservation);
	tcase_add_test(mapping, of_threads_that_want_one_place_one_gets_it);
	tcase_add_test(mapping, one_source_and_one_config_serve_all_threads);
	tcase_add_test(mapping, one_map_is_used_by_all_threads);
	tcase_add_test(mapping, persisting_a_range_in_which_others_map_and_unmap_stops_nobody);
	tcase_add_test(mapping,
		       threads_map_again_where_memory_was_unmapped_behind_the_library_s_back);
	tcase_add_test(mapping, of_threads_that_describe_one_range_one_succeeds);
	suite_add_tcase(suite, mapping);
	return suite;
}
