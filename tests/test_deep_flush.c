/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "support.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define SIZE (4 * PAGE + 904) /* of the file that is mapped */
#define GRANULARITIES 3

/* ---- msync, watched ----------------------------------------------------- */

static struct {
	int calls;
	char *start; /* of the last call */
	size_t length;
	int error; /* fail with it, if not 0 */
} syncing;

/* Nothing but MS_SYNC waits until the data is on the medium. */
int msync(void *addr, size_t length, int flags)
{
	ck_assert_int_eq(flags, MS_SYNC);
	syncing.calls++;
	syncing.start = addr;
	syncing.length = length;
	if (syncing.error == 0)
		return (int)syscall(SYS_msync, addr, length, flags);
	errno = syncing.error;
	return -1;
}

/* ---- what most tests begin with ----------------------------------------- */

static int fd;
static struct pmem2_map *map;
static char *base;

static void begin(void)
{
	ck_assert_int_eq(unsetenv("PMEM2_FORCE_GRANULARITY"), 0);
	fd = pmem2_test_file(SIZE);
	map = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	base = pmem2_map_get_address(map);
	syncing.calls = 0;
}

static void end(void)
{
	assert_success(pmem2_map_delete(&map));
	close(fd);
}

static void use_forced_map(int granularity)
{
	static const char *const names[GRANULARITIES] = {"BYTE", "CACHE_LINE", "PAGE"};

	assert_success(pmem2_map_delete(&map));
	ck_assert_int_eq(setenv("PMEM2_FORCE_GRANULARITY", names[granularity], 1), 0);
	map = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), granularity);
	base = pmem2_map_get_address(map);
}

static void use_map_of(struct pmem2_source *src, enum pmem2_sharing_type sharing)
{
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);

	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_config_set_sharing(cfg, sharing));
	assert_success(pmem2_map_new(&map, cfg, src));
	base = pmem2_map_get_address(map);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
}

/* ---- ranges ------------------------------------------------------------- */

START_TEST(any_range_inside_the_map_is_flushed)
{
	for (size_t from = 0; from <= SIZE; from += 452) {
		assert_success(pmem2_deep_flush(map, base + from, 0));
		assert_success(pmem2_deep_flush(map, base + from, SIZE - from));
		assert_success(pmem2_deep_flush(map, base, from));
	}
	assert_success(pmem2_deep_flush(map, base + SIZE - 1, 1));
	ck_assert_int_gt(syncing.calls, 0);
}
END_TEST

START_TEST(nothing_at_the_end_of_the_map_can_be_flushed)
{
	assert_success(pmem2_deep_flush(map, base + SIZE, 0));
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

/* Offsets from the map's address or its end, and lengths. */
static const struct {
	bool from_end;
	ptrdiff_t offset;
	size_t length;
} outside[] = {
	{false, -1, 1},
	{false, -1, 0},
	{false, -4096, 4096},
	{true, -1, 2},
	{true, 0, 1},
	{true, 1, 0},
	{true, 65536, 1},
	{false, 0, SIZE_MAX},
	{false, 1, SIZE_MAX},
	{false, 4096, SIZE_MAX - 4095},
	{false, 4096, SIZE_MAX - 4096},
	{true, 0, SIZE_MAX},
	{false, -1, SIZE_MAX},
	{false, -4096, SIZE_MAX},
};

START_TEST(range_outside_the_map_is_refused)
{
	uintptr_t start = (uintptr_t)base + (uintptr_t)outside[_i].offset;

	if (outside[_i].from_end)
		start += SIZE;
	assert_failure(pmem2_deep_flush(map, (void *)start, outside[_i].length),
		       PMEM2_E_DEEP_FLUSH_RANGE, "do not lie inside");
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

START_TEST(range_that_wraps_to_the_map_is_refused)
{
	size_t to_zero = SIZE_MAX - (uintptr_t)base + 1;

	assert_failure(pmem2_deep_flush(map, base, to_zero), PMEM2_E_DEEP_FLUSH_RANGE,
		       "do not lie inside");
	assert_failure(pmem2_deep_flush(map, NULL, 0), PMEM2_E_DEEP_FLUSH_RANGE,
		       "do not lie inside");
}
END_TEST

/* ---- files -------------------------------------------------------------- */

START_TEST(file_is_synchronised_at_every_granularity)
{
	use_forced_map(_i);
	syncing.calls = 0;
	assert_success(pmem2_deep_flush(map, base + PAGE + 100, 2 * PAGE));
	ck_assert_int_eq(syncing.calls, 1);
	ck_assert_ptr_eq(syncing.start, base + PAGE);
	ck_assert_uint_eq(syncing.length, 2 * PAGE + 100);
}
END_TEST

START_TEST(failure_to_synchronise_is_returned_at_every_granularity)
{
	use_forced_map(_i);
	syncing.error = EIO;
	assert_failure(pmem2_deep_flush(map, base, SIZE), -EIO, "deep flush: synchronising");
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), TEXT_EIO));
	syncing.error = 0;
	assert_success(pmem2_deep_flush(map, base, SIZE));
}
END_TEST

