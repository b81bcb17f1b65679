/* SPDX-License-Identifier: BSD-3-Clause */
/* Clearing bad blocks of files on NVDIMMs. */
#include "heal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_file.h"
#include "support.h"
#include "sysfs_tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SIZE FAKE_FILE_SIZE
#define BASE (1ULL << 32) /* of the namespace, in physical addresses */

/* What writes of whole pages heal: nothing, what is newly allocated only, or all. */
static enum { NEVER, NEW, ALWAYS } writing_heals;
static int write_error; /* an errno; -1: nothing is written, and no error given */
static unsigned writes, allocations;
static struct pmem2_badblock punched; /* the first range */
static void (*on_punch)(void);
static unsigned synchronised; /* allocations when the file was synchronised last */

static struct {
	unsigned count;
	unsigned long long address, length; /* of the last */
	unsigned allocations;               /* that came before it */
} commands;

/* The device forgets that sectors are bad, all of which stand at one end of a range. */
static void mend(unsigned long long start, unsigned long long end)
{
	struct fake_bad *kept = file.ndns->bad;

	for (struct fake_bad *bad = file.ndns->bad; bad->count > 0; bad++) {
		unsigned long long last = bad->sector + bad->count;
		struct fake_bad left = *bad;
		if (start <= bad->sector && end > bad->sector)
			left.sector = end < last ? end : last;
		else if (start < last && end >= last)
			last = start;
		left.count = (unsigned)(last - left.sector);
		if (left.count > 0)
			*kept++ = left;
	}
	kept->count = 0;
}

static void mend_page_of_file(size_t offset)
{
	for (uint32_t i = 0; i < file.piece_count; i++) {
		const struct fake_piece *piece = &file.pieces[i];
		if (offset >= piece->logical && offset < piece->logical + piece->length)
			mend(SECTORS(offset - piece->logical + piece->physical),
			     SECTORS(offset - piece->logical + piece->physical + PAGE));
	}
}

ssize_t __real_pwrite(int fd, const void *buffer, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *buffer, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *buffer, size_t size, off_t offset);
int __real_fallocate(int fd, int mode, off_t offset, off_t length);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t length);
int __wrap_fallocate64(int fd, int mode, off_t offset, off_t length);

ssize_t __wrap_pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	bool heals = writing_heals == ALWAYS || (writing_heals == NEW && allocations > 0);

	writes++;
	if (write_error > 0) {
		errno = write_error;
		return -1;
	}
	if (write_error < 0)
		return 0;
	if (heals && size == PAGE && offset % (off_t)PAGE == 0)
		mend_page_of_file((size_t)offset);
	return __real_pwrite(fd, buffer, size, offset);
}

ssize_t __wrap_pwrite64(int fd, const void *buffer, size_t size, off_t offset)
{
	return __wrap_pwrite(fd, buffer, size, offset);
}

int __wrap_fallocate(int fd, int mode, off_t offset, off_t length)
{
	if (allocations++ == 0) {
		punched = (struct pmem2_badblock){(size_t)offset, (size_t)length};
		if (on_punch != NULL)
			on_punch();
	}
	return __real_fallocate(fd, mode, offset, length);
}

int __wrap_fallocate64(int fd, int mode, off_t offset, off_t length)
{
	return __wrap_fallocate(fd, mode, offset, length);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
	synchronised = allocations;
	return __real_fsync(fd);
}

static void obey(unsigned long long address, unsigned long long length)
{
	commands.count++;
	commands.address = address;
	commands.length = length;
	commands.allocations = allocations;
	mend(SECTORS(address - BASE), SECTORS(address - BASE + length));
}

/* Two sectors in the middle of the third page are bad. */
static void setup(void)
{
	char bytes[SIZE];

	fake_file_setup();
	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(__real_pwrite(file.fd, bytes, SIZE, 0), (ssize_t)SIZE);
	file.ndns->bad[0] = (struct fake_bad){SECTORS(18 * PAGE) + 1, 2};
	fake_ndctl.commands.on_clear = obey;
	memset(&commands, 0, sizeof(commands));
	writing_heals = NEVER;
	write_error = 0;
	writes = 0;
	allocations = 0;
	synchronised = 0;
	on_punch = NULL;
}

static int clear(size_t offset, size_t length)
{
	struct pmem2_badblock_context *bbctx = NULL;
	int ret;

	assert_success(pmem2_badblock_context_new(&bbctx, file.src));
	ret = pmem2_badblock_clear(bbctx, &(struct pmem2_badblock){offset, length});
	pmem2_badblock_context_delete(&bbctx);
	return ret;
}

static void assert_size(size_t size)
{
	struct stat st;

	ck_assert_int_eq(fstat(file.fd, &st), 0);
	ck_assert_uint_eq((size_t)st.st_size, size);
}

