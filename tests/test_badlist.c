/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bad blocks of files: a scripted libndctl tells what is bad of the device, a scripted
 * file system where on it a file lies.
 */
#include "badlist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_dax.h"
#include "fake_ndctl.h"
#include "support.h"
#include "sysfs_tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE ((size_t)4096)
#define SIZE (8 * PAGE)
#define SECTORS(offset) ((offset) / 512)

/* ---- the file system ---------------------------------------------------- */

/* As in <linux/fiemap.h>, which says what the kernel has, not what the library asks for. */
#define LAST 0x1U
#define UNWRITTEN 0x800U

struct piece {
	uint64_t logical, physical, length;
	uint32_t flags;
};

#define MANY 100

static struct piece pieces[MANY];
static uint32_t piece_count;
static int extent_error;
static unsigned attribute_flags;

struct fiemap_extent {
	uint64_t logical, physical, length, reserved64[2];
	uint32_t flags, reserved[3];
};

struct fiemap {
	uint64_t start, length;
	uint32_t flags, mapped, count, reserved;
	struct fiemap_extent extents[];
};

static void report(struct fiemap *map, const struct piece *piece)
{
	map->extents[map->mapped++] = (struct fiemap_extent){
		.logical = piece->logical,
		.physical = piece->physical,
		.length = piece->length,
		.flags = piece->flags | (piece == &pieces[piece_count - 1] ? LAST : 0),
	};
}

static int tell_extents(struct fiemap *map)
{
	if (extent_error != 0) {
		errno = extent_error;
		return -1;
	}
	map->mapped = 0;
	for (uint32_t i = 0; i < piece_count && map->mapped < map->count; i++)
		if (pieces[i].logical + pieces[i].length > map->start &&
		    pieces[i].logical < map->start + map->length)
			report(map, &pieces[i]);
	return 0;
}

/* Extents or attributes are asked for. */
int ioctl(int file, unsigned long request, ...)
{
	void *argument;
	va_list args;

	(void)file;
	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if ((request >> 8 & 0xff) == 'f')
		return tell_extents(argument);
	*(unsigned *)argument = attribute_flags;
	return 0;
}

/* ---- the devices -------------------------------------------------------- */

static int fd;
static struct pmem2_source *src;
static struct fake_region *region;
static struct fake_namespace *ndns;

static void use_number(char *number, size_t size)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	snprintf(number, size, "block/%u:%u", major(st.st_dev), minor(st.st_dev));
}

static void setup(void)
{
	char number[32];

	fake_dax_setup();
	fd = pmem2_test_file(SIZE);
	use_number(number, sizeof(number));
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_pmem(number, 4);
	src = pmem2_test_source(fd);
	memset(&fake_ndctl, 0, sizeof(fake_ndctl));
	fake_ndctl.bus_count = 1;
	fake_ndctl.buses[0].id = 4;
	fake_ndctl.buses[0].region_count = 1;
	region = &fake_ndctl.buses[0].regions[0];
	region->id = 4;
	region->namespace_count = 1;
	ndns = &region->namespaces[0];
	*ndns = (struct fake_namespace){.name = "namespace4.0", .resource = 1ULL << 32};
	fake_ndctl.commands.unit = 256;
	memset(pieces, 0, sizeof(pieces));
	pieces[0] = (struct piece){0, 16 * PAGE, SIZE, 0};
	piece_count = 1;
	extent_error = 0;
	attribute_flags = 0;
}

static void teardown(void)
{
	ck_assert_int_eq(fake_ndctl_open, 0);
	pmem2_source_delete(&src);
	close(fd);
	fake_dax_teardown();
}

/* ---- listing ------------------------------------------------------------ */

static void assert_blocks(const struct pmem2_badblock *blocks, size_t count)
{
	struct pmem2_badblock_context *bbctx = NULL;
	struct pmem2_badblock block = {77, 78};

	assert_success(pmem2_badblock_context_new(&bbctx, src));
	for (size_t i = 0; i < count; i++) {
		assert_success(pmem2_badblock_next(bbctx, &block));
		ck_assert_uint_eq(block.offset, blocks[i].offset);
		ck_assert_uint_eq(block.length, blocks[i].length);
	}
	assert_failure(pmem2_badblock_next(bbctx, &block), PMEM2_E_NO_BAD_BLOCK_FOUND,
		       "no further");
	pmem2_badblock_context_delete(&bbctx);
}

