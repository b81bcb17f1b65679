/* SPDX-License-Identifier: BSD-3-Clause */
/* Bad blocks of files, from what is bad of the device and where on it a file lies. */
#include "badlist.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_dax.h"
#include "fake_file.h"
#include "support.h"
#include "sysfs_tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SIZE FAKE_FILE_SIZE

/* ---- listing ------------------------------------------------------------ */

static void assert_blocks(const struct pmem2_badblock *blocks, size_t count)
{
	struct pmem2_badblock_context *bbctx = NULL;
	struct pmem2_badblock block = {77, 78};

	assert_success(pmem2_badblock_context_new(&bbctx, file.src));
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

	assert_failure(pmem2_badblock_context_new(&bbctx, file.src), code, text);
	ck_assert_ptr_null(bbctx);
}

START_TEST(healthy_device_makes_no_bad_blocks_whatever_lies_where)
{
	assert_blocks(NULL, 0);
	ck_assert_uint_eq(file.asked, 0);
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
	file.ndns->bad[0] = single[_i].bad;
	assert_blocks(&single[_i].block, single[_i].block.length != 0);
}
END_TEST

START_TEST(block_with_several_bad_sectors_is_listed_once)
{
	static const struct pmem2_badblock block = {PAGE, PAGE};

	file.ndns->bad[0] = (struct fake_bad){SECTORS(17 * PAGE) + 5, 1};
	file.ndns->bad[1] = (struct fake_bad){SECTORS(17 * PAGE), 2};
	assert_blocks(&block, 1);
}
END_TEST

/* In both orders, as nothing says in which they are listed. */
START_TEST(blocks_that_share_one_are_one)
{
	static const struct pmem2_badblock block = {PAGE, 2 * PAGE};

	file.ndns->bad[_i] = (struct fake_bad){SECTORS(17 * PAGE), 1};
	file.ndns->bad[1 - _i] = (struct fake_bad){SECTORS(17 * PAGE) + 5, 6};
	assert_blocks(&block, 1);
}
END_TEST

START_TEST(extents_in_reverse_physical_order_lose_no_block)
{
	static const struct pmem2_badblock blocks[] = {{3 * PAGE, PAGE}, {4 * PAGE, PAGE}};

	/* The second half of the file lies right before the first. */
	file.pieces[0] = (struct fake_piece){0, 20 * PAGE, 4 * PAGE, 0};
	file.pieces[1] = (struct fake_piece){4 * PAGE, 16 * PAGE, 4 * PAGE, 0};
	file.piece_count = 2;
	file.ndns->bad[0] = (struct fake_bad){SECTORS(23 * PAGE), 1};
	file.ndns->bad[1] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_blocks(blocks, COUNT(blocks));
}
END_TEST

START_TEST(bad_range_over_two_extents_in_reverse_order_comes_in_pieces)
{
	static const struct pmem2_badblock blocks[] = {{0, PAGE}, {7 * PAGE, PAGE}};

	file.pieces[0] = (struct fake_piece){0, 20 * PAGE, 4 * PAGE, 0};
	file.pieces[1] = (struct fake_piece){4 * PAGE, 16 * PAGE, 4 * PAGE, 0};
	file.piece_count = 2;
	file.ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE) - 1, 2};
	assert_blocks(blocks, COUNT(blocks));
}
END_TEST

START_TEST(holes_and_what_lies_nowhere_have_no_bad_blocks)
{
	static const uint32_t nowhere[] = {0x2, 0x4, 0x200};

	file.piece_count = _i == 0 ? 0 : 1;
	if (_i > 0)
		file.pieces[0].flags = nowhere[_i - 1];
	file.ndns->bad[0] = (struct fake_bad){0, 1000000};
	assert_blocks(NULL, 0);
}
END_TEST

