/* SPDX-License-Identifier: BSD-3-Clause */
/* A library that got nothing from the system while it was loaded. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "bits.h"
#include "fake_sysfs.h"
#include "faults.h"
#include "operations.h"
#include "support.h"

START_TEST(mappings_are_aligned_without_random_numbers)
{
	struct world world;

	ck_assert(faults_struck_at_load());
	world_prepare_anon(&world);
	world_add_map(&world);
	ck_assert_uint_eq((uintptr_t)pmem2_map_get_address(world.map) % (2 * PMEM2_MIB), 0);
	world_tear_down(&world);
}
END_TEST

static const char *const needing_fork_handlers[] = {
	"map_new of a file",
	"map_from_existing",
	"vm_reservation_new",
	"source_pread_mcsafe of device dax",
};

/* Finds the lock left unwatched by the load, and is refused once more. */
static void act_without_fork_handlers(const struct operation *op)
{
	struct world world;

	op->prepare(&world);
	faults_arm(1, "pthread_atfork", ENOMEM);
	assert_failure(op->act(&world), -ENOMEM, "");
	ck_assert_str_eq(faults_disarm(), "pthread_atfork");
	ck_assert(op->kept == NULL || op->kept(&world));
	assert_success(op->act(&world));
	world_tear_down(&world);
}

START_TEST(fork_handlers_are_asked_for_again_and_not_done_without)
{
	size_t i = 0;

	while (i < operations_count && strcmp(operations[i].name, needing_fork_handlers[_i]) != 0)
		i++;
	ck_assert_uint_lt(i, operations_count);
	act_without_fork_handlers(&operations[i]);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("load");
	TCase *load = tcase_create("load");

	faults_restart_struck();
	tcase_add_unchecked_fixture(load, fake_sysfs_make, fake_sysfs_remove);
	tcase_add_test(load, mappings_are_aligned_without_random_numbers);
	tcase_add_loop_test(load, fork_handlers_are_asked_for_again_and_not_done_without, 0,
			    sizeof(needing_fork_handlers) / sizeof(needing_fork_handlers[0]));
	suite_add_tcase(suite, load);
	return suite;
}