START_TEST(missing_memory_is_returned_at_every_granularity)
{
	use_forced_map(_i);
	ck_assert_int_eq(munmap(base + PAGE, PAGE), 0);
	assert_failure(pmem2_deep_flush(map, base, SIZE), -ENOMEM, TEXT_ENOMEM);
	assert_success(pmem2_deep_flush(map, base, PAGE));
}
END_TEST

START_TEST(wrapped_memory_of_a_file_is_synchronised)
{
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_map *wrapped;
	char *area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_success(
		pmem2_map_from_existing(&wrapped, src, area, SIZE, (enum pmem2_granularity)_i));
	assert_success(pmem2_deep_flush(wrapped, area, PAGE));
	ck_assert_int_eq(syncing.calls, 1);
	ck_assert_ptr_eq(syncing.start, area);
	assert_success(pmem2_map_delete(&wrapped));
	pmem2_source_delete(&src);
	munmap(area, SIZE);
}
END_TEST

START_TEST(file_may_be_closed_before)
{
	close(fd);
	base[0] = 'x';
	assert_success(pmem2_deep_flush(map, base, SIZE));
	ck_assert_int_eq(syncing.calls, 1);
}
END_TEST

/* ---- what cannot outlive the process ------------------------------------ */

START_TEST(private_map_has_nothing_to_flush)
{
	use_map_of(pmem2_test_source(fd), PMEM2_PRIVATE);
	syncing.error = EIO;
	assert_success(pmem2_deep_flush(map, base, SIZE));
	assert_success(pmem2_deep_flush(map, base + SIZE, 0));
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

START_TEST(private_map_checks_the_range)
{
	use_map_of(pmem2_test_source(fd), PMEM2_PRIVATE);
	assert_failure(pmem2_deep_flush(map, base, SIZE + 1), PMEM2_E_DEEP_FLUSH_RANGE,
		       "do not lie inside");
}
END_TEST

START_TEST(anonymous_memory_is_not_supported)
{
	struct pmem2_source *anon;

	assert_success(pmem2_source_from_anon(&anon, SIZE));
	use_map_of(anon, _i == 0 ? PMEM2_SHARED : PMEM2_PRIVATE);
	assert_failure(pmem2_deep_flush(map, base, SIZE), PMEM2_E_NOSUPP, "anonymous");
	assert_failure(pmem2_deep_flush(map, base, 0), PMEM2_E_NOSUPP, "anonymous");
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

/* ---- the suite ---------------------------------------------------------- */

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* Where programs cannot write lines back, no variable makes a file better than PAGE. */
static int finest_of_files(void)
{
	return pmem2_arch_has_writeback() ? PMEM2_GRANULARITY_BYTE : PMEM2_GRANULARITY_PAGE;
}

Suite *test_suite(void)
{
	const int finest = finest_of_files();
	Suite *suite = suite_create("deep_flush");
	TCase *tests = tcase_create("deep_flush");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, any_range_inside_the_map_is_flushed);
	tcase_add_test(tests, nothing_at_the_end_of_the_map_can_be_flushed);
	tcase_add_loop_test(tests, range_outside_the_map_is_refused, 0, COUNT(outside));
	tcase_add_test(tests, range_that_wraps_to_the_map_is_refused);
	tcase_add_loop_test(tests, file_is_synchronised_at_every_granularity, finest,
			    GRANULARITIES);
	tcase_add_loop_test(tests, failure_to_synchronise_is_returned_at_every_granularity, finest,
			    GRANULARITIES);
	tcase_add_loop_test(tests, missing_memory_is_returned_at_every_granularity, finest,
			    GRANULARITIES);
	tcase_add_loop_test(tests, wrapped_memory_of_a_file_is_synchronised, 0, GRANULARITIES);
	tcase_add_test(tests, file_may_be_closed_before);
	tcase_add_test(tests, private_map_has_nothing_to_flush);
	tcase_add_test(tests, private_map_checks_the_range);
	tcase_add_loop_test(tests, anonymous_memory_is_not_supported, 0, 2);
	suite_add_tcase(suite, tests);
	return suite;
}