/* Which byte lies where is not known. */
START_TEST(encoded_extent_is_bad_whole)
{
	static const struct pmem2_badblock block = {2 * PAGE, 4 * PAGE};

	file.pieces[0] = (struct fake_piece){2 * PAGE, 16 * PAGE, 4 * PAGE, FAKE_FILE_ENCODED};
	file.ndns->bad[0] = (struct fake_bad){SECTORS(17 * PAGE), 1};
	assert_blocks(&block, 1);
}
END_TEST

START_TEST(unwritten_extents_have_bad_blocks)
{
	static const struct pmem2_badblock block = {0, SIZE};

	file.pieces[0].flags = FAKE_FILE_UNWRITTEN;
	file.ndns->bad[0] = (struct fake_bad){0, 1000000};
	assert_blocks(&block, 1);
}
END_TEST

START_TEST(ranges_in_any_order_and_one_inside_another_are_listed_by_offset_and_once)
{
	static const struct pmem2_badblock blocks[] = {{PAGE, 2 * PAGE}, {4 * PAGE, PAGE}};

	file.ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE), 1};
	file.ndns->bad[1] = (struct fake_bad){SECTORS(17 * PAGE), 16};
	file.ndns->bad[2] = (struct fake_bad){SECTORS(17 * PAGE) + 1, 1};
	assert_blocks(blocks, COUNT(blocks));
}
END_TEST

static void scatter(void)
{
	ck_assert_int_eq(ftruncate(file.fd, FAKE_FILE_PIECES * PAGE), 0);
	for (size_t i = 0; i < FAKE_FILE_PIECES; i++)
		file.pieces[i] = (struct fake_piece){i * PAGE, (2 * i + 50) * PAGE, PAGE, 0};
	file.piece_count = FAKE_FILE_PIECES;
}

START_TEST(extents_come_in_any_number)
{
	static const struct pmem2_badblock block = {(FAKE_FILE_PIECES - 1) * PAGE, PAGE};

	scatter();
	file.ndns->bad[0] = (struct fake_bad){SECTORS((2 * (FAKE_FILE_PIECES - 1) + 50) * PAGE), 1};
	assert_blocks(&block, 1);
}
END_TEST

START_TEST(bad_blocks_come_in_any_number)
{
	struct pmem2_badblock blocks[FAKE_FILE_PIECES];

	scatter();
	for (size_t i = 0; i < FAKE_FILE_PIECES; i++)
		blocks[i] = (struct pmem2_badblock){i * PAGE, PAGE};
	file.ndns->bad[0] = (struct fake_bad){0, 1000000};
	assert_blocks(blocks, COUNT(blocks));
}
END_TEST

/* The last extent before a hole; one that goes on behind the end, as others do. */
static const struct {
	struct fake_piece pieces[2];
	uint32_t count;
} short_files[] = {
	{{{0, 16 * PAGE, PAGE, 0}}, 1},
	{{{0, 16 * PAGE, SIZE + 4 * PAGE, 0}, {SIZE + 8 * PAGE, 90 * PAGE, PAGE, 0}}, 2},
};

START_TEST(extents_are_asked_for_once_where_there_is_room_for_all)
{
	static const struct pmem2_badblock block = {0, PAGE};

	for (uint32_t i = 0; i < short_files[_i].count; i++)
		file.pieces[i] = short_files[_i].pieces[i];
	file.piece_count = short_files[_i].count;
	file.ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_blocks(&block, 1);
	ck_assert_uint_eq(file.asked, 1);
}
END_TEST

/* What has been written may have no place yet. */
START_TEST(file_is_written_to_the_device_before_it_is_asked_for_extents)
{
	file.ndns->bad[0] = (struct fake_bad){0, 1};
	assert_blocks(NULL, 0);
	ck_assert_uint_eq(file.wishes, FAKE_FILE_SYNC);
}
END_TEST

START_TEST(what_is_allocated_behind_the_end_has_no_bad_blocks)
{
	ck_assert_int_eq(ftruncate(file.fd, 4 * PAGE), 0);
	file.ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE), 32};
	assert_blocks(NULL, 0);
}
END_TEST