static void assert_zeros(size_t offset, size_t length)
{
	char bytes[SIZE];

	ck_assert_int_eq(pread(file.fd, bytes, SIZE, 0), (ssize_t)SIZE);
	for (size_t i = 0; i < SIZE; i++)
		ck_assert_msg(bytes[i] == (i >= offset && i < offset + length ? 0 : 'x'),
			      "byte %zu is %d", i, bytes[i]);
	assert_size(SIZE);
}

static void assert_bad(unsigned long long sector, unsigned count)
{
	ck_assert_uint_eq(file.ndns->bad[0].count, count);
	if (count > 0)
		ck_assert_uint_eq(file.ndns->bad[0].sector, sector);
	ck_assert_uint_eq(file.ndns->bad[1].count, 0);
}

/* ---- healed by writing -------------------------------------------------- */

START_TEST(bad_block_is_healed_by_writing_whole_pages)
{
	writing_heals = ALWAYS;
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	assert_bad(0, 0);
	ck_assert_uint_eq(allocations, 0);
	ck_assert_uint_eq(commands.count, 0);
}
END_TEST

/* Nobody can read what else is in the page. */
START_TEST(part_of_a_bad_block_is_cleared_with_all_of_it)
{
	writing_heals = ALWAYS;
	assert_success(clear(2 * PAGE + 700, 10));
	assert_zeros(2 * PAGE, PAGE);
}
END_TEST

START_TEST(range_around_a_bad_block_is_cleared_to_its_ends)
{
	writing_heals = ALWAYS;
	assert_success(clear(PAGE + 100, 2 * PAGE + 50));
	assert_zeros(PAGE + 100, 2 * PAGE + 50);
}
END_TEST

START_TEST(all_bad_blocks_of_a_range_are_healed)
{
	writing_heals = ALWAYS;
	file.ndns->bad[1] = (struct fake_bad){SECTORS(21 * PAGE), 1};
	assert_success(clear(0, SIZE));
	assert_zeros(0, SIZE);
	assert_bad(0, 0);
}
END_TEST

START_TEST(range_without_a_bad_block_leaves_the_bad_ones)
{
	assert_success(clear(5 * PAGE, PAGE));
	assert_zeros(5 * PAGE, PAGE);
	ck_assert_uint_eq(writes, 0);
	assert_bad(SECTORS(18 * PAGE) + 1, 2);
}
END_TEST

START_TEST(bad_blocks_beside_the_range_are_left)
{
	writing_heals = ALWAYS;
	file.ndns->bad[1] = (struct fake_bad){SECTORS(19 * PAGE), 1};
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	assert_bad(SECTORS(19 * PAGE), 1);
}
END_TEST

/* ---- healed by the NVDIMMs ---------------------------------------------- */

/* Before the block is given up: afterwards it may hold what somebody else has written. */
START_TEST(block_that_writing_does_not_heal_is_cleared_by_the_bus_while_the_file_has_it)
{
	write_error = _i == 0 ? 0 : EIO;
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	assert_bad(0, 0);
	ck_assert_uint_eq(commands.address, BASE + 18 * PAGE + 512);
	ck_assert_uint_eq(commands.length, 1024);
	ck_assert_uint_eq(commands.count, 1);
	ck_assert_uint_eq(commands.allocations, 0);
	ck_assert(_i == 0 ? allocations == 0 : allocations > 0);
}
END_TEST

/* What the namespace holds before its data is not part of the block device. */
START_TEST(data_of_a_claimed_namespace_is_where_its_claim_says)
{
	file.ndns->pfn = "pfn4.1";
	assert_success(clear(2 * PAGE, PAGE));
	ck_assert_uint_eq(commands.address, BASE + 18 * PAGE + 512);
}
END_TEST

#define START 2048 /* sectors */

static void move_to_partition(void)
{
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_device(fake_file_number(),
				PMEM2_TEST_REGION "/namespace4.0/block/pmem4/pmem4p1", 4U, 4U);
	pmem2_test_sysfs_write("2048", PMEM2_TEST_REGION "/namespace4.0/block/pmem4/pmem4p1/start",
			       4U, 4U);
	file.ndns->bad[0].sector += START;
}

START_TEST(block_on_a_partition_is_cleared_where_it_is)
{
	move_to_partition();
	assert_success(clear(2 * PAGE, PAGE));
	ck_assert_uint_eq(commands.address, BASE + START * 512ULL + 18 * PAGE + 512);
	assert_bad(0, 0);
}
END_TEST

