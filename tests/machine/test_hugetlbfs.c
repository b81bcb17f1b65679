/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))

/* No huge page is allocated as long as nothing is mapped. */
static int open_huge(void)
{
	return memfd_create("test_hugetlbfs", MFD_CLOEXEC | MFD_HUGETLB);
}

START_TEST(file_on_hugetlbfs_is_aligned_to_its_huge_pages)
{
	int fd = open_huge();
	struct pmem2_source *src = pmem2_test_source(fd);
	size_t alignment = 0;
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_gt(st.st_blksize, (blksize_t)PAGE);
	ck_assert_int_eq(close(fd), 0);
	assert_success(pmem2_source_alignment(src, &alignment));
	ck_assert_uint_eq(alignment, (size_t)st.st_blksize);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(file_on_hugetlbfs_is_not_mapped_by_pages)
{
	int fd = open_huge();
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	struct pmem2_map *map = (void *)1;
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(ftruncate(fd, 2 * st.st_blksize), 0);
	assert_success(pmem2_config_set_length(cfg, PAGE));
	assert_failure(pmem2_map_new(&map, cfg, src), PMEM2_E_LENGTH_UNALIGNED, "");
	assert_success(pmem2_config_set_length(cfg, 0));
	assert_success(pmem2_config_set_offset(cfg, PAGE));
	assert_failure(pmem2_map_new(&map, cfg, src), PMEM2_E_OFFSET_UNALIGNED, "");
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hugetlbfs");
	TCase *tests = tcase_create("hugetlbfs");
	int fd = open_huge();

	if (fd < 0)
		pmem2_test_skip("this system has no hugetlbfs");
	close(fd);
	tcase_add_test(tests, file_on_hugetlbfs_is_aligned_to_its_huge_pages);
	tcase_add_test(tests, file_on_hugetlbfs_is_not_mapped_by_pages);
	suite_add_tcase(suite, tests);
	return suite;
}