static void assert_no_context(int code, const char *text)
{
	struct pmem2_badblock_context *bbctx = (void *)1;

	assert_failure(pmem2_badblock_context_new(&bbctx, src), code, text);
	ck_assert_ptr_null(bbctx);
}

START_TEST(healthy_device_makes_no_bad_blocks)
{
	assert_blocks(NULL, 0);
}
END_TEST

/* The file is pages 16 to 23 of the device. */
static const struct {
	struct fake_bad bad;
	struct pmem2_badblock block; /* of length 0: none */
} single[] = {
	{{SECTORS(16 * PAGE), 1}, {0, PAGE}},
	{{SECTORS(16 * PAGE) + 7, 1}, {0, PAGE}},
	{{SECTORS(16 * PAGE) + 7, 2}, {0, 2 * PAGE}},
	{{SECTORS(16 * PAGE) - 1, 1}, {0, 0}},
	{{SECTORS(16 * PAGE) - 1, 2}, {0, PAGE}},
	{{SECTORS(24 * PAGE) - 1, 1}, {7 * PAGE, PAGE}},
	{{SECTORS(24 * PAGE) - 1, 5}, {7 * PAGE, PAGE}},
	{{SECTORS(24 * PAGE), 5}, {0, 0}},
	{{0, 1000000}, {0, SIZE}},
};

START_TEST(bad_sectors_make_bad_blocks_of_the_file_system)
{
	ndns->bad[0] = single[_i].bad;
	assert_blocks(&single[_i].block, single[_i].block.length != 0);
}
END_TEST

START_TEST(block_with_several_bad_sectors_is_listed_once)
{
	static const struct pmem2_badblock block = {PAGE, PAGE};

	ndns->bad[0] = (struct fake_bad){SECTORS(17 * PAGE) + 5, 1};
	ndns->bad[1] = (struct fake_bad){SECTORS(17 * PAGE), 2};
	assert_blocks(&block, 1);
}
END_TEST

START_TEST(extents_in_reverse_physical_order_lose_no_block)
{
	static const struct pmem2_badblock blocks[] = {{3 * PAGE, PAGE}, {4 * PAGE, PAGE}};

	/* The second half of the file lies right before the first. */
	pieces[0] = (struct piece){0, 20 * PAGE, 4 * PAGE, 0};
	pieces[1] = (struct piece){4 * PAGE, 16 * PAGE, 4 * PAGE, 0};
	piece_count = 2;
	ndns->bad[0] = (struct fake_bad){SECTORS(23 * PAGE), 1};
	ndns->bad[1] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_blocks(blocks, COUNT(blocks));
}
END_TEST

START_TEST(bad_range_over_two_extents_in_reverse_order_comes_in_pieces)
{
	static const struct pmem2_badblock blocks[] = {{0, PAGE}, {7 * PAGE, PAGE}};

	pieces[0] = (struct piece){0, 20 * PAGE, 4 * PAGE, 0};
	pieces[1] = (struct piece){4 * PAGE, 16 * PAGE, 4 * PAGE, 0};
	piece_count = 2;
	ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE) - 1, 2};
	assert_blocks(blocks, COUNT(blocks));
}
END_TEST

START_TEST(holes_and_what_lies_nowhere_have_no_bad_blocks)
{
	static const uint32_t nowhere[] = {0x2, 0x4, 0x200};

	piece_count = _i == 0 ? 0 : 1;
	if (_i > 0)
		pieces[0].flags = nowhere[_i - 1];
	ndns->bad[0] = (struct fake_bad){0, 1000000};
	assert_blocks(NULL, 0);
}
END_TEST

START_TEST(unwritten_extents_have_bad_blocks)
{
	static const struct pmem2_badblock block = {0, SIZE};

	pieces[0].flags = UNWRITTEN;
	ndns->bad[0] = (struct fake_bad){0, 1000000};
	assert_blocks(&block, 1);
}
END_TEST