START_TEST(partition_of_a_device_that_only_root_may_find_is_not_cleared)
{
	move_to_partition();
	file.ndns->resource = ULLONG_MAX;
	assert_failure(clear(2 * PAGE, PAGE), -EIO, "only root");
	ck_assert_uint_eq(commands.count, 0);
}
END_TEST

/* One bad range over blocks of two files: only one of them has agreed to lose its contents. */
START_TEST(what_other_files_have_of_a_bad_range_stays_bad)
{
	file.pieces[0] = (struct fake_piece){2 * PAGE, 18 * PAGE, PAGE, 0};
	file.ndns->bad[0] = (struct fake_bad){SECTORS(_i == 0 ? 18 * PAGE : 17 * PAGE), 16};
	assert_success(clear(0, SIZE));
	assert_bad(SECTORS(_i == 0 ? 19 * PAGE : 17 * PAGE), 8);
}
END_TEST

START_TEST(other_blocks_of_the_file_in_a_bad_range_stay_bad)
{
	file.ndns->bad[0] = (struct fake_bad){SECTORS(18 * PAGE), 16};
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	assert_bad(SECTORS(19 * PAGE), 8);
}
END_TEST

START_TEST(bytes_beside_the_bad_sector_of_a_block_do_not_hide_it)
{
	fake_ndctl.commands.without_effect = true;
	assert_failure(clear(2 * PAGE + 2000, 10), -EIO, "sectors 145 to 146");
}
END_TEST

/* ---- replaced by the file system ---------------------------------------- */

/* Until Linux 6.0, what a DAX file is newly given is zeroed in a way that heals it. */
START_TEST(block_that_only_replacing_heals_is_replaced_and_written)
{
	fake_ndctl.commands.absent = true;
	writing_heals = NEW;
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	assert_bad(0, 0);
	ck_assert_uint_gt(allocations, 0);
}
END_TEST

START_TEST(block_is_replaced_whole_and_the_range_to_its_ends)
{
	write_error = EIO;
	assert_success(_i == 0 ? clear(2 * PAGE + 700, 10) : clear(PAGE + 100, 2 * PAGE + 50));
	if (_i == 0)
		assert_zeros(2 * PAGE, PAGE);
	else
		assert_zeros(PAGE + 100, 2 * PAGE + 50);
	ck_assert_uint_eq(punched.offset, 2 * PAGE);
	ck_assert_uint_eq(punched.length, PAGE);
	ck_assert_uint_eq(synchronised, allocations);
}
END_TEST

/* Which of its bytes lies there is not known. */
START_TEST(bad_sectors_beneath_an_encoded_extent_are_all_of_it)
{
	file.pieces[0] = (struct fake_piece){2 * PAGE, 18 * PAGE, 4 * PAGE, FAKE_FILE_ENCODED};
	file.ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE), 1};
	fake_ndctl.commands.without_effect = true;
	assert_failure(clear(2 * PAGE, PAGE), -EIO, "sectors 160 to 160");
}
END_TEST

static void give_a_bad_block(void)
{
	file.pieces[0] = (struct fake_piece){2 * PAGE, 40 * PAGE, PAGE, 0};
	file.ndns->bad[0] = (struct fake_bad){SECTORS(40 * PAGE) + 3, 1};
}

START_TEST(bad_block_in_the_place_of_another_is_told)
{
	write_error = EIO;
	on_punch = give_a_bad_block;
	assert_failure(clear(2 * PAGE, PAGE), -EIO, "sectors 323 to 323");
}
END_TEST

static const struct {
	struct fake_commands commands;
	unsigned long long resource;
	uint32_t flags;
	const char *text;
} stubborn[] = {
	{{.without_effect = true, .unit = 256, .on_clear = obey}, BASE, 0, "had no effect"},
	{{.cap_error = -EPERM, .unit = 256}, BASE, 0, "only root"},
	{{.cap_error = -EACCES, .unit = 256}, BASE, 0, "only root"},
	{{.unit = 256}, ULLONG_MAX, 0, "only root"},
	{{.absent = true}, BASE, 0, "NVDIMMs do not clear them"},
	{{.unit = 256, .on_clear = obey}, BASE, FAKE_FILE_SHARED, "other files have them too"},
};

START_TEST(sectors_that_stay_bad_are_named_and_why)
{
	fake_ndctl.commands = stubborn[_i].commands;
	file.ndns->resource = stubborn[_i].resource;
	file.pieces[0].flags = stubborn[_i].flags;
	assert_failure(clear(2 * PAGE, PAGE), -EIO, "sectors 145 to 146");
	pmem2_test_check_message("clear", stubborn[_i].text);
	assert_zeros(2 * PAGE, PAGE);
	assert_bad(SECTORS(18 * PAGE) + 1, 2);
	ck_assert_uint_gt(allocations, 0);
	ck_assert_uint_eq(commands.count, 0);
}
END_TEST

