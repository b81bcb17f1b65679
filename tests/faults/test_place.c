/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Other threads map memory while the library's mappings into a reservation fail.
 * Theirs must never be overwritten, and what they do not take stays reserved.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bits.h"
#include "fake_sysfs.h"
#include "faults.h"
#include "support.h"
#include "world.h"

#define ERROR EMFILE
#define MARK 0x5a
#define PAGE ((size_t)4096)

static struct world world;

static void set_up(void)
{
	world_prepare_file(&world);
	world_add_reservation(&world);
}

/* A file that MAP_SYNC is granted for. */
static void set_up_dax(void)
{
	world_prepare_file_on_dax(&world);
	world_add_reservation(&world);
}

static void (*const set_ups[])(void) = {set_up, set_up_dax};

static char *place(void)
{
	return pmem2_vm_reservation_get_address(world.rsv);
}

/* ---- the place torn open by a failing call, for a thread that waits for it ---- */

/* What the thread takes of the place, whose length is that of the file. */
static const struct theft {
	size_t offset;
	size_t length;
} thefts[] = {
	{0, 0},
	{0, WORLD_FILE_SIZE},
	{0, PAGE},
	{WORLD_FILE_SIZE - PAGE, PAGE},
	{5 * PAGE, 3 * PAGE},
};

#define PARTIAL 2 /* the first that takes something, but not all */

static const struct theft *theft;
static char *torn;
static char *stolen;

