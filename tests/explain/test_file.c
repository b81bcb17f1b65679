/* SPDX-License-Identifier: BSD-3-Clause */
/* What file systems tell, played by functions of this program in place of the system's. */
#include "file.h"

#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "support.h"

#define HUGE_PAGE ((size_t)2 << 20)
#define XFS 0x58465342
/* Of xfs_fs.h: the request, of which only the bytes of the size differ, and the flag. */
/* Of 112 bytes, wherever the CPU has the bits of direction. */
#define XFS_GEOMETRY ((unsigned)_IOC(_IOC_READ, 'X', 124, 112))
#define XFS_FLAGS_OFFSET 92
#define XFS_REFLINK (1u << 20)

static struct fiemap_extent extents[200];
static unsigned extent_count;
static int ioctl_error, statx_error, statfs_error;
static unsigned xflags, xfs_flags;
static uint64_t attributes, attributes_mask;
static long fs_type;

static void give_extents(struct fiemap *map)
{
	unsigned given = 0;

	for (unsigned i = 0; i < extent_count && given < map->fm_extent_count; i++) {
		if (extents[i].fe_logical + extents[i].fe_length > map->fm_start &&
		    extents[i].fe_logical < map->fm_start + map->fm_length)
			map->fm_extents[given++] = extents[i];
	}
	map->fm_mapped_extents = given;
}

int ioctl(int file, pmem2_test_request request, ...)
{
	va_list args;
	void *argument;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if (ioctl_error != 0) {
		errno = ioctl_error;
		return -1;
	}
	if ((unsigned)request == FS_IOC_FIEMAP)
		give_extents(argument);
	else if ((unsigned)request == FS_IOC_FSGETXATTR)
		((struct fsxattr *)argument)->fsx_xflags = xflags;
	else if ((unsigned)request == XFS_GEOMETRY && fs_type == XFS)
		memcpy((char *)argument + XFS_FLAGS_OFFSET, &xfs_flags, sizeof(xfs_flags));
	else
		ck_abort_msg("request %x", (unsigned)request);
	return 0;
}

#ifdef STATX_ATTR_ENCRYPTED
int statx(int directory, const char *restrict path, int flags, unsigned mask,
	  struct statx *restrict stx)
{
	errno = statx_error;
	stx->stx_attributes = attributes;
	stx->stx_attributes_mask = attributes_mask;
	return statx_error != 0 ? -1 : 0;
}
#endif

int fstatfs(int fd, struct statfs *fs)
{
	memset(fs, 0, sizeof(*fs));
	fs->f_type = fs_type;
	fs->f_bsize = 1024;
	errno = statfs_error;
	return statfs_error != 0 ? -1 : 0;
}

static void setup(void)
{
	extent_count = 0;
	ioctl_error = statx_error = statfs_error = 0;
	xflags = xfs_flags = 0;
	attributes = attributes_mask = 0;
	fs_type = 0xef53;
}

/* ---- huge pages --------------------------------------------------------- */

static void add_extent(uint64_t logical, uint64_t physical, uint64_t length, unsigned flags)
{
	extents[extent_count++] = (struct fiemap_extent){.fe_logical = logical,
							 .fe_physical = physical,
							 .fe_length = length,
							 .fe_flags = flags};
}

static size_t huge_of(size_t length, unsigned long long start)
{
	return explain_file_huge(3, length, start, HUGE_PAGE);
}

START_TEST(file_that_lies_aligned_is_mapped_by_huge_pages)
{
	add_extent(0, 5 * HUGE_PAGE, 3 * HUGE_PAGE, FIEMAP_EXTENT_LAST);
	ck_assert_uint_eq(huge_of(3 * HUGE_PAGE, 0), 3 * HUGE_PAGE);
	ck_assert_uint_eq(huge_of(2 * HUGE_PAGE + 4096, 0), 2 * HUGE_PAGE);
	ck_assert_uint_eq(huge_of(HUGE_PAGE - 4096, 0), 0);
}
END_TEST

START_TEST(partition_that_starts_askew_has_none)
{
	add_extent(0, 5 * HUGE_PAGE, 3 * HUGE_PAGE, FIEMAP_EXTENT_LAST);
	ck_assert_uint_eq(huge_of(3 * HUGE_PAGE, 512 * 63), 0);
	ck_assert_uint_eq(huge_of(3 * HUGE_PAGE, HUGE_PAGE), 3 * HUGE_PAGE);
	extents[0].fe_physical = 5 * HUGE_PAGE - 4096;
	ck_assert_uint_eq(huge_of(3 * HUGE_PAGE, 0), 0);
	ck_assert_uint_eq(huge_of(3 * HUGE_PAGE, 4096), 3 * HUGE_PAGE);
}
END_TEST

START_TEST(only_whole_huge_pages_within_an_extent_count)
{
	add_extent(0, HUGE_PAGE, HUGE_PAGE + 4096, 0);
	add_extent(HUGE_PAGE + 4096, 9 * HUGE_PAGE + 4096, 2 * HUGE_PAGE, 0);
	add_extent(5 * HUGE_PAGE, 20 * HUGE_PAGE, HUGE_PAGE - 4096, FIEMAP_EXTENT_LAST);
	ck_assert_uint_eq(huge_of(6 * HUGE_PAGE, 0), 2 * HUGE_PAGE);
}
END_TEST

