/* SPDX-License-Identifier: BSD-3-Clause */
/* Identity, unsafe-shutdown count and bad blocks, as a scripted libndctl tells them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_dax.h"
#include "fake_file.h"
#include "region.h"
#include "support.h"
#include "sysfs_tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BASE 0x100000000ULL

static struct pmem2_source *dax; /* dax3.0 of region3 on ndbus0 */
static struct fake_region *region;
static struct fake_namespace *ndns;

/* A foreign region before and after the one that matters, as on machines with many. */
static void setup(void)
{
	struct fake_bus *bus = &fake_ndctl.buses[1];
	int fd;

	fake_dax_setup();
	fd = fake_dax_plug(&fake_dax_nvdimm);
	dax = pmem2_test_source(fd);
	memset(&fake_ndctl, 0, sizeof(fake_ndctl));
	fake_ndctl.bus_count = 2;
	fake_ndctl.buses[0] = (struct fake_bus){
		.id = 9, .region_count = 1, .regions = {{.id = 3, .dimm_count = 1}}};
	fake_ndctl.buses[0].regions[0].dimms[0] = (struct fake_dimm){"foreign", 1000};
	bus->region_count = 3;
	bus->regions[0].id = 2;
	bus->regions[2].id = 4;
	region = &bus->regions[1];
	*region = (struct fake_region){.id = 3, .resource = BASE, .dimm_count = 2};
	region->dimms[0] = (struct fake_dimm){"8089-a2-1", 3};
	region->dimms[1] = (struct fake_dimm){"8089-a2-22", 4};
	region->namespace_count = 2;
	region->namespaces[0] = (struct fake_namespace){.name = "namespace3.1", .resource = BASE};
	ndns = &region->namespaces[1];
	*ndns = (struct fake_namespace){.name = "namespace3.0",
					.dax = "dax3.0",
					.resource = BASE + 4096,
					.size = 65536,
					.device = fake_dax_number(fd)};
	fake_ndctl.commands.unit = 256;
}

static void teardown(void)
{
	ck_assert_int_eq(fake_ndctl_open, 0);
	pmem2_source_delete(&dax);
	fake_dax_teardown();
}

/* ---- device id ---------------------------------------------------------- */

#define ID "8089-a2-18089-a2-22"

START_TEST(device_id_is_the_ids_of_the_dimms_in_their_order)
{
	char id[sizeof(ID) + 1];
	size_t len = 0;

	assert_success(pmem2_source_device_id(dax, NULL, &len));
	ck_assert_uint_eq(len, sizeof(ID));
	memset(id, 'x', sizeof(id));
	assert_success(pmem2_source_device_id(dax, id, &len));
	ck_assert_str_eq(id, ID);
	ck_assert_int_eq(id[sizeof(ID)], 'x');
	ck_assert_uint_eq(len, sizeof(ID));
}
END_TEST

START_TEST(device_id_that_does_not_fit_is_not_written)
{
	static const size_t sizes[] = {0, 1, sizeof(ID) - 1};
	char id[sizeof(ID)] = "as it was";
	size_t len = sizes[_i];

	assert_failure(pmem2_source_device_id(dax, id, &len), PMEM2_E_BUFFER_TOO_SMALL,
		       "20 are needed");
	ck_assert_str_eq(id, "as it was");
	ck_assert_uint_eq(len, sizes[_i]);
}
END_TEST

static void assert_no_id(int code, const char *text)
{
	char id[sizeof(ID)] = "as it was";
	size_t len = 77;

	assert_failure(pmem2_source_device_id(dax, NULL, &len), code, text);
	ck_assert_uint_eq(len, 77);
	len = sizeof(id);
	assert_failure(pmem2_source_device_id(dax, id, &len), code, text);
	ck_assert_str_eq(id, "as it was");
}