static void *steal(void *target)
{
	stolen = mmap(target, theft->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	if (stolen != MAP_FAILED)
		memset(stolen, MARK, theft->length);
	return NULL;
}

static void tear_open(void *addr, size_t length)
{
	char *target = (char *)addr + theft->offset;
	pthread_t thief;

	torn = addr;
	(void)munmap(addr, length);
	if (theft->length > 0 && pthread_create(&thief, NULL, steal, target) == 0)
		(void)pthread_join(thief, NULL);
}

static void assert_theft_succeeded(void)
{
	if (theft->length == 0)
		return;
	ck_assert_ptr_eq(stolen, torn + theft->offset);
	for (size_t i = 0; i < theft->length; i++)
		ck_assert_int_eq(stolen[i], MARK);
}

static void assert_rest_is_reserved(void)
{
	size_t end = theft->offset + theft->length;

	ck_assert(world_is_reserved(place(), theft->offset));
	ck_assert(world_is_reserved(place() + end, WORLD_RESERVATION_SIZE - end));
}

/* The first mmap asks whether MAP_SYNC is granted. */
static void map_new_fails_at_its_place(int code)
{
	faults_at_fixed_place = tear_open;
	faults_arm(2, "mmap64", ERROR);
	assert_failure(pmem2_map_new(&world.map, world.cfg, world.src), code, "");
	ck_assert_ptr_nonnull(faults_disarm());
	ck_assert_ptr_null(world.map);
}

START_TEST(a_place_that_a_failing_map_new_tears_open_is_mended_around_other_mappings)
{
	theft = &thefts[_i / 2];
	set_ups[_i % 2]();
	map_new_fails_at_its_place(_i / 2 < PARTIAL ? -ERROR : PMEM2_E_MAPPING_EXISTS);
	assert_theft_succeeded();
	assert_rest_is_reserved();
	if (theft->length == 0)
		world_add_map(&world);
	world_tear_down(&world);
}
END_TEST

static void assert_place_is_kept_from_the_library(void)
{
	struct pmem2_map *other = NULL;

	assert_failure(pmem2_vm_reservation_map_find_first(world.rsv, &other),
		       PMEM2_E_MAPPING_NOT_FOUND, "");
	assert_failure(pmem2_map_new(&other, world.cfg, world.src), PMEM2_E_MAPPING_EXISTS, "");
	world_tear_down(&world);
	assert_theft_succeeded();
}

START_TEST(place_that_others_took_during_map_new_is_left_to_them)
{
	theft = &thefts[PARTIAL + _i / 2];
	set_ups[_i % 2]();
	map_new_fails_at_its_place(PMEM2_E_MAPPING_EXISTS);
	assert_place_is_kept_from_the_library();
}
END_TEST

/* A granularity that the file has not: the mapping is made, judged, and given back. */
START_TEST(place_that_others_took_while_a_refused_mapping_was_returned_is_left_to_them)
{
	theft = &thefts[PARTIAL + _i];
	set_up();
	assert_success(
		pmem2_config_set_required_store_granularity(world.cfg, PMEM2_GRANULARITY_BYTE));
	faults_at_fixed_place = tear_open;
	faults_arm(3, "mmap64", ERROR);
	assert_failure(pmem2_map_new(&world.map, world.cfg, world.src),
		       PMEM2_E_GRANULARITY_NOT_SUPPORTED, "");
	ck_assert_ptr_nonnull(faults_disarm());
	assert_place_is_kept_from_the_library();
}
END_TEST

static int delete_fails_at_its_place(void)
{
	int ret;

	set_up();
	world_add_map(&world);
	faults_at_fixed_place = tear_open;
	faults_arm(1, "mmap64", ERROR);
	ret = pmem2_map_delete(&world.map);
	ck_assert_ptr_nonnull(faults_disarm());
	return ret;
}

START_TEST(a_place_that_a_failing_map_delete_tears_open_is_mended_around_other_mappings)
{
	int ret;

	theft = &thefts[_i];
	ret = delete_fails_at_its_place();
	assert_theft_succeeded();
	assert_rest_is_reserved();
	if (theft->length == 0) {
		ck_assert_int_eq(ret, 0);
		world_tear_down(&world);
	}
}
END_TEST

/* What was stolen is the thief's to describe, and never to be mapped over. */
START_TEST(map_whose_place_others_took_during_map_delete_is_dead_and_keeps_the_place)
{
	struct pmem2_map *other = NULL;

	theft = &thefts[PARTIAL + _i];
	ck_assert_int_eq(delete_fails_at_its_place(), PMEM2_E_MAPPING_EXISTS);
	pmem2_test_check_message("pmem2_map_delete", "other memory has taken part");
	ck_assert_ptr_nonnull(world.map);
	assert_failure(pmem2_vm_reservation_map_find_first(world.rsv, &other),
		       PMEM2_E_MAPPING_NOT_FOUND, "");
	assert_failure(pmem2_map_new(&other, world.cfg, world.src), PMEM2_E_MAPPING_EXISTS, "");
	assert_success(pmem2_map_from_existing(&other, world.src, stolen, theft->length,
					       PMEM2_GRANULARITY_PAGE));
	assert_success(pmem2_map_delete(&other));
	assert_success(pmem2_map_delete(&world.map));
	assert_theft_succeeded();
}
END_TEST

/* Nine attempts at a hinted place, each with and without MAP_SYNC; all but the first look for it.
 */
#define MISPLACED 18
#define CALLS_UNTIL_HELD (2 + 8 * 3 + 3)

START_TEST(map_new_outside_of_reservations_leaves_alone_what_others_put_in_its_torn_place)
{
	theft = &thefts[PARTIAL + _i];
	world_prepare_file(&world);
	faults_at_fixed_place = tear_open;
	faults_misplace(MISPLACED);
	faults_arm(CALLS_UNTIL_HELD, "mmap64", ERROR);
	assert_failure(pmem2_map_new(&world.map, world.cfg, world.src), -ERROR, "");
	ck_assert_ptr_nonnull(faults_disarm());
	assert_theft_succeeded();
	ck_assert_int_eq(munmap(stolen, theft->length), 0);
	assert_unmapped(torn);
	assert_unmapped(torn + WORLD_FILE_SIZE - 1);
	world_tear_down(&world);
}
END_TEST

/* ---- threads that map all the time ---- */

#define THREADS 2
#define ROUNDS 400
#define CATCH ((size_t)4 * 4096)

static atomic_bool stopping;
static atomic_uint disturbed;
static atomic_uintptr_t bait; /* where the library will map next */
static size_t stride = CATCH;

static bool is_marked(const char *memory, int mark)
{
	for (size_t i = 0; i < CATCH; i++)
		if (memory[i] != mark)
			return false;
	return true;
}

static void *map_all_the_time(void *data)
{
	int mark = MARK + *(int *)data;
	bool pauses = pmem2_test_under_valgrind();
	size_t offset = 0;

	while (!atomic_load(&stopping)) {
		void *hint = (void *)(atomic_load(&bait) + offset % WORLD_RESERVATION_SIZE);
		char *mine = mmap(hint, CATCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);
		if (mine == MAP_FAILED)
			continue;
		memset(mine, mark, CATCH);
		if (pauses) /* valgrind lets a thread run on that never waits */
			usleep(1000);
		sched_yield();
		if (!is_marked(mine, mark) || munmap(mine, CATCH) != 0)
			atomic_fetch_add(&disturbed, 1);
		offset += stride;
	}
	return NULL;
}

static void map_and_delete(unsigned nth, const char *victim)
{
	int ret;

	faults_arm(nth, victim, ERROR);
	ret = pmem2_map_new(&world.map, world.cfg, world.src);
	ck_assert(ret == 0 || ret == -ERROR);
	ck_assert_int_eq(ret == 0, world.map != NULL);
	if (ret == 0 && world.rsv == NULL)
		atomic_store(&bait, (uintptr_t)pmem2_map_get_address(world.map) + stride);
	if (ret == 0 && pmem2_map_delete(&world.map) != 0) {
		faults_disarm();
		faults_forget_refused();
		ck_assert(world_holds_file(pmem2_map_get_address(world.map), WORLD_FILE_SIZE));
		assert_success(pmem2_map_delete(&world.map));
	}
	faults_disarm();
}

static const char *const victims[] = {"mmap64", "munmap"};

static void work(void)
{
	const unsigned rounds = pmem2_test_under_valgrind() ? ROUNDS / 20 : ROUNDS;

	for (unsigned round = 0; round < rounds; round++) {
		faults_misplace(world.rsv == NULL && round % 4 == 0 ? 2 : 0);
		map_and_delete(round % 5 + 1, victims[round % 2]);
		faults_release_refused();
		if (world.rsv != NULL)
			ck_assert(world_is_reserved(place(), WORLD_RESERVATION_SIZE));
	}
}

static void work_among_others(void)
{
	int numbers[THREADS] = {0, 1};
	pthread_t threads[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, map_all_the_time, &numbers[i]),
				 0);
	work();
	atomic_store(&stopping, true);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(atomic_load(&disturbed), 0);
}

