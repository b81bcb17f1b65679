/* SPDX-License-Identifier: BSD-3-Clause */
/* Bad blocks of sources that lie on no NVDIMM. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake_dax.h"
#include "support.h"
#include "sysfs_tree.h"

#define SIZE ((size_t)20000)

/* fallocate is replaced to refuse, at its given call, counted from 1; 0: never. */
static unsigned refused_call;
static unsigned fallocate_calls;

int __wrap_fallocate(int fd, int mode, off_t offset, off_t length);
int __wrap_fallocate64(int fd, int mode, off_t offset, off_t length);

static int scripted_fallocate(int fd, int mode, off_t offset, off_t length)
{
	if (++fallocate_calls == refused_call) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

int __wrap_fallocate(int fd, int mode, off_t offset, off_t length)
{
	return scripted_fallocate(fd, mode, offset, length);
}

int __wrap_fallocate64(int fd, int mode, off_t offset, off_t length)
{
	return scripted_fallocate(fd, mode, offset, length);
}

static int fd;
static struct pmem2_badblock_context *bbctx;
static unsigned char expected[SIZE];

static struct pmem2_badblock_context *new_context(int file)
{
	struct pmem2_source *src = pmem2_test_source(file);
	struct pmem2_badblock_context *created = NULL;

	assert_success(pmem2_badblock_context_new(&created, src));
	ck_assert_ptr_nonnull(created);
	pmem2_source_delete(&src);
	return created;
}

static void setup(void)
{
	refused_call = 0;
	fallocate_calls = 0;
	fake_dax_setup();
	fd = pmem2_test_file(0);
	memset(expected, 0x77, SIZE);
	ck_assert_int_eq(pwrite(fd, expected, SIZE, 0), (int)SIZE);
	bbctx = new_context(fd);
}

static void teardown(void)
{
	pmem2_badblock_context_delete(&bbctx);
	close(fd);
	fake_dax_teardown();
}

static void check_file(void)
{
	unsigned char now[SIZE];
	struct stat st;

	ck_assert_int_eq(pread(fd, now, SIZE, 0), (int)SIZE);
	ck_assert_mem_eq(now, expected, SIZE);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, SIZE);
}

static void check_no_blocks(struct pmem2_badblock_context *ctx)
{
	struct pmem2_badblock block = {77, 78};

	for (int i = 0; i < 3; i++)
		assert_failure(pmem2_badblock_next(ctx, &block), PMEM2_E_NO_BAD_BLOCK_FOUND,
			       "no further");
	ck_assert_uint_eq(block.offset, 77);
	ck_assert_uint_eq(block.length, 78);
}

/* ---- context and iteration ---------------------------------------------- */

START_TEST(anonymous_memory_is_not_supported)
{
	struct pmem2_source *anon = NULL;
	struct pmem2_badblock_context *ctx = (void *)1;

	assert_success(pmem2_source_from_anon(&anon, SIZE));
	assert_failure(pmem2_badblock_context_new(&ctx, anon), PMEM2_E_NOSUPP, "anonymous");
	ck_assert_ptr_null(ctx);
	assert_failure(pmem2_badblock_context_new(NULL, anon), PMEM2_E_NOSUPP, "anonymous");
	pmem2_source_delete(&anon);
}
END_TEST

START_TEST(file_on_no_nvdimm_has_no_bad_blocks)
{
	check_no_blocks(bbctx);
}
END_TEST

START_TEST(device_dax_on_no_nvdimm_has_no_bad_blocks)
{
	struct pmem2_badblock_context *ctx =
		new_context(fake_dax_plug(_i == 0 ? &fake_dax_hmem : &fake_dax_cxl));

	check_no_blocks(ctx);
	pmem2_badblock_context_delete(&ctx);
	ck_assert_ptr_null(ctx);
}
END_TEST