/* The whole block, of which the file has but the start. */
START_TEST(last_block_is_replaced_whole_and_the_file_not_extended)
{
	fake_ndctl.commands.absent = true;
	writing_heals = NEW;
	ck_assert_int_eq(ftruncate(file.fd, 2 * PAGE + 100), 0);
	assert_failure(clear(2 * PAGE, PAGE), -EIO, "sectors 145 to 146");
	ck_assert_uint_eq(punched.offset, 2 * PAGE);
	ck_assert_uint_eq(punched.length, PAGE);
	assert_size(2 * PAGE + 100);
}
END_TEST

START_TEST(last_block_is_cleared_where_the_file_does_not_reach)
{
	ck_assert_int_eq(ftruncate(file.fd, 2 * PAGE + 100), 0);
	assert_success(clear(2 * PAGE, 100));
	assert_bad(0, 0);
	assert_size(2 * PAGE + 100);
}
END_TEST

/* ---- descriptors -------------------------------------------------------- */

/* The kernel would append what is written. */
START_TEST(file_open_for_appending_is_cleared_and_not_extended)
{
	ck_assert_int_eq(fcntl(file.fd, F_SETFL, O_APPEND), 0);
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	assert_bad(0, 0);
}
END_TEST

START_TEST(clearing_through_a_read_only_descriptor_is_ebadf)
{
	char path[32];
	int read_only;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file.fd);
	read_only = open(path, O_RDONLY | O_CLOEXEC);
	pmem2_source_delete(&file.src);
	file.src = pmem2_test_source(read_only);
	assert_failure(clear(2 * PAGE, PAGE), -EBADF, "clearing 4096 bytes at offset 8192");
	assert_bad(SECTORS(18 * PAGE) + 1, 2);
	ck_assert_uint_eq(allocations, 0);
	close(read_only);
}
END_TEST

START_TEST(write_of_nothing_is_not_repeated_for_ever)
{
	write_error = -1;
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
}
END_TEST

static TCase *healing_tests(void)
{
	TCase *tests = tcase_create("healing");

	tcase_add_checked_fixture(tests, setup, fake_file_teardown);
	tcase_add_test(tests, bad_block_is_healed_by_writing_whole_pages);
	tcase_add_test(tests, part_of_a_bad_block_is_cleared_with_all_of_it);
	tcase_add_test(tests, range_around_a_bad_block_is_cleared_to_its_ends);
	tcase_add_test(tests, all_bad_blocks_of_a_range_are_healed);
	tcase_add_test(tests, range_without_a_bad_block_leaves_the_bad_ones);
	tcase_add_test(tests, bad_blocks_beside_the_range_are_left);
	tcase_add_loop_test(
		tests, block_that_writing_does_not_heal_is_cleared_by_the_bus_while_the_file_has_it,
		0, 2);
	tcase_add_test(tests, data_of_a_claimed_namespace_is_where_its_claim_says);
	tcase_add_test(tests, block_on_a_partition_is_cleared_where_it_is);
	tcase_add_test(tests, partition_of_a_device_that_only_root_may_find_is_not_cleared);
	tcase_add_loop_test(tests, what_other_files_have_of_a_bad_range_stays_bad, 0, 2);
	tcase_add_test(tests, other_blocks_of_the_file_in_a_bad_range_stay_bad);
	tcase_add_test(tests, bytes_beside_the_bad_sector_of_a_block_do_not_hide_it);
	return tests;
}

static TCase *replacing_tests(void)
{
	TCase *tests = tcase_create("replacing");

	tcase_add_checked_fixture(tests, setup, fake_file_teardown);
	tcase_add_test(tests, block_that_only_replacing_heals_is_replaced_and_written);
	tcase_add_loop_test(tests, block_is_replaced_whole_and_the_range_to_its_ends, 0, 2);
	tcase_add_test(tests, bad_sectors_beneath_an_encoded_extent_are_all_of_it);
	tcase_add_test(tests, bad_block_in_the_place_of_another_is_told);
	tcase_add_loop_test(tests, sectors_that_stay_bad_are_named_and_why, 0, COUNT(stubborn));
	tcase_add_test(tests, last_block_is_replaced_whole_and_the_file_not_extended);
	tcase_add_test(tests, last_block_is_cleared_where_the_file_does_not_reach);
	tcase_add_test(tests, file_open_for_appending_is_cleared_and_not_extended);
	tcase_add_test(tests, clearing_through_a_read_only_descriptor_is_ebadf);
	tcase_add_test(tests, write_of_nothing_is_not_repeated_for_ever);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("heal");

	suite_add_tcase(suite, healing_tests());
	suite_add_tcase(suite, replacing_tests());
	return suite;
}
