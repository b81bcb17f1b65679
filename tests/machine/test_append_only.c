/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "support.h"

static bool set_append_only(int file, bool on)
{
	const pmem2_test_request get = (pmem2_test_request)FS_IOC_GETFLAGS;
	int flags = 0;

	if (ioctl(file, get, &flags) != 0)
		return false;
	flags = on ? flags | FS_APPEND_FL : flags & ~FS_APPEND_FL;
	return ioctl(file, FS_IOC_SETFLAGS, &flags) == 0;
}

START_TEST(append_only_file_cannot_be_mapped_for_shared_writing)
{
	int fd = pmem2_test_file(4096);
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	struct pmem2_map *map = (void *)1;
	int ret;

	ck_assert(set_append_only(fd, true));
	ret = pmem2_map_new(&map, cfg, src);
	ck_assert(set_append_only(fd, false));
	ck_assert_int_eq(ret, PMEM2_E_NO_ACCESS);
	ck_assert_ptr_null(map);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
}
END_TEST

/* Outside of tests, where Check's assertions do not work. */
static bool can_set_append_only(void)
{
	int fd = open(pmem2_test_directory(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	bool can = fd >= 0 && set_append_only(fd, true) && set_append_only(fd, false);

	if (fd >= 0)
		close(fd);
	return can;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("append_only");
	TCase *tests = tcase_create("append_only");

	if (!can_set_append_only())
		pmem2_test_skip("this user or file system can make no file append-only");
	tcase_add_test(tests, append_only_file_cannot_be_mapped_for_shared_writing);
	suite_add_tcase(suite, tests);
	return suite;
}