static void assert_no_count(int code, const char *text)
{
	uint64_t usc = 77;

	assert_failure(pmem2_source_device_usc(dax, &usc), code, text);
	ck_assert_uint_eq(usc, 77);
}

START_TEST(dimm_without_an_id_is_told)
{
	region->dimms[_i % 2].id = _i < 2 ? NULL : "";
	assert_no_id(PMEM2_E_NOSUPP, "nmem7 does not tell");
}
END_TEST

/* ---- unsafe-shutdown count ---------------------------------------------- */

START_TEST(unsafe_shutdown_count_is_the_sum_over_the_dimms)
{
	uint64_t usc = 77;

	assert_success(pmem2_source_device_usc(dax, &usc));
	ck_assert_uint_eq(usc, 7);
}
END_TEST

START_TEST(dimms_come_in_any_number)
{
	uint64_t usc = 77;
	size_t len = 0;

	region->dimm_count = FAKE_NDCTL_MAX;
	for (size_t i = 0; i < FAKE_NDCTL_MAX; i++)
		region->dimms[i] = (struct fake_dimm){"12345", 1LL << i};
	assert_success(pmem2_source_device_usc(dax, &usc));
	ck_assert_uint_eq(usc, (1 << FAKE_NDCTL_MAX) - 1);
	assert_success(pmem2_source_device_id(dax, NULL, &len));
	ck_assert_uint_eq(len, 5 * FAKE_NDCTL_MAX + 1);
}
END_TEST

START_TEST(dimm_that_was_never_shut_down_uncleanly_counts_zero)
{
	uint64_t usc = 77;

	region->dimms[0].shutdowns = 0;
	region->dimms[1].shutdowns = 0;
	assert_success(pmem2_source_device_usc(dax, &usc));
	ck_assert_uint_eq(usc, 0);
}
END_TEST

START_TEST(dimm_without_a_count_is_told)
{
	region->dimms[_i].shutdowns = -ENOENT;
	assert_no_count(PMEM2_E_NOSUPP, "nmem7 does not tell");
}
END_TEST

/* ---- what both need ----------------------------------------------------- */

static void assert_neither(int code, const char *text)
{
	assert_no_id(code, text);
	assert_no_count(code, text);
}

START_TEST(region_without_dimms_has_nobody_to_ask)
{
	region->dimm_count = 0;
	assert_neither(PMEM2_E_NOSUPP, "region3 has no DIMM");
}
END_TEST

START_TEST(missing_library_is_named)
{
	struct pmem2_badblock_context *bbctx = (void *)1;

	fake_ndctl.missing = "ndctl_made_up";
	assert_neither(PMEM2_E_NOSUPP, "ndctl_made_up");
	assert_failure(pmem2_badblock_context_new(&bbctx, dax), PMEM2_E_NOSUPP,
		       "libndctl and libdaxctl are needed");
	ck_assert_ptr_null(bbctx);
}
END_TEST

START_TEST(library_that_does_not_start_is_told)
{
	fake_ndctl.new_error = -ENOMEM;
	assert_neither(-ENOMEM, "starting libndctl");
}
END_TEST

START_TEST(library_is_told_to_print_nothing)
{
	uint64_t usc;

	fake_ndctl.log_priority = 7;
	assert_success(pmem2_source_device_usc(dax, &usc));
	ck_assert_int_eq(fake_ndctl.log_priority, 0);
}
END_TEST

START_TEST(region_that_has_vanished_is_told)
{
	if (_i == 0)
		region->id = 30;
	else
		fake_ndctl.buses[1].id = 30;
	assert_neither(PMEM2_E_NOSUPP, "does not find region3 of ndbus0");
}
END_TEST

/* ---- bad blocks of device dax ------------------------------------------- */

static struct pmem2_badblock_context *open_context(void)
{
	struct pmem2_badblock_context *bbctx = NULL;

	assert_success(pmem2_badblock_context_new(&bbctx, dax));
	ck_assert_ptr_nonnull(bbctx);
	return bbctx;
}