/* Reading a part of a page takes all of it. */
START_TEST(bad_sector_behind_the_end_makes_the_last_block_bad)
{
	static const struct pmem2_badblock block = {3 * PAGE, PAGE};

	ck_assert_int_eq(ftruncate(file.fd, 3 * PAGE + 100), 0);
	file.ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE) - 1, 2};
	assert_blocks(&block, 1);
}
END_TEST

/* Sectors are counted from the start of the whole device. */
START_TEST(file_on_a_partition_has_the_bad_blocks_of_its_part)
{
	static const struct pmem2_badblock block = {2 * PAGE, PAGE};

	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_device(fake_file_number(),
				PMEM2_TEST_REGION "/namespace4.0/block/pmem4/pmem4p1", 4U, 4U);
	pmem2_test_sysfs_write("2048", PMEM2_TEST_REGION "/namespace4.0/block/pmem4/pmem4p1/start",
			       4U, 4U);
	file.ndns->bad[0] = (struct fake_bad){SECTORS(20 * PAGE), 1};
	file.ndns->bad[1] = (struct fake_bad){2048 + SECTORS(18 * PAGE), 1};
	assert_blocks(&block, 1);
}
END_TEST

static const struct {
	const char *holder;
	struct fake_namespace ndns;
} claimed[] = {
	{"namespace4.0", {.name = "namespace4.0"}},
	{"pfn4.1", {.name = "namespace4.0", .pfn = "pfn4.1"}},
};

START_TEST(claimed_namespace_is_found_by_what_claims_it)
{
	static const struct pmem2_badblock block = {0, PAGE};

	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_device(fake_file_number(), PMEM2_TEST_REGION "/%s/block/pmem4", 4U, 4U,
				claimed[_i].holder);
	*file.ndns = claimed[_i].ndns;
	file.ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_blocks(&block, 1);
}
END_TEST

/* ---- block translation tables ------------------------------------------- */

#define BASE (1ULL << 32)

/* The namespace is sectors 8 to 2047 of its region. */
static void move_to_btt(void)
{
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_device(fake_file_number(), PMEM2_TEST_REGION "/btt4.1/block/pmem4s", 4U,
				4U);
	*file.ndns = (struct fake_namespace){.name = "namespace4.0",
					     .btt = "btt4.1",
					     .resource = BASE + PAGE,
					     .size = (1 << 20) - PAGE};
	file.region->resource = BASE;
}

START_TEST(btt_over_healthy_media_has_no_bad_blocks)
{
	static const struct fake_bad bad[] = {{0, 0}, {7, 1}, {2048, 1}};

	move_to_btt();
	file.region->bad[0] = bad[_i];
	assert_blocks(NULL, 0);
}
END_TEST

START_TEST(btt_over_bad_media_cannot_tell_which_blocks_are_bad)
{
	static const struct fake_bad bad[] = {{8, 1}, {2047, 1}};

	move_to_btt();
	file.region->bad[0] = bad[_i];
	assert_no_context(PMEM2_E_NOSUPP, "block translation table");
}
END_TEST

START_TEST(btt_that_lies_where_only_root_may_know_is_healthy_when_all_of_the_region_is)
{
	move_to_btt();
	if (_i == 0)
		file.region->resource = ULLONG_MAX;
	else
		file.ndns->resource = ULLONG_MAX;
	assert_blocks(NULL, 0);
	file.region->bad[0] = (struct fake_bad){7, 1};
	assert_no_context(PMEM2_E_CANNOT_READ_BOUNDS, "only root may know");
}
END_TEST

/* ---- volumes ------------------------------------------------------------ */

static void move_to_volume(void)
{

	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_pmem("block/259:77", 4);
	pmem2_test_sysfs_device(fake_file_number(), "devices/virtual/block/dm-0");
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
	file.ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_no_context(PMEM2_E_NOSUPP, "device-mapper");
}
END_TEST

/* ---- failures ----------------------------------------------------------- */

