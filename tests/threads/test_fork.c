/* SPDX-License-Identifier: BSD-3-Clause */
/* Children of a process whose threads are inside the library at the time of the fork. */
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "team.h"

#define FORKS 100
#define SLOT ((size_t)64 * 1024)
#define SLOTS ((size_t)TEAM_SIZE + 1) /* the last is the child's */

/* A child that hangs is ended by the alarm, and its parent's test fails. */
#define CHILD_SECONDS 30

static int fd;
static struct pmem2_source *src;
static struct pmem2_vm_reservation *rsv;
static struct pmem2_config *cfg[SLOTS];
static struct pmem2_map *inherited;

static void set_up(void)
{
	fd = pmem2_test_file(SLOTS * SLOT);
	src = pmem2_test_source(fd);
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, SLOTS * SLOT));
	for (size_t i = 0; i < SLOTS; i++) {
		cfg[i] = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
		pmem2_config_set_offset(cfg[i], i * SLOT);
		pmem2_config_set_length(cfg[i], SLOT);
		pmem2_config_set_vm_reservation(cfg[i], rsv, i * SLOT);
	}
	assert_success(pmem2_map_new(&inherited, cfg[TEAM_SIZE], src));
}

static void tear_down(void)
{
	assert_success(pmem2_map_delete(&inherited));
	for (size_t i = 0; i < SLOTS; i++)
		pmem2_config_delete(&cfg[i]);
	assert_success(pmem2_vm_reservation_delete(&rsv));
	pmem2_source_delete(&src);
	close(fd);
}

static void map_and_delete(unsigned number)
{
	struct pmem2_map *map, *found;

	while (!team_is_done()) {
		require(pmem2_map_new(&map, cfg[number], src) == 0);
		if (map == NULL)
			return;
		*(volatile char *)pmem2_map_get_address(map) = 'p';
		require(pmem2_vm_reservation_map_find(rsv, number * SLOT, 1, &found) == 0);
		require(pmem2_map_delete(&map) == 0);
	}
}

/* Holds the library's lock most of the time. */
static void search(unsigned number)
{
	struct pmem2_map *found;

	while (!team_is_done())
		require(pmem2_vm_reservation_map_find(rsv, TEAM_SIZE * SLOT, 1, &found) == 0 &&
			found == inherited);
}

static void map_or_search(unsigned number)
{
	if (number % 2 == 0)
		map_and_delete(number);
	else
		search(number);
}

/* The map of the parent, and new ones beside and in the place of it. */
static void map_and_delete_in_child(void)
{
	uint64_t *word = pmem2_map_get_address(inherited);
	struct pmem2_map *found, *map;

	require(pmem2_vm_reservation_map_find(rsv, TEAM_SIZE * SLOT, 1, &found) == 0);
	require(found == inherited);
	++*word;
	pmem2_get_persist_fn(inherited)(word, sizeof(*word));
	require(pmem2_map_delete(&inherited) == 0);
	require(pmem2_map_new(&map, cfg[TEAM_SIZE], src) == 0);
	require(pmem2_map_delete(&map) == 0);
	pmem2_config_set_vm_reservation(cfg[TEAM_SIZE], NULL, 0);
	require(pmem2_map_new(&map, cfg[TEAM_SIZE], src) == 0);
	require(pmem2_map_delete(&map) == 0);
}

static void fork_once(void)
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		alarm(CHILD_SECONDS);
		map_and_delete_in_child();
		_exit(team_is_well() ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child ended with 0x%x",
		      (unsigned)status);
}

START_TEST(children_of_mapping_threads_map_and_delete_without_disturbing_them)
{
	volatile const uint64_t *word = pmem2_map_get_address(inherited);

	team_start(pmem2_test_allocates_after_fork() ? map_or_search : search);
	for (unsigned i = 0; i < FORKS; i++) {
		fork_once();
		ck_assert_uint_eq(*word, i + 1);
	}
	team_finish();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("fork");
	TCase *forking = tcase_create("fork");

	tcase_add_checked_fixture(forking, set_up, tear_down);
	tcase_set_timeout(forking, 120);
	tcase_add_test(forking, children_of_mapping_threads_map_and_delete_without_disturbing_them);
	suite_add_tcase(suite, forking);
	return suite;
}