static void assert_blocks(const struct pmem2_badblock *blocks, size_t count)
{
	struct pmem2_badblock_context *bbctx = open_context();
	struct pmem2_badblock block = {77, 78};

	for (size_t i = 0; i < count; i++) {
		assert_success(pmem2_badblock_next(bbctx, &block));
		ck_assert_uint_eq(block.offset, blocks[i].offset);
		ck_assert_uint_eq(block.length, blocks[i].length);
	}
	for (int i = 0; i < 2; i++)
		assert_failure(pmem2_badblock_next(bbctx, &block), PMEM2_E_NO_BAD_BLOCK_FOUND,
			       "no further");
	pmem2_badblock_context_delete(&bbctx);
	ck_assert_ptr_null(bbctx);
}

START_TEST(device_without_bad_blocks_has_none)
{
	assert_blocks(NULL, 0);
}
END_TEST

/* The device is sectors 8 to 135 of its region. */
static const struct {
	struct fake_bad bad;
	struct pmem2_badblock block; /* of length 0: none */
} clipped[] = {
	{{8, 1}, {0, 512}}, {{10, 3}, {1024, 1536}},        {{0, 8}, {0, 0}},
	{{7, 2}, {0, 512}}, {{135, 1}, {65536 - 512, 512}}, {{135, 9}, {65536 - 512, 512}},
	{{136, 1}, {0, 0}}, {{0, 1000}, {0, 65536}},
};

START_TEST(bad_sectors_of_the_region_are_clipped_to_the_device)
{
	region->bad[0] = clipped[_i].bad;
	assert_blocks(&clipped[_i].block, clipped[_i].block.length != 0);
}
END_TEST

START_TEST(namespace_without_a_name_is_passed_over)
{
	region->namespaces[0].name = NULL;
	assert_blocks(NULL, 0);
}
END_TEST

/* Only files may lie elsewhere than the device that holds them. */
START_TEST(device_dax_is_not_asked_whether_it_lies_elsewhere)
{
	file.attribute_flags = 1;
	assert_blocks(NULL, 0);
}
END_TEST

START_TEST(all_bad_sectors_are_listed)
{
	static const struct pmem2_badblock blocks[] = {{0, 512}, {4096, 512}, {8192, 1024}};

	region->bad[0] = (struct fake_bad){8, 1};
	region->bad[1] = (struct fake_bad){16, 1};
	region->bad[2] = (struct fake_bad){24, 2};
	assert_blocks(blocks, COUNT(blocks));
}
END_TEST

static void assert_no_context(int code, const char *text)
{
	struct pmem2_badblock_context *bbctx = (void *)1;

	assert_failure(pmem2_badblock_context_new(&bbctx, dax), code, text);
	ck_assert_ptr_null(bbctx);
}

START_TEST(bounds_that_only_root_may_know_are_told)
{
	static const struct {
		unsigned long long region, device, size;
	} bounds[] = {
		{ULLONG_MAX, BASE, 65536},
		{BASE, ULLONG_MAX, 65536},
		{BASE, BASE, ULLONG_MAX},
		{BASE, BASE - 1, 65536},
	};

	region->resource = bounds[_i].region;
	ndns->resource = bounds[_i].device;
	ndns->size = bounds[_i].size;
	region->bad[0] = (struct fake_bad){8, 1};
	assert_no_context(PMEM2_E_CANNOT_READ_BOUNDS, "only root may know");
}
END_TEST

START_TEST(list_that_cannot_be_read_is_no_empty_list)
{
	static const struct {
		int error;
		const char *text;
	} errors[] = {
		{EACCES, "the kernel's list, which takes root: Permission denied"},
		{EPERM, "the kernel's list, which takes root: Operation not permitted"},
		{ENOMEM, "the kernel's list: " TEXT_ENOMEM},
	};

	region->error = errors[_i].error;
	assert_no_context(-errors[_i].error, errors[_i].text);
}
END_TEST