START_TEST(extents_come_in_any_number)
{
	static const struct pmem2_badblock block = {(MANY - 1) * PAGE, PAGE};

	ck_assert_int_eq(ftruncate(fd, MANY * PAGE), 0);
	for (size_t i = 0; i < MANY; i++)
		pieces[i] = (struct piece){i * PAGE, (2 * i + 50) * PAGE, PAGE, 0};
	piece_count = MANY;
	ndns->bad[0] = (struct fake_bad){SECTORS((2 * (MANY - 1) + 50) * PAGE), 1};
	assert_blocks(&block, 1);
}
END_TEST

START_TEST(what_is_allocated_behind_the_end_has_no_bad_blocks)
{
	ck_assert_int_eq(ftruncate(fd, 4 * PAGE), 0);
	ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE), 32};
	assert_blocks(NULL, 0);
}
END_TEST

/* Sectors are counted from the start of the whole device. */
START_TEST(file_on_a_partition_has_the_bad_blocks_of_its_part)
{
	static const struct pmem2_badblock block = {2 * PAGE, PAGE};
	char number[32];

	use_number(number, sizeof(number));
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_device(number, PMEM2_TEST_REGION "/namespace4.0/block/pmem4/pmem4p1", 4U,
				4U);
	pmem2_test_sysfs_write("2048", PMEM2_TEST_REGION "/namespace4.0/block/pmem4/pmem4p1/start",
			       4U, 4U);
	ndns->bad[0] = (struct fake_bad){SECTORS(18 * PAGE), 1};
	ndns->bad[1] = (struct fake_bad){2048 + SECTORS(18 * PAGE), 1};
	assert_blocks(&block, 1);
}
END_TEST

static const struct {
	const char *holder;
	struct fake_namespace ndns;
} claimed[] = {
	{"pfn4.1", {.name = "namespace4.0", .pfn = "pfn4.1"}},
	{"btt4.1", {.name = "namespace4.0", .btt = "btt4.1"}},
};

START_TEST(claimed_namespace_is_found_by_what_claims_it)
{
	static const struct pmem2_badblock block = {0, PAGE};
	char number[32];

	use_number(number, sizeof(number));
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_device(number, PMEM2_TEST_REGION "/%s/block/pmem4", 4U, 4U,
				claimed[_i].holder);
	*ndns = claimed[_i].ndns;
	ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_blocks(&block, 1);
}
END_TEST

/* ---- volumes ------------------------------------------------------------ */

static void move_to_volume(void)
{
	char number[32];

	use_number(number, sizeof(number));
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_pmem("block/259:77", 4);
	pmem2_test_sysfs_device(number, "devices/virtual/block/dm-0");
	pmem2_test_sysfs_slave("devices/virtual/block/dm-0", "pmem4",
			       "devices/LNXSYSTM:00/ACPI0012:00/ndbus4/region4/namespace4.0/block/"
			       "pmem4");
}

START_TEST(volume_over_healthy_devices_has_no_bad_blocks)
{
	move_to_volume();
	assert_blocks(NULL, 0);
}
END_TEST

START_TEST(volume_over_a_bad_device_cannot_tell_whose_the_block_is)
{
	move_to_volume();
	ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_no_context(PMEM2_E_NOSUPP, "device-mapper");
}
END_TEST

/* ---- failures ----------------------------------------------------------- */

START_TEST(file_system_that_does_not_tell_extents_is_told)
{
	extent_error = EOPNOTSUPP;
	ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_no_context(-EOPNOTSUPP, "extents");
}
END_TEST

START_TEST(list_that_cannot_be_read_is_no_empty_list)
{
	ndns->error = EACCES;
	assert_no_context(-EACCES, "reading the kernel's list");
}
END_TEST

START_TEST(file_on_a_realtime_device_is_not_supported)
{
	attribute_flags = 1;
	assert_no_context(PMEM2_E_NOSUPP, "realtime device");
}
END_TEST

/* ---- clearing ----------------------------------------------------------- */