START_TEST(failures_in_a_reservation_disturb_no_other_mapping_and_leave_no_hole)
{
	set_ups[_i]();
	atomic_store(&bait, (uintptr_t)place());
	work_among_others();
	world_tear_down(&world);
}
END_TEST

START_TEST(failures_outside_of_reservations_disturb_no_other_mapping)
{
	world_prepare_file(&world);
	stride = 2 * PMEM2_MIB;
	work_among_others();
	world_tear_down(&world);
}
END_TEST

Suite *test_suite(void)
{
	const int count = sizeof(thefts) / sizeof(thefts[0]);
	Suite *suite = suite_create("place");
	TCase *open = tcase_create("torn open");
	TCase *busy = tcase_create("busy");

	tcase_add_unchecked_fixture(open, fake_sysfs_make, fake_sysfs_remove);
	tcase_add_loop_test(
		open, a_place_that_a_failing_map_new_tears_open_is_mended_around_other_mappings, 0,
		2 * count);
	tcase_add_loop_test(open, place_that_others_took_during_map_new_is_left_to_them, 0,
			    2 * (count - PARTIAL));
	tcase_add_loop_test(
		open, place_that_others_took_while_a_refused_mapping_was_returned_is_left_to_them,
		0, count - PARTIAL);
	tcase_add_loop_test(
		open, a_place_that_a_failing_map_delete_tears_open_is_mended_around_other_mappings,
		0, count);
	tcase_add_loop_test(
		open, map_whose_place_others_took_during_map_delete_is_dead_and_keeps_the_place, 0,
		count - PARTIAL);
	tcase_add_loop_test(
		open,
		map_new_outside_of_reservations_leaves_alone_what_others_put_in_its_torn_place, 0,
		count - PARTIAL);
	suite_add_tcase(suite, open);
	tcase_set_timeout(busy, 60);
	tcase_add_unchecked_fixture(busy, fake_sysfs_make, fake_sysfs_remove);
	tcase_add_loop_test(
		busy, failures_in_a_reservation_disturb_no_other_mapping_and_leave_no_hole, 0, 2);
	tcase_add_test(busy, failures_outside_of_reservations_disturb_no_other_mapping);
	suite_add_tcase(suite, busy);
	return suite;
}