static void lose_namespace(void)
{
	region->namespace_count = 1;
}

static void rename_claim(void)
{
	ndns->dax = "dax3.7";
}

static void lose_claim(void)
{
	ndns->dax = NULL;
	ndns->name = "dax3.0";
}

static void lose_device(void)
{
	ndns->device = 0;
}

static void renumber_device(void)
{
	ndns->device += 16;
}

static void (*const losses[])(void) = {
	lose_namespace, rename_claim, lose_claim, lose_device, renumber_device,
};

START_TEST(device_that_has_vanished_is_told)
{
	losses[_i]();
	assert_no_context(PMEM2_E_NOSUPP, "or the dax3.0 on it");
}
END_TEST

/* ---- clearing device dax ------------------------------------------------ */

static unsigned long long cleared_address, cleared_length;

static void note_clear(unsigned long long address, unsigned long long length)
{
	cleared_address = address;
	cleared_length = length;
	memset(region->bad, 0, sizeof(region->bad));
}

static int clear(size_t offset, size_t length)
{
	struct pmem2_badblock_context *bbctx = open_context();
	int ret;

	cleared_length = 0;
	fake_ndctl.commands.on_clear = note_clear;
	ret = pmem2_badblock_clear(bbctx, &(struct pmem2_badblock){offset, length});
	pmem2_badblock_context_delete(&bbctx);
	return ret;
}

START_TEST(clearing_asks_the_bus_to_forget_the_physical_range)
{
	char bytes[1024];

	region->bad[0] = (struct fake_bad){9, 1};
	memset(bytes, 'x', sizeof(bytes));
	assert_success(pmem2_source_pwrite_mcsafe(dax, bytes, sizeof(bytes), 0));
	assert_success(clear(512, 300));
	ck_assert_uint_eq(cleared_address, BASE + 4096 + 512);
	ck_assert_uint_eq(cleared_length, 512);
	assert_success(pmem2_source_pread_mcsafe(dax, bytes, sizeof(bytes), 0));
	for (size_t i = 0; i < sizeof(bytes); i++)
		ck_assert_int_eq(bytes[i], i >= 512 && i < 812 ? 0 : 'x');
}
END_TEST

static const struct {
	struct fake_commands commands;
	int code;
	const char *text;
} refusals[] = {
	{{.absent = true, .unit = 256}, -ENOTSUP, "preparing to clear"},
	{{.no_clear = true, .unit = 256}, -ENOTSUP, "clearing 512 bytes"},
	{{.cap_error = -EPERM, .unit = 256}, -EPERM, ", which takes root"},
	{{.cap_error = -EACCES, .unit = 256}, -EACCES, ", which takes root"},
	{{.range_error = -EINVAL, .unit = 256}, -ENXIO, "preparing to clear"},
	{{.clear_error = -EIO, .unit = 256}, -EIO, "clearing 512 bytes"},
	{{.incomplete = true, .unit = 256}, -ENXIO, "not all was cleared"},
};

START_TEST(clearing_that_fails_is_told)
{
	region->bad[0] = (struct fake_bad){9, 1};
	fake_ndctl.commands = refusals[_i].commands;
	assert_failure(clear(512, 512), refusals[_i].code, refusals[_i].text);
}
END_TEST

START_TEST(sectors_that_stay_bad_are_named)
{
	region->bad[0] = (struct fake_bad){9, 3};
	fake_ndctl.commands.without_effect = true;
	assert_failure(clear(1024, 512), -EIO, "sectors 1 to 3 of its device stay bad");
}
END_TEST

START_TEST(other_sectors_may_stay_bad)
{
	region->bad[0] = (struct fake_bad){9, 1};
	region->bad[1] = (struct fake_bad){11, 1};
	fake_ndctl.commands.without_effect = true;
	assert_success(clear(1024, 512));
}
END_TEST