START_TEST(without_libndctl_bad_blocks_of_a_region_are_not_supported)
{
	struct pmem2_source *src;
	struct pmem2_badblock_context *ctx = (void *)1;

	pmem2_test_sysfs_region(4, "e820", NULL);
	pmem2_test_sysfs_hold(fd, 4);
	src = pmem2_test_source(_i == 0 ? fd : fake_dax_plug(&fake_dax_nvdimm));
	assert_failure(pmem2_badblock_context_new(&ctx, src), PMEM2_E_NOSUPP, "libndctl");
	ck_assert_ptr_null(ctx);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(deleting_no_context_does_nothing)
{
	struct pmem2_badblock_context *none = NULL;

	pmem2_badblock_context_delete(&none);
	ck_assert_ptr_null(none);
}
END_TEST

START_TEST(deleting_a_context_leaves_the_descriptor_open)
{
	pmem2_badblock_context_delete(&bbctx);
	ck_assert_ptr_null(bbctx);
	check_file();
}
END_TEST

START_TEST(no_descriptor_is_left_open)
{
	size_t before = pmem2_test_open_descriptors();
	struct pmem2_badblock_context *ctx = new_context(fd);

	check_no_blocks(ctx);
	assert_success(pmem2_badblock_clear(ctx, &(struct pmem2_badblock){0, 1}));
	pmem2_badblock_context_delete(&ctx);
	ck_assert_uint_eq(pmem2_test_open_descriptors(), before);
}
END_TEST

/* ---- clearing ----------------------------------------------------------- */

static const struct pmem2_badblock blocks[] = {
	{0, 4096}, {4096, 8192}, {1, 1}, {100, 10000}, {SIZE - 1, 1}, {0, SIZE}, {16384, 4096},
};

START_TEST(cleared_range_is_zero_and_the_rest_as_before)
{
	const struct pmem2_badblock *block = &blocks[_i];
	size_t end = block->offset + block->length < SIZE ? block->offset + block->length : SIZE;

	memset(expected + block->offset, 0, end - block->offset);
	assert_success(pmem2_badblock_clear(bbctx, block));
	check_file();
}
END_TEST

START_TEST(cleared_range_is_allocated_again)
{
	struct stat before;
	struct stat after;

	ck_assert_int_eq(fstat(fd, &before), 0);
	assert_success(pmem2_badblock_clear(bbctx, &(struct pmem2_badblock){0, 16384}));
	ck_assert_int_eq(fstat(fd, &after), 0);
	ck_assert_int_gt(before.st_blocks, 0);
	ck_assert_int_ge(after.st_blocks, before.st_blocks);
}
END_TEST

/* From inside the file, from its last block, and from far behind it. */
static const size_t starts[] = {0, 4096, SIZE - 1, SIZE, (size_t)1 << 20};

START_TEST(nothing_is_allocated_beyond_the_end_of_a_file)
{
	struct pmem2_badblock block = {starts[_i], (size_t)64 << 20};
	struct stat before;
	struct stat after;

	if (starts[_i] < SIZE)
		memset(expected + starts[_i], 0, SIZE - starts[_i]);
	ck_assert_int_eq(fstat(fd, &before), 0);
	assert_success(pmem2_badblock_clear(bbctx, &block));
	check_file();
	ck_assert_int_eq(fstat(fd, &after), 0);
	ck_assert_int_le(after.st_blocks, before.st_blocks);
}
END_TEST

static const struct {
	struct pmem2_badblock block;
	int code;
	const char *text;
} refused[] = {
	{{(size_t)INT64_MAX + 1, 1}, PMEM2_E_OFFSET_OUT_OF_RANGE, "offset 9223372036854775808"},
	{{SIZE_MAX, SIZE_MAX}, PMEM2_E_OFFSET_OUT_OF_RANGE, "offset 18446744073709551615"},
	{{0, (size_t)INT64_MAX + 1}, PMEM2_E_LENGTH_OUT_OF_RANGE, "length 9223372036854775808"},
	{{4096, 0}, -EINVAL, "length 0 at offset 4096, at least 1 byte"},
};

START_TEST(range_that_makes_no_sense_is_refused)
{
	assert_failure(pmem2_badblock_clear(bbctx, &refused[_i].block), refused[_i].code,
		       refused[_i].text);
	check_file();
}
END_TEST

START_TEST(largest_offset_and_length_are_left_to_the_system)
{
	assert_failure(pmem2_badblock_clear(bbctx, &(struct pmem2_badblock){INT64_MAX, INT64_MAX}),
		       -EFBIG, "9223372036854775807");
	check_file();
}
END_TEST

START_TEST(clearing_through_a_read_only_descriptor_is_ebadf)
{
	char path[32];
	int read_only;
	struct pmem2_badblock_context *ctx;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_only = open(path, O_RDONLY | O_CLOEXEC);
	ctx = new_context(read_only);
	assert_failure(pmem2_badblock_clear(ctx, &(struct pmem2_badblock){0, 4096}), -EBADF,
		       "Bad file");
	check_file();
	pmem2_badblock_context_delete(&ctx);
	close(read_only);
}
END_TEST

START_TEST(system_that_punches_no_holes_is_reported)
{
	refused_call = (unsigned)_i;
	assert_failure(pmem2_badblock_clear(bbctx, &(struct pmem2_badblock){0, 4096}), -EOPNOTSUPP,
		       "4096 bytes at offset 0");
	ck_assert_uint_eq(fallocate_calls, (unsigned)_i);
	if (_i == 1)
		check_file();
}
END_TEST

START_TEST(device_dax_on_no_nvdimm_cannot_be_cleared)
{
	struct pmem2_badblock_context *ctx = new_context(fake_dax_plug(&fake_dax_hmem));

	assert_failure(pmem2_badblock_clear(ctx, &(struct pmem2_badblock){0, 4096}), PMEM2_E_NOSUPP,
		       "device dax");
	ck_assert_uint_eq(fallocate_calls, 0);
	pmem2_badblock_context_delete(&ctx);
}
END_TEST

static TCase *iteration_case(void)
{
	TCase *tcase = tcase_create("iteration");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, anonymous_memory_is_not_supported);
	tcase_add_test(tcase, file_on_no_nvdimm_has_no_bad_blocks);
	tcase_add_loop_test(tcase, device_dax_on_no_nvdimm_has_no_bad_blocks, 0, 2);
	tcase_add_loop_test(tcase, without_libndctl_bad_blocks_of_a_region_are_not_supported, 0, 2);
	tcase_add_test(tcase, deleting_no_context_does_nothing);
	tcase_add_test(tcase, deleting_a_context_leaves_the_descriptor_open);
	tcase_add_test(tcase, no_descriptor_is_left_open);
	return tcase;
}

static TCase *clear_case(void)
{
	TCase *tcase = tcase_create("clearing");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, cleared_range_is_zero_and_the_rest_as_before, 0,
			    sizeof(blocks) / sizeof(blocks[0]));
	tcase_add_test(tcase, cleared_range_is_allocated_again);
	tcase_add_loop_test(tcase, nothing_is_allocated_beyond_the_end_of_a_file, 0,
			    sizeof(starts) / sizeof(starts[0]));
	tcase_add_loop_test(tcase, range_that_makes_no_sense_is_refused, 0,
			    sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tcase, largest_offset_and_length_are_left_to_the_system);
	tcase_add_test(tcase, clearing_through_a_read_only_descriptor_is_ebadf);
	tcase_add_loop_test(tcase, system_that_punches_no_holes_is_reported, 1, 3);
	tcase_add_test(tcase, device_dax_on_no_nvdimm_cannot_be_cleared);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("badblock");

	suite_add_tcase(suite, iteration_case());
	suite_add_tcase(suite, clear_case());
	return suite;
}