START_TEST(extents_without_a_place_do_not_count)
{
	static const unsigned flags[] = {FIEMAP_EXTENT_UNKNOWN, FIEMAP_EXTENT_DELALLOC,
					 FIEMAP_EXTENT_ENCODED};

	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		extent_count = 0;
		add_extent(0, 0, HUGE_PAGE, flags[i]);
		ck_assert_uint_eq(huge_of(HUGE_PAGE, 0), 0);
	}
	ck_assert_uint_eq(huge_of(HUGE_PAGE, 0), 0);
	extent_count = 0;
	ck_assert_uint_eq(huge_of(HUGE_PAGE, 0), 0);
}
END_TEST

START_TEST(extents_are_asked_for_until_the_end)
{
	for (unsigned i = 0; i < 150; i++)
		add_extent(i * HUGE_PAGE, (400 - 2 * i) * HUGE_PAGE, HUGE_PAGE, 0);
	ck_assert_uint_eq(huge_of(150 * HUGE_PAGE, 0), 150 * HUGE_PAGE);
}
END_TEST

START_TEST(file_system_that_does_not_tell_leaves_it_unknown)
{
	ioctl_error = EOPNOTSUPP;
	ck_assert_uint_eq(huge_of(HUGE_PAGE, 0), SIZE_MAX);
}
END_TEST

/* ---- attributes --------------------------------------------------------- */

static struct explain_facts look(void)
{
	struct explain_facts facts = {.file.alignment = 4096};
	int fd = pmem2_test_file(4096);

	explain_file_look(&facts, fd);
	close(fd);
	return facts;
}

#ifdef STATX_ATTR_ENCRYPTED
START_TEST(attributes_are_yes_no_or_unknown)
{
	attributes_mask = STATX_ATTR_ENCRYPTED;
	attributes = STATX_ATTR_ENCRYPTED | 0x200000;
	struct explain_facts facts = look();
	ck_assert_int_eq(facts.file.dax, EXPLAIN_UNKNOWN);
	ck_assert_int_eq(facts.file.encrypted, EXPLAIN_YES);

	attributes_mask = STATX_ATTR_ENCRYPTED | 0x200000;
	attributes = 0x200000;
	facts = look();
	ck_assert_int_eq(facts.file.dax, EXPLAIN_YES);
	ck_assert_int_eq(facts.file.encrypted, EXPLAIN_NO);

	statx_error = ENOSYS;
	ck_assert_int_eq(look().file.dax, EXPLAIN_UNKNOWN);
}
END_TEST
#endif

START_TEST(file_tells_whether_it_asks_for_dax)
{
	ck_assert_int_eq(look().file.dax_flag, EXPLAIN_NO);
	xflags = FS_XFLAG_DAX;
	ck_assert_int_eq(look().file.dax_flag, EXPLAIN_YES);
	ioctl_error = ENOTTY;
	ck_assert_int_eq(look().file.dax_flag, EXPLAIN_UNKNOWN);
}
END_TEST

START_TEST(xfs_tells_whether_files_may_share_blocks)
{
	ck_assert_int_eq(look().file.reflink, EXPLAIN_UNKNOWN);
	fs_type = XFS;
	ck_assert_int_eq(look().file.reflink, EXPLAIN_NO);
	xfs_flags = XFS_REFLINK;
	ck_assert_int_eq(look().file.reflink, EXPLAIN_YES);
	ck_assert_uint_eq(look().file.block, 1024);
	statfs_error = EIO;
	ck_assert_uint_eq(look().file.block, 0);
	ck_assert_int_eq(look().file.reflink, EXPLAIN_UNKNOWN);
}
END_TEST

START_TEST(device_dax_is_not_asked_for_attributes)
{
	struct explain_facts facts = {.kind = EXPLAIN_DEVDAX, .file.alignment = 4096};
	int fd = pmem2_test_file(4096);

	xflags = FS_XFLAG_DAX;
	explain_file_look(&facts, fd);
	close(fd);
	ck_assert_int_eq(facts.file.dax_flag, EXPLAIN_UNKNOWN);
	ck_assert_uint_eq(facts.file.block, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("explain_file");
	TCase *huge = tcase_create("huge");
	TCase *look_at = tcase_create("look");

	tcase_add_checked_fixture(huge, setup, NULL);
	tcase_add_test(huge, file_that_lies_aligned_is_mapped_by_huge_pages);
	tcase_add_test(huge, partition_that_starts_askew_has_none);
	tcase_add_test(huge, only_whole_huge_pages_within_an_extent_count);
	tcase_add_test(huge, extents_without_a_place_do_not_count);
	tcase_add_test(huge, extents_are_asked_for_until_the_end);
	tcase_add_test(huge, file_system_that_does_not_tell_leaves_it_unknown);
	suite_add_tcase(suite, huge);

	tcase_add_checked_fixture(look_at, setup, NULL);
#ifdef STATX_ATTR_ENCRYPTED
	tcase_add_test(look_at, attributes_are_yes_no_or_unknown);
#endif
	tcase_add_test(look_at, file_tells_whether_it_asks_for_dax);
	tcase_add_test(look_at, xfs_tells_whether_files_may_share_blocks);
	tcase_add_test(look_at, device_dax_is_not_asked_for_attributes);
	suite_add_tcase(suite, look_at);
	return suite;
}