/* Nothing is cleared of what is not the device's, or could not be written then. */
static void assert_nothing_cleared(void)
{
	ck_assert_uint_eq(cleared_length, 0);
	ck_assert_uint_eq(region->bad[0].count, 1);
}

START_TEST(range_past_the_end_of_the_device_is_refused)
{
	static const struct {
		size_t offset, length;
		int code;
	} ranges[] = {
		{FAKE_DAX_SIZE, 1, PMEM2_E_OFFSET_OUT_OF_RANGE},
		{INT64_MAX, INT64_MAX, PMEM2_E_OFFSET_OUT_OF_RANGE},
		{FAKE_DAX_SIZE - 1, 2, PMEM2_E_LENGTH_OUT_OF_RANGE},
		{0, FAKE_DAX_SIZE + 1, PMEM2_E_LENGTH_OUT_OF_RANGE},
	};

	region->bad[0] = (struct fake_bad){9, 1};
	assert_failure(clear(ranges[_i].offset, ranges[_i].length), ranges[_i].code,
		       "past the 8388608 bytes");
	assert_nothing_cleared();
}
END_TEST

START_TEST(last_bytes_of_the_device_are_cleared)
{
	assert_success(clear(FAKE_DAX_SIZE - 1, 1));
	ck_assert_uint_gt(cleared_length, 0);
}
END_TEST