/* What heals the device: writing to the file, or a command of the bus. */
static bool writing_heals;
static int write_error;
static unsigned writes, allocations;

ssize_t __real_pwrite(int file, const void *buffer, size_t size, off_t offset);
ssize_t __wrap_pwrite(int file, const void *buffer, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int file, const void *buffer, size_t size, off_t offset);
int __real_fallocate(int file, int mode, off_t offset, off_t length);
int __wrap_fallocate(int file, int mode, off_t offset, off_t length);
int __wrap_fallocate64(int file, int mode, off_t offset, off_t length);

static bool is_whole_pages(size_t size, off_t offset)
{
	return size % PAGE == 0 && offset % (off_t)PAGE == 0;
}

ssize_t __wrap_pwrite(int file, const void *buffer, size_t size, off_t offset)
{
	writes++;
	if (write_error != 0) {
		errno = write_error;
		return -1;
	}
	if (writing_heals && is_whole_pages(size, offset))
		memset(ndns->bad, 0, sizeof(ndns->bad));
	return __real_pwrite(file, buffer, size, offset);
}

ssize_t __wrap_pwrite64(int file, const void *buffer, size_t size, off_t offset)
{
	return __wrap_pwrite(file, buffer, size, offset);
}

int __wrap_fallocate(int file, int mode, off_t offset, off_t length)
{
	allocations++;
	return __real_fallocate(file, mode, offset, length);
}

int __wrap_fallocate64(int file, int mode, off_t offset, off_t length)
{
	return __wrap_fallocate(file, mode, offset, length);
}

static void setup_clearing(void)
{
	char bytes[SIZE];

	setup();
	writing_heals = false;
	write_error = 0;
	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(__real_pwrite(fd, bytes, SIZE, 0), (ssize_t)SIZE);
	writes = 0;
	allocations = 0;
	ndns->bad[0] = (struct fake_bad){SECTORS(18 * PAGE) + 1, 2};
}

static int clear(size_t offset, size_t length)
{
	struct pmem2_badblock_context *bbctx = NULL;
	int ret;

	assert_success(pmem2_badblock_context_new(&bbctx, src));
	ret = pmem2_badblock_clear(bbctx, &(struct pmem2_badblock){offset, length});
	pmem2_badblock_context_delete(&bbctx);
	return ret;
}

static void assert_zeros(size_t offset, size_t length)
{
	char bytes[SIZE];
	struct stat st;

	ck_assert_int_eq(pread(fd, bytes, SIZE, 0), (ssize_t)SIZE);
	for (size_t i = 0; i < SIZE; i++)
		ck_assert_msg(bytes[i] == (i >= offset && i < offset + length ? 0 : 'x'),
			      "byte %zu is %d", i, bytes[i]);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, SIZE);
}

START_TEST(bad_block_is_healed_by_writing_whole_pages)
{
	writing_heals = true;
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	ck_assert_uint_eq(allocations, 0);
}
END_TEST

/* Nobody can read what else is in the page. */
START_TEST(part_of_a_bad_block_is_cleared_with_all_of_it)
{
	writing_heals = true;
	assert_success(clear(2 * PAGE + 700, 10));
	assert_zeros(2 * PAGE, PAGE);
}
END_TEST

START_TEST(range_around_a_bad_block_is_cleared_to_its_ends)
{
	writing_heals = true;
	assert_success(clear(PAGE + 100, 2 * PAGE + 50));
	assert_zeros(PAGE + 100, 2 * PAGE + 50);
}
END_TEST

START_TEST(range_without_a_bad_block_leaves_the_bad_ones)
{
	assert_success(clear(5 * PAGE, PAGE));
	assert_zeros(5 * PAGE, PAGE);
	ck_assert_uint_eq(writes, 0);
	ck_assert_uint_eq(ndns->bad[0].count, 2);
}
END_TEST

static unsigned long long cleared_address, cleared_length;

static void heal(unsigned long long address, unsigned long long length)
{
	cleared_address = address;
	cleared_length = length;
	memset(ndns->bad, 0, sizeof(ndns->bad));
}

