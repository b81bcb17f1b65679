/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a PMEM_ variable has chosen a row, the library's own copies, fills and
 * flushes use its functions too: PMEM_NO_CLWB and the rest hold everywhere. A row
 * that only takes notes stands in for the one chosen.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "fake_dax.h"
#include "ops.h"
#include "support.h"
#include "tune.h"

#define LENGTH ((size_t)777)

/* The last call of the row. */
static struct {
	const char *function; /* NULL: none */
	const void *target;
	size_t length;
	unsigned flags;
	unsigned calls;
	bool fenced; /* since */
} noted;

static void note(const char *function, const void *target, size_t length, unsigned flags)
{
	noted.function = function;
	noted.target = target;
	noted.length = length;
	noted.flags = flags;
	noted.calls++;
	noted.fenced = false;
}

static void *move_lines(void *dest, const void *src, size_t length, unsigned flags)
{
	note("memmove of lines", dest, length, flags);
	return dest;
}

static void *move_bytes(void *dest, const void *src, size_t length, unsigned flags)
{
	note("memmove of bytes", dest, length, flags);
	return dest;
}

static void *set_bytes(void *dest, int c, size_t length, unsigned flags)
{
	note(c == 'x' ? "memset of bytes" : "memset of bytes to another value", dest, length,
	     flags);
	return dest;
}

static void flush_lines(const void *target, size_t length)
{
	note("flush of lines", target, length, 0);
}

static const struct pmem2_arch_row noting = {
	.name = "noting",
	.cache_line = {.memmove = move_lines, .flush = flush_lines},
	.byte = {.memmove = move_bytes, .memset = set_bytes},
};

const struct pmem2_arch_row *__wrap_pmem2_tune_row(void);
void __wrap_pmem2_arch_drain(void);
pmem2_flush_fn __wrap_pmem2_arch_deep_flush_fn(void);
void __real_pmem2_arch_drain(void);

const struct pmem2_arch_row *__wrap_pmem2_tune_row(void)
{
	return &noting;
}

/* What a CPU has for deep flush alone no row changes. */
pmem2_flush_fn __wrap_pmem2_arch_deep_flush_fn(void)
{
	return NULL;
}

void __wrap_pmem2_arch_drain(void)
{
	noted.fenced = true;
	__real_pmem2_arch_drain();
}

/* ---- memory to work on --------------------------------------------------- */

static int fd;
static struct pmem2_source *src;
static struct pmem2_map *map;
static char *base;
static char own[LENGTH];

static void begin(void)
{
	fake_dax_setup();
	ck_assert_int_eq(setenv("PMEM2_FORCE_GRANULARITY", "PAGE", 1), 0);
	memset(own, 'o', sizeof(own));
	memset(&noted, 0, sizeof(noted));
}

static void use(int file)
{
	fd = file;
	src = pmem2_test_source(fd);
	map = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	base = pmem2_map_get_address(map);
}

static void begin_file(void)
{
	begin();
	use(pmem2_test_file(65536));
}

static void begin_device(void)
{
	begin();
	use(fake_dax_plug(&fake_dax_nvdimm));
}

static void end(void)
{
	assert_success(pmem2_map_delete(&map));
	pmem2_source_delete(&src);
	unsetenv("PMEM2_FORCE_GRANULARITY");
	fake_dax_teardown();
}

/* The row was asked, once, and nothing else has stored anything. */
static void assert_noted(const char *function, const void *target, unsigned flags)
{
	ck_assert_uint_eq(noted.calls, 1);
	ck_assert_str_eq(noted.function, function);
	if (target != NULL)
		ck_assert_ptr_eq(noted.target, target);
	ck_assert_uint_eq(noted.length, LENGTH);
	ck_assert_uint_eq(noted.flags, flags);
	for (size_t i = 0; i < LENGTH; i++) {
		ck_assert_int_eq(base[i], 0);
		ck_assert_int_eq(own[i], 'o');
	}
}

/* ---- PAGE ------------------------------------------------------------------ */

START_TEST(copy_at_page_is_that_of_the_row)
{
	pmem2_get_memcpy_fn(map)(base, own, LENGTH, 0);
	assert_noted("memmove of bytes", base, PMEM2_F_MEM_NOFLUSH);
}
END_TEST

START_TEST(fill_at_page_is_that_of_the_row)
{
	pmem2_get_memset_fn(map)(base, 'x', LENGTH, 0);
	assert_noted("memset of bytes", base, PMEM2_F_MEM_NOFLUSH);
}
END_TEST

/* ---- device dax, where lines are written back --------------------------------- */

START_TEST(persist_of_device_dax_at_page_flushes_as_the_row_does)
{
	pmem2_get_persist_fn(map)(base, LENGTH);
	assert_noted("flush of lines", base, 0);
	ck_assert(noted.fenced);
}
END_TEST

START_TEST(deep_flush_of_device_dax_flushes_as_the_row_does)
{
	assert_success(pmem2_deep_flush(map, base, LENGTH));
	assert_noted("flush of lines", base, 0);
	ck_assert(noted.fenced);
}
END_TEST

START_TEST(machine_check_safe_writing_is_that_of_the_row)
{
	assert_success(pmem2_source_pwrite_mcsafe(src, own, LENGTH, 0));
	assert_noted("memmove of lines", NULL, 0);
}
END_TEST

START_TEST(machine_check_safe_reading_is_that_of_the_row)
{
	assert_success(pmem2_source_pread_mcsafe(src, own, LENGTH, 0));
	assert_noted("memmove of bytes", own, PMEM2_F_MEM_NOFLUSH);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("ops_tuned");
	TCase *file = tcase_create("file");
	TCase *device = tcase_create("device dax");

	tcase_add_checked_fixture(file, begin_file, end);
	tcase_add_test(file, copy_at_page_is_that_of_the_row);
	tcase_add_test(file, fill_at_page_is_that_of_the_row);
	suite_add_tcase(suite, file);
	tcase_add_checked_fixture(device, begin_device, end);
	tcase_add_test(device, machine_check_safe_reading_is_that_of_the_row);
	if (pmem2_arch_has_writeback()) {
		tcase_add_test(device, persist_of_device_dax_at_page_flushes_as_the_row_does);
		tcase_add_test(device, deep_flush_of_device_dax_flushes_as_the_row_does);
		tcase_add_test(device, machine_check_safe_writing_is_that_of_the_row);
	}
	suite_add_tcase(suite, device);
	return suite;
}
