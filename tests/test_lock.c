/* SPDX-License-Identifier: BSD-3-Clause */
#include "lock.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define THREADS 4

/* Valgrind runs one thread at a time, and a fork waits long for its turn. */
#define FORKS (pmem2_test_is_alone() ? 50 : 3)

/* A child that hangs is ended by the alarm, and its parent's test fails. */
#define CHILD_SECONDS 30

static pthread_t threads[THREADS];
static atomic_bool stop;

static void start(void *(*run)(void *))
{
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run, NULL), 0);
}

static void join(void)
{
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

static void join_stopped(void)
{
	atomic_store(&stop, true);
	join();
}

/*
 * Fork, and wait for the child, which must find that all is well. It ends by exec:
 * valgrind would report what threads of the parent had allocated as lost.
 */
static void check_in_child(bool (*is_well)(void))
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		const char *verdict;
		alarm(CHILD_SECONDS);
		verdict = is_well() ? "true" : "false";
		execlp(verdict, verdict, NULL);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child ended with 0x%x",
		      (unsigned)status);
}

/* ---- exclusion ------------------------------------------------------------- */

#define ROUNDS 2000

static unsigned long counter;
static pthread_barrier_t together;

/* Two threads at once in here would lose counts. */
static void *count(void *unused)
{
	pthread_barrier_wait(&together);
	for (int i = 0; i < ROUNDS; i++) {
		pmem2_lock();
		unsigned long before = counter;
		sched_yield();
		counter = before + 1;
		pmem2_unlock();
	}
	return NULL;
}

START_TEST(one_thread_at_a_time_holds_the_lock)
{
	ck_assert_int_eq(pthread_barrier_init(&together, NULL, THREADS), 0);
	start(count);
	join();
	ck_assert_uint_eq(counter, (unsigned long)THREADS * (unsigned long)ROUNDS);
}
END_TEST

START_TEST(preparing_again_succeeds)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pmem2_lock_prepare(), 0);
}
END_TEST

/* ---- fork --------------------------------------------------------------------- */

static void *hold_often(void *unused)
{
	while (!atomic_load(&stop)) {
		pmem2_lock();
		counter++;
		pmem2_unlock();
	}
	return NULL;
}

static bool can_lock(void)
{
	pmem2_lock();
	pmem2_unlock();
	return pmem2_lock_prepare() == 0;
}

START_TEST(child_finds_the_lock_free_whoever_held_it_in_the_parent)
{
	ck_assert_int_eq(pmem2_lock_prepare(), 0);
	start(hold_often);
	for (int i = 0; i < FORKS; i++)
		check_in_child(can_lock);
	join_stopped();
}
END_TEST

static bool child_can_lock(void)
{
	check_in_child(can_lock);
	return can_lock();
}

START_TEST(grandchild_finds_the_lock_free_too)
{
	ck_assert_int_eq(pmem2_lock_prepare(), 0);
	check_in_child(child_can_lock);
}
END_TEST

/* ---- fork of a process that maps --------------------------------------------------- */

static struct pmem2_vm_reservation *rsv;
static struct pmem2_source *file;
static struct pmem2_map *inherited;
static struct pmem2_map *placed;

static int map_file(struct pmem2_map **map, struct pmem2_vm_reservation *where)
{
	struct pmem2_config *cfg = NULL;
	int ret = pmem2_config_new(&cfg);

	if (ret != 0)
		return ret;
	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE);
	pmem2_config_set_vm_reservation(cfg, where, 0);
	ret = pmem2_map_new(map, cfg, file);
	pmem2_config_delete(&cfg);
	return ret;
}

static void map_before_fork(void)
{
	atomic_store(&stop, false);
	file = pmem2_test_source(pmem2_test_file(2 * PAGE));
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, 4 * PAGE));
	assert_success(map_file(&inherited, NULL));
	assert_success(map_file(&placed, rsv));
}

static void unmap_after_fork(void)
{
	assert_success(pmem2_map_delete(&inherited));
	assert_success(pmem2_map_delete(&placed));
	assert_success(pmem2_vm_reservation_delete(&rsv));
	pmem2_source_delete(&file);
}

static void *map_and_delete(void *unused)
{
	while (!atomic_load(&stop)) {
		struct pmem2_map *map = NULL;
		if (map_file(&map, NULL) != 0 || pmem2_map_delete(&map) != 0)
			ck_abort_msg("mapping failed: %s", pmem2_errormsg());
	}
	return NULL;
}

static bool store_and_persist(struct pmem2_map *map)
{
	char *content = pmem2_map_get_address(map);

	memset(content, 'c', PAGE);
	pmem2_get_persist_fn(map)(content, PAGE);
	return true;
}

static bool can_map(void)
{
	struct pmem2_map *map = NULL;

	return map_file(&map, NULL) == 0 && store_and_persist(map) && pmem2_map_delete(&map) == 0;
}

static bool can_delete_what_it_inherited(void)
{
	struct pmem2_map *found = NULL;

	return store_and_persist(inherited) &&
	       pmem2_vm_reservation_map_find_first(rsv, &found) == 0 && found == placed &&
	       pmem2_map_delete(&inherited) == 0 && pmem2_map_delete(&placed) == 0 &&
	       pmem2_vm_reservation_delete(&rsv) == 0 && can_map();
}

START_TEST(child_can_map_while_threads_of_its_parent_do)
{
	start(pmem2_test_allocates_after_fork() ? map_and_delete : hold_often);
	for (int i = 0; i < FORKS; i++)
		check_in_child(can_map);
	join_stopped();
}
END_TEST

START_TEST(child_can_delete_inherited_maps_while_threads_of_its_parent_map)
{
	start(pmem2_test_allocates_after_fork() ? map_and_delete : hold_often);
	for (int i = 0; i < FORKS; i++)
		check_in_child(can_delete_what_it_inherited);
	join_stopped();
}
END_TEST

START_TEST(deleting_in_the_child_leaves_the_parent_its_maps)
{
	struct pmem2_map *found = NULL;
	char *content = pmem2_map_get_address(inherited);

	check_in_child(can_delete_what_it_inherited);
	ck_assert_int_eq(content[0], 'c');
	ck_assert_int_eq(((char *)pmem2_map_get_address(placed))[PAGE - 1], 'c');
	content[2 * PAGE - 1] = 'p';
	pmem2_get_persist_fn(inherited)(content, 2 * PAGE);
	assert_success(pmem2_vm_reservation_map_find_first(rsv, &found));
	ck_assert_ptr_eq(found, placed);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("lock");
	TCase *lock = tcase_create("lock");
	TCase *mapping = tcase_create("mapping");

	tcase_set_timeout(lock, 50);
	tcase_add_test(lock, one_thread_at_a_time_holds_the_lock);
	tcase_add_test(lock, preparing_again_succeeds);
	tcase_add_test(lock, child_finds_the_lock_free_whoever_held_it_in_the_parent);
	tcase_add_test(lock, grandchild_finds_the_lock_free_too);
	suite_add_tcase(suite, lock);
	tcase_set_timeout(mapping, 50);
	tcase_add_checked_fixture(mapping, map_before_fork, unmap_after_fork);
	tcase_add_test(mapping, child_can_map_while_threads_of_its_parent_do);
	tcase_add_test(mapping, child_can_delete_inherited_maps_while_threads_of_its_parent_map);
	tcase_add_test(mapping, deleting_in_the_child_leaves_the_parent_its_maps);
	suite_add_tcase(suite, mapping);
	return suite;
}