START_TEST(block_that_writing_does_not_heal_is_replaced_and_cleared_by_the_bus)
{
	write_error = _i == 0 ? 0 : EIO;
	fake_ndctl.commands.on_clear = heal;
	assert_success(clear(2 * PAGE, PAGE));
	assert_zeros(2 * PAGE, PAGE);
	ck_assert_uint_gt(allocations, 0);
	ck_assert_uint_eq(cleared_address, (1ULL << 32) + 18 * PAGE + 512);
	ck_assert_uint_eq(cleared_length, 1024);
}
END_TEST

START_TEST(sectors_that_stay_bad_are_named)
{
	if (_i == 0)
		fake_ndctl.commands.without_effect = true;
	else
		fake_ndctl.commands.cap_error = -EPERM;
	assert_failure(clear(2 * PAGE, PAGE), -EIO, "sectors 145 to 146");
}
END_TEST

START_TEST(clearing_behind_the_end_does_not_extend_the_file)
{
	struct stat st;

	fake_ndctl.commands.on_clear = heal;
	ck_assert_int_eq(ftruncate(fd, 2 * PAGE + 100), 0);
	assert_success(clear(2 * PAGE, PAGE));
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, 2 * PAGE + 100);
}
END_TEST

START_TEST(clearing_through_a_read_only_descriptor_is_ebadf)
{
	write_error = EBADF;
	assert_failure(clear(2 * PAGE, PAGE), -EBADF, "clearing 4096 bytes at offset 8192");
	ck_assert_uint_eq(allocations, 0);
}
END_TEST

static TCase *listing_tests(void)
{
	TCase *tests = tcase_create("listing");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, healthy_device_makes_no_bad_blocks);
	tcase_add_loop_test(tests, bad_sectors_make_bad_blocks_of_the_file_system, 0,
			    COUNT(single));
	tcase_add_test(tests, block_with_several_bad_sectors_is_listed_once);
	tcase_add_test(tests, extents_in_reverse_physical_order_lose_no_block);
	tcase_add_test(tests, bad_range_over_two_extents_in_reverse_order_comes_in_pieces);
	tcase_add_loop_test(tests, holes_and_what_lies_nowhere_have_no_bad_blocks, 0, 4);
	tcase_add_test(tests, unwritten_extents_have_bad_blocks);
	tcase_add_test(tests, extents_come_in_any_number);
	tcase_add_test(tests, what_is_allocated_behind_the_end_has_no_bad_blocks);
	tcase_add_test(tests, file_on_a_partition_has_the_bad_blocks_of_its_part);
	tcase_add_loop_test(tests, claimed_namespace_is_found_by_what_claims_it, 0, COUNT(claimed));
	tcase_add_test(tests, volume_over_healthy_devices_has_no_bad_blocks);
	tcase_add_test(tests, volume_over_a_bad_device_cannot_tell_whose_the_block_is);
	tcase_add_test(tests, file_system_that_does_not_tell_extents_is_told);
	tcase_add_test(tests, list_that_cannot_be_read_is_no_empty_list);
	tcase_add_test(tests, file_on_a_realtime_device_is_not_supported);
	return tests;
}

static TCase *clearing_tests(void)
{
	TCase *tests = tcase_create("clearing");

	tcase_add_checked_fixture(tests, setup_clearing, teardown);
	tcase_add_test(tests, bad_block_is_healed_by_writing_whole_pages);
	tcase_add_test(tests, part_of_a_bad_block_is_cleared_with_all_of_it);
	tcase_add_test(tests, range_around_a_bad_block_is_cleared_to_its_ends);
	tcase_add_test(tests, range_without_a_bad_block_leaves_the_bad_ones);
	tcase_add_loop_test(
		tests, block_that_writing_does_not_heal_is_replaced_and_cleared_by_the_bus, 0, 2);
	tcase_add_loop_test(tests, sectors_that_stay_bad_are_named, 0, 2);
	tcase_add_test(tests, clearing_behind_the_end_does_not_extend_the_file);
	tcase_add_test(tests, clearing_through_a_read_only_descriptor_is_ebadf);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("badlist");

	suite_add_tcase(suite, listing_tests());
	suite_add_tcase(suite, clearing_tests());
	return suite;
}
