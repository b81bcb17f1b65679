/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static int open_block_device(void)
{
	glob_t found;
	int fd = -1;

	if (glob("/sys/class/block/*", 0, NULL, &found) != 0)
		return -1;
	for (size_t i = 0; i < found.gl_pathc && fd < 0; i++) {
		char node[PATH_MAX];
		snprintf(node, sizeof(node), "/dev/%s", strrchr(found.gl_pathv[i], '/') + 1);
		fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	globfree(&found);
	return fd;
}

static int block_device;

START_TEST(block_device_is_refused)
{
	struct pmem2_source *src = (void *)1;

	assert_failure(pmem2_source_from_fd(&src, block_device), PMEM2_E_INVALID_FILE_TYPE,
		       "is a block device, a regular file");
	ck_assert_ptr_null(src);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("block_device");
	TCase *tests = tcase_create("block_device");

	block_device = open_block_device();
	if (block_device < 0)
		pmem2_test_skip("this user can open no block device");
	tcase_add_test(tests, block_device_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
