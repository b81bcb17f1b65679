/* SPDX-License-Identifier: BSD-3-Clause */
/* What the library must leave alone in other threads: their messages and the working directory. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "support.h"
#include "sysfs_tree.h"
#include "team.h"

#define ROUNDS 500

/* Threads fail with numbers of their own, which their messages name. */
static void fail_in_own_way(unsigned number)
{
	struct pmem2_config *cfg = NULL;
	const char *message = pmem2_errormsg();
	char wanted[32];

	require(message[0] == '\0');
	require(pmem2_config_new(&cfg) == 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned bad = number * ROUNDS + round + 1;
		snprintf(wanted, sizeof(wanted), "protection 0x%x ", bad);
		require(pmem2_config_set_protection(cfg, bad) == PMEM2_E_INVALID_PROT_FLAG);
		require(strstr(message, wanted) != NULL);
		require(pmem2_errormsg() == message);
	}
	pmem2_config_delete(&cfg);
}

START_TEST(messages_belong_to_the_thread_that_failed)
{
	char before[256];

	pmem2_test_spoil_message();
	snprintf(before, sizeof(before), "%s", pmem2_errormsg());
	team_run(fail_in_own_way);
	ck_assert_str_eq(pmem2_errormsg(), before);
}
END_TEST

static int fd;
static struct pmem2_source *src;
static struct pmem2_config *cfg;

/* Let sysfs say that the file lies on a volume over persistent memory, which takes a search. */
static void put_on_volume(void)
{
	struct stat st;
	char number[32];

	ck_assert_int_eq(fstat(fd, &st), 0);
	snprintf(number, sizeof(number), "block/%u:%u", major(st.st_dev), minor(st.st_dev));
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem("block/259:0", 0);
	pmem2_test_sysfs_device(number, "devices/virtual/block/dm-0");
	pmem2_test_sysfs_slave("devices/virtual/block/dm-0", "pmem0", "block/259:0");
}

static void work_on_volume(unsigned number)
{
	struct pmem2_badblock_context *bbctx;
	struct pmem2_map *map;
	uint64_t count;

	while (!team_is_done()) {
		require(pmem2_map_new(&map, cfg, src) == 0);
		require(pmem2_map_delete(&map) == 0);
		(void)pmem2_source_device_usc(src, &count);
		if (pmem2_badblock_context_new(&bbctx, src) == 0)
			pmem2_badblock_context_delete(&bbctx);
	}
}

START_TEST(relative_paths_keep_their_meaning_while_others_work)
{
	size_t descriptors = pmem2_test_open_descriptors();
	struct stat st;

	fd = pmem2_test_file(4096);
	src = pmem2_test_source(fd);
	cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	put_on_volume();
	ck_assert_int_eq(chdir(pmem2_test_directory()), 0);
	ck_assert_int_eq(mkdir("here", 0700), 0);
	team_start(work_on_volume);
	for (unsigned round = 0; round < 40 * ROUNDS; round++)
		require(stat("here", &st) == 0);
	team_finish();
	ck_assert_int_eq(rmdir("here"), 0);
	ck_assert_int_eq(chdir("/"), 0);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
	ck_assert_uint_eq(pmem2_test_open_descriptors(), descriptors);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("alongside");
	TCase *alongside = tcase_create("alongside");

	tcase_set_timeout(alongside, 120);
	tcase_add_test(alongside, messages_belong_to_the_thread_that_failed);
	tcase_add_test(alongside, relative_paths_keep_their_meaning_while_others_work);
	suite_add_tcase(suite, alongside);
	return suite;
}