START_TEST(clearing_through_a_read_only_descriptor_is_ebadf)
{
	int writable, read_only;
	char path[32];

	ck_assert_int_eq(pmem2_source_get_fd(dax, &writable), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", writable);
	read_only = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(dup3(read_only, writable, O_CLOEXEC), writable);
	close(read_only);
	region->bad[0] = (struct fake_bad){9, 1};
	assert_failure(clear(512, 512), -EBADF, "clearing 512 bytes at offset 512");
	assert_nothing_cleared();
}
END_TEST

START_TEST(device_that_vanishes_before_it_is_cleared_is_told)
{
	struct pmem2_badblock_context *bbctx = open_context();

	if (_i == 0)
		ndns->device = 0;
	else
		ndns->resource = ULLONG_MAX;
	cleared_length = 0;
	fake_ndctl.commands.on_clear = note_clear;
	assert_failure(pmem2_badblock_clear(bbctx, &(struct pmem2_badblock){0, 512}),
		       _i == 0 ? PMEM2_E_NOSUPP : PMEM2_E_CANNOT_READ_BOUNDS,
		       _i == 0 ? "or the dax3.0 on it" : "only root may know");
	ck_assert_uint_eq(cleared_length, 0);
	pmem2_badblock_context_delete(&bbctx);
}
END_TEST

static void remove_device(void)
{
	ck_assert_int_eq(unlink(pmem2_test_sysfs_path(FAKE_DAX_NVDIMM "/size")), 0);
}

static void spoil_size(void)
{
	pmem2_test_sysfs_write("8M", FAKE_DAX_NVDIMM "/size");
}

static void spoil_alignment_format(void)
{
	pmem2_test_sysfs_write("2M", FAKE_DAX_NVDIMM "/align");
}

static void spoil_alignment_value(void)
{
	pmem2_test_sysfs_write("3", FAKE_DAX_NVDIMM "/align");
}

/* Touching the device is a SIGBUS from then on. */
static void spoil_memory(void)
{
	int fd = -1;

	assert_success(pmem2_source_get_fd(dax, &fd));
	ck_assert_int_eq(ftruncate(fd, 0), 0);
}

static const struct {
	void (*spoil)(void);
	int code;
	const char *text;
} changes[] = {
	{remove_device, PMEM2_E_DAX_REGION_NOT_FOUND, "size"},
	{spoil_size, PMEM2_E_INVALID_SIZE_FORMAT, "size"},
	{spoil_alignment_format, PMEM2_E_INVALID_ALIGNMENT_FORMAT, "align"},
	{spoil_alignment_value, PMEM2_E_INVALID_ALIGNMENT_VALUE, "align"},
	{spoil_memory, PMEM2_E_IO_FAIL, TEXT_EIO},
};

START_TEST(device_that_has_changed_since_it_was_listed_is_told)
{
	const struct pmem2_badblock range = {512, 512};
	struct pmem2_badblock_context *bbctx = open_context();

	changes[_i].spoil();
	assert_failure(pmem2_badblock_clear(bbctx, &range), changes[_i].code, changes[_i].text);
	pmem2_badblock_context_delete(&bbctx);
}
END_TEST

/* ---- volumes ------------------------------------------------------------ */

/* A file on a volume over two namespaces, each with DIMMs "one" and "two" of their region. */
static void setup_volume(void)
{
	static const char volume[] = "devices/virtual/block/dm-0";
	struct fake_region *other;

	fake_file_setup();
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_region(5, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_device(fake_file_number(), volume);
	pmem2_test_sysfs_device("block/259:4", PMEM2_TEST_REGION "/namespace4.0/block/pmem4", 4U,
				4U);
	pmem2_test_sysfs_device("block/259:5", PMEM2_TEST_REGION "/namespace4.1/block/pmem4.1", 4U,
				4U);
	pmem2_test_sysfs_device("block/259:6", PMEM2_TEST_REGION "/namespace5.0/block/pmem5", 5U,
				5U);
	file.region->dimm_count = 2;
	file.region->dimms[0] = (struct fake_dimm){"one", 1};
	file.region->dimms[1] = (struct fake_dimm){"two", 2};
	fake_ndctl.bus_count = 2;
	fake_ndctl.buses[1].id = 5;
	fake_ndctl.buses[1].region_count = 1;
	other = &fake_ndctl.buses[1].regions[0];
	*other = (struct fake_region){.id = 5, .dimm_count = 1, .dimms = {{"three", 4}}};
}

#define PMEM(n, name)                                                                              \
	"devices/LNXSYSTM:00/ACPI0012:00/ndbus" n "/region" n "/namespace" name "/block/pmem"

START_TEST(dimm_of_two_namespaces_beneath_a_volume_counts_once)
{
	char id[16];
	size_t len = sizeof(id);
	uint64_t usc = 77;

	pmem2_test_sysfs_slave("devices/virtual/block/dm-0", "pmem4", PMEM("4", "4.0") "4");
	pmem2_test_sysfs_slave("devices/virtual/block/dm-0", "pmem4.1", PMEM("4", "4.1") "4.1");
	assert_success(pmem2_source_device_usc(file.src, &usc));
	ck_assert_uint_eq(usc, 3);
	assert_success(pmem2_source_device_id(file.src, id, &len));
	ck_assert_str_eq(id, "onetwo");
}
END_TEST

START_TEST(dimms_of_all_regions_beneath_a_volume_count)
{
	uint64_t usc = 77;
	size_t len = 0;

	pmem2_test_sysfs_slave("devices/virtual/block/dm-0", "pmem4", PMEM("4", "4.0") "4");
	pmem2_test_sysfs_slave("devices/virtual/block/dm-0", "pmem5", PMEM("5", "5.0") "5");
	assert_success(pmem2_source_device_usc(file.src, &usc));
	ck_assert_uint_eq(usc, 7);
	assert_success(pmem2_source_device_id(file.src, NULL, &len));
	ck_assert_uint_eq(len, sizeof("onetwothree"));
}
END_TEST

static void assert_not_cleared(const char *text)
{
	assert_failure(pmem2_region_clear(file.src, &(struct pmem2_badblock){0, 512}),
		       PMEM2_E_NOSUPP, text);
	ck_assert_uint_eq(cleared_length, 0);
}

/* Offsets in these are not those of the namespace. */
START_TEST(volume_and_btt_are_not_cleared)
{
	cleared_length = 0;
	fake_ndctl.commands.on_clear = note_clear;
	pmem2_test_sysfs_slave("devices/virtual/block/dm-0", "pmem4", PMEM("4", "4.0") "4");
	assert_not_cleared("device-mapper");
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_device(fake_file_number(), PMEM2_TEST_REGION "/btt4.0/block/pmem4s", 4U,
				4U);
	file.ndns->btt = "btt4.0";
	assert_not_cleared("block translation table");
}
END_TEST

static TCase *volume_tests(void)
{
	TCase *tests = tcase_create("volumes");

	tcase_add_checked_fixture(tests, setup_volume, fake_file_teardown);
	tcase_add_test(tests, dimm_of_two_namespaces_beneath_a_volume_counts_once);
	tcase_add_test(tests, dimms_of_all_regions_beneath_a_volume_count);
	tcase_add_test(tests, volume_and_btt_are_not_cleared);
	return tests;
}

static TCase *identity_tests(void)
{
	TCase *tests = tcase_create("identity");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, device_id_is_the_ids_of_the_dimms_in_their_order);
	tcase_add_loop_test(tests, device_id_that_does_not_fit_is_not_written, 0, 3);
	tcase_add_loop_test(tests, dimm_without_an_id_is_told, 0, 4);
	tcase_add_test(tests, unsafe_shutdown_count_is_the_sum_over_the_dimms);
	tcase_add_test(tests, dimms_come_in_any_number);
	tcase_add_test(tests, dimm_that_was_never_shut_down_uncleanly_counts_zero);
	tcase_add_loop_test(tests, dimm_without_a_count_is_told, 0, 2);
	tcase_add_test(tests, region_without_dimms_has_nobody_to_ask);
	tcase_add_test(tests, missing_library_is_named);
	tcase_add_test(tests, library_that_does_not_start_is_told);
	tcase_add_test(tests, library_is_told_to_print_nothing);
	tcase_add_loop_test(tests, region_that_has_vanished_is_told, 0, 2);
	return tests;
}

static TCase *badblock_tests(void)
{
	TCase *tests = tcase_create("bad blocks");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, device_without_bad_blocks_has_none);
	tcase_add_loop_test(tests, bad_sectors_of_the_region_are_clipped_to_the_device, 0,
			    COUNT(clipped));
	tcase_add_test(tests, namespace_without_a_name_is_passed_over);
	tcase_add_test(tests, device_dax_is_not_asked_whether_it_lies_elsewhere);
	tcase_add_test(tests, all_bad_sectors_are_listed);
	tcase_add_loop_test(tests, bounds_that_only_root_may_know_are_told, 0, 4);
	tcase_add_loop_test(tests, list_that_cannot_be_read_is_no_empty_list, 0, 3);
	tcase_add_loop_test(tests, device_that_has_vanished_is_told, 0, COUNT(losses));
	tcase_add_test(tests, clearing_asks_the_bus_to_forget_the_physical_range);
	tcase_add_loop_test(tests, clearing_that_fails_is_told, 0, COUNT(refusals));
	tcase_add_test(tests, sectors_that_stay_bad_are_named);
	tcase_add_test(tests, other_sectors_may_stay_bad);
	tcase_add_loop_test(tests, range_past_the_end_of_the_device_is_refused, 0, 4);
	tcase_add_test(tests, last_bytes_of_the_device_are_cleared);
	tcase_add_test(tests, clearing_through_a_read_only_descriptor_is_ebadf);
	tcase_add_loop_test(tests, device_that_vanishes_before_it_is_cleared_is_told, 0, 2);
	tcase_add_loop_test(tests, device_that_has_changed_since_it_was_listed_is_told, 0,
			    COUNT(changes));
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("region");

	suite_add_tcase(suite, identity_tests());
	suite_add_tcase(suite, badblock_tests());
	suite_add_tcase(suite, volume_tests());
	return suite;
}