START_TEST(file_system_that_does_not_tell_extents_is_told)
{
	file.extent_error = EOPNOTSUPP;
	file.ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_no_context(-EOPNOTSUPP, "extents");
}
END_TEST

/* More than are told at once, and the first of them again and again. */
START_TEST(extents_that_do_not_go_on_are_not_asked_for_forever)
{
	scatter();
	file.repeats = true;
	file.ndns->bad[0] = (struct fake_bad){SECTORS(16 * PAGE), 1};
	assert_no_context(-EIO, "extents");
}
END_TEST

START_TEST(list_that_cannot_be_read_is_no_empty_list)
{
	file.ndns->error = EACCES;
	assert_no_context(-EACCES, "reading the kernel's list");
}
END_TEST

START_TEST(file_on_a_realtime_device_is_not_supported)
{
	file.attribute_flags = 1;
	assert_no_context(PMEM2_E_NOSUPP, "realtime device");
}
END_TEST

static TCase *listing_tests(void)
{
	TCase *tests = tcase_create("listing");

	tcase_add_checked_fixture(tests, fake_file_setup, fake_file_teardown);
	tcase_add_test(tests, healthy_device_makes_no_bad_blocks_whatever_lies_where);
	tcase_add_loop_test(tests, bad_sectors_make_bad_blocks_of_the_file_system, 0,
			    COUNT(single));
	tcase_add_test(tests, block_with_several_bad_sectors_is_listed_once);
	tcase_add_loop_test(tests, blocks_that_share_one_are_one, 0, 2);
	tcase_add_test(tests, extents_in_reverse_physical_order_lose_no_block);
	tcase_add_test(tests, bad_range_over_two_extents_in_reverse_order_comes_in_pieces);
	tcase_add_loop_test(tests, holes_and_what_lies_nowhere_have_no_bad_blocks, 0, 4);
	tcase_add_test(tests, encoded_extent_is_bad_whole);
	tcase_add_test(tests, unwritten_extents_have_bad_blocks);
	tcase_add_test(tests,
		       ranges_in_any_order_and_one_inside_another_are_listed_by_offset_and_once);
	tcase_add_test(tests, extents_come_in_any_number);
	tcase_add_test(tests, bad_blocks_come_in_any_number);
	tcase_add_loop_test(tests, extents_are_asked_for_once_where_there_is_room_for_all, 0,
			    COUNT(short_files));
	tcase_add_test(tests, file_is_written_to_the_device_before_it_is_asked_for_extents);
	tcase_add_test(tests, what_is_allocated_behind_the_end_has_no_bad_blocks);
	tcase_add_test(tests, bad_sector_behind_the_end_makes_the_last_block_bad);
	tcase_add_test(tests, file_on_a_partition_has_the_bad_blocks_of_its_part);
	tcase_add_loop_test(tests, claimed_namespace_is_found_by_what_claims_it, 0, COUNT(claimed));
	tcase_add_loop_test(tests, btt_over_healthy_media_has_no_bad_blocks, 0, 3);
	tcase_add_loop_test(tests, btt_over_bad_media_cannot_tell_which_blocks_are_bad, 0, 2);
	tcase_add_loop_test(
		tests, btt_that_lies_where_only_root_may_know_is_healthy_when_all_of_the_region_is,
		0, 2);
	tcase_add_test(tests, volume_over_healthy_devices_has_no_bad_blocks);
	tcase_add_test(tests, volume_over_a_bad_device_cannot_tell_whose_the_block_is);
	tcase_add_test(tests, file_system_that_does_not_tell_extents_is_told);
	tcase_add_test(tests, extents_that_do_not_go_on_are_not_asked_for_forever);
	tcase_add_test(tests, list_that_cannot_be_read_is_no_empty_list);
	tcase_add_test(tests, file_on_a_realtime_device_is_not_supported);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("badlist");

	suite_add_tcase(suite, listing_tests());
	return suite;
}
