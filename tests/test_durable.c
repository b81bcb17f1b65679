/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "libpmem2/ext.h"
#include "support.h"
#include "tune.h"

#define SIZE ((size_t)3 * 4096)
#define INSIDE 5000
#define LENGTH 300
#define FLAGS PMEM2_F_MEM_NODRAIN

/* ---- msync, watched ----------------------------------------------------- */

static struct {
	int calls;
	uintptr_t start, end; /* of the last call */
	int error;            /* fail with it */
} syncing;

int msync(void *addr, size_t length, int flags)
{
	syncing.calls++;
	syncing.start = (uintptr_t)addr;
	syncing.end = (uintptr_t)addr + length;
	errno = syncing.error;
	return syncing.error != 0 ? -1 : (int)syscall(SYS_msync, addr, length, flags);
}

static void assert_synced(const char *start, size_t length)
{
	ck_assert_int_eq(syncing.calls, 1);
	ck_assert_uint_le(syncing.start, (uintptr_t)start);
	ck_assert_uint_ge(syncing.end, (uintptr_t)start + length);
}

/* ---- one map of each granularity ---------------------------------------- */

static int fd;
static struct pmem2_map *map;
static char *bytes;

static void map_with(enum pmem2_granularity granularity)
{
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	struct pmem2_source *src;

	fd = pmem2_test_file(SIZE);
	src = pmem2_test_source(fd);
	assert_success(pmem2_config_set_forced_granularity(cfg, granularity));
	assert_success(pmem2_map_new(&map, cfg, src));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	bytes = pmem2_map_get_address(map);
	memset(&syncing, 0, sizeof(syncing));
}

static void begin(void)
{
	map_with(PMEM2_GRANULARITY_PAGE);
}

static void end(void)
{
	assert_success(pmem2_map_delete(&map));
	close(fd);
}

/* ---- what the three do, for tests that hold for each -------------------- */

static char text[LENGTH];

static int persist(char *at, size_t length, unsigned flags)
{
	(void)flags;
	return pmem2_map_persist(map, at, length);
}

static int copy(char *at, size_t length, unsigned flags)
{
	return pmem2_map_memmove(map, at, text, length, flags);
}

static int fill(char *at, size_t length, unsigned flags)
{
	return pmem2_map_memset(map, at, 'f', length, flags);
}

static const struct function {
	int (*call)(char *at, size_t length, unsigned flags);
	const char *name;
	char stored; /* what is there afterwards */
} functions[] = {{persist, "persist", 0}, {copy, "memmove", 'c'}, {fill, "memset", 'f'}};

#define FUNCTIONS ((int)(sizeof(functions) / sizeof(functions[0])))

static void assert_stored(char stored)
{
	for (size_t i = 0; i < SIZE; i++)
		ck_assert_int_eq(bytes[i], i >= INSIDE && i < INSIDE + LENGTH ? stored : 0);
}

/* ---- tests -------------------------------------------------------------- */

START_TEST(stores_and_syncs_at_page)
{
	memset(text, 'c', sizeof(text));
	assert_success(functions[_i].call(bytes + INSIDE, LENGTH, 0));
	assert_stored(functions[_i].stored);
	assert_synced(bytes + INSIDE, LENGTH);
}
END_TEST

static const int errors[] = {EIO, EMFILE};

START_TEST(failure_to_sync_is_returned)
{
	const struct function *function = &functions[_i % FUNCTIONS];

	memset(text, 'c', sizeof(text));
	syncing.error = errors[_i / FUNCTIONS];
	assert_failure(function->call(bytes + INSIDE, LENGTH, 0), -syncing.error, function->name);
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "300 bytes"));
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), strerror(syncing.error)));
	assert_stored(function->stored);
}
END_TEST

START_TEST(noflush_leaves_the_sync_to_the_caller)
{
	syncing.error = EIO;
	memset(text, 'c', sizeof(text));
	assert_success(functions[_i].call(bytes + INSIDE, LENGTH, PMEM2_F_MEM_NOFLUSH));
	assert_stored(functions[_i].stored);
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

static void assert_out_of_range(int i, size_t offset, size_t length)
{
	/* Not by pointer arithmetic, which may not leave the map. */
	char *at = (char *)((uintptr_t)bytes + offset);

	assert_failure(functions[i].call(at, length, 0), PMEM2_E_LENGTH_OUT_OF_RANGE,
		       functions[i].name);
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "do not lie inside the map's 12288 bytes"));
}

START_TEST(range_outside_the_map_is_refused_and_nothing_done)
{
	assert_out_of_range(_i, SIZE - 1, 2);
	assert_out_of_range(_i, SIZE + 1, 0);
	assert_out_of_range(_i, (size_t)-1, 1);
	assert_out_of_range(_i, 1, SIZE_MAX);
	assert_out_of_range(_i, 0, SIZE + 1);
	ck_assert_int_eq(syncing.calls, 0);
	ck_assert_int_eq(bytes[SIZE - 1], 0);
}
END_TEST

START_TEST(range_may_end_where_the_map_ends)
{
	assert_success(functions[_i].call(bytes + SIZE - LENGTH, LENGTH, 0));
	assert_success(functions[_i].call(bytes + SIZE, 0, 0));
}
END_TEST

START_TEST(finer_granularities_never_sync)
{
	for (int g = PMEM2_GRANULARITY_BYTE; g < PMEM2_GRANULARITY_PAGE; g++) {
		end();
		map_with((enum pmem2_granularity)g);
		syncing.error = EIO;
		memset(text, 'c', sizeof(text));
		assert_success(functions[_i].call(bytes + INSIDE, LENGTH, 0));
		assert_stored(functions[_i].stored);
		ck_assert_int_eq(syncing.calls, 0);
	}
}
END_TEST

/* ---- the functions of the map, watched ---------------------------------- */

static struct {
	const char *function;
	const void *at;
	size_t length;
	unsigned flags;
} called;

static void note(const char *function, const void *at, size_t length, unsigned flags)
{
	called.function = function;
	called.at = at;
	called.length = length;
	called.flags = flags;
}

static void note_persist(const void *at, size_t length)
{
	note("persist", at, length, FLAGS);
}

static void *note_copy(void *at, const void *src, size_t length, unsigned flags)
{
	note(src == text ? "memmove" : "memmove from elsewhere", at, length, flags);
	return at;
}

static void *note_fill(void *at, int c, size_t length, unsigned flags)
{
	note(c == 'f' ? "memset" : "memset to another value", at, length, flags);
	return at;
}

#define NOTING                                                                                     \
	{                                                                                          \
		.persist = note_persist, .memmove = note_copy, .memset = note_fill                 \
	}
static const struct pmem2_arch_row noting = {.byte = NOTING, .cache_line = NOTING};
static bool watching;

const struct pmem2_arch_row *__wrap_pmem2_tune_row(void);
const struct pmem2_arch_row *__real_pmem2_tune_row(void);

const struct pmem2_arch_row *__wrap_pmem2_tune_row(void)
{
	return watching ? &noting : __real_pmem2_tune_row();
}

START_TEST(finer_granularities_use_the_function_of_the_map)
{
	for (int g = PMEM2_GRANULARITY_BYTE; g < PMEM2_GRANULARITY_PAGE; g++) {
		end();
		map_with((enum pmem2_granularity)g);
		watching = true;
		memset(&called, 0, sizeof(called));
		assert_success(functions[_i].call(bytes + INSIDE, LENGTH, FLAGS));
		watching = false;
		ck_assert_str_eq(called.function, functions[_i].name);
		ck_assert_ptr_eq(called.at, bytes + INSIDE);
		ck_assert_uint_eq(called.length, LENGTH);
		ck_assert_uint_eq(called.flags, FLAGS);
	}
}
END_TEST

/* Memory that the caller mapped and calls CACHE_LINE, on a CPU where that takes msync. */
START_TEST(without_write_back_cache_line_is_synced_too)
{
	struct pmem2_source *src;

	memset(text, 'c', sizeof(text));
	assert_success(pmem2_map_delete(&map));
	src = pmem2_test_source(fd);
	bytes = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(bytes, MAP_FAILED);
	assert_success(
		pmem2_map_from_existing(&map, src, bytes, SIZE, PMEM2_GRANULARITY_CACHE_LINE));
	pmem2_source_delete(&src);
	assert_success(functions[_i].call(bytes + INSIDE, LENGTH, 0));
	assert_synced(bytes + INSIDE, LENGTH);
	syncing.error = EIO;
	assert_failure(functions[_i].call(bytes + INSIDE, LENGTH, 0), -EIO, functions[_i].name);
	ck_assert_int_eq(munmap(bytes, SIZE), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("durable");
	TCase *tests = tcase_create("durable");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, stores_and_syncs_at_page, 0, FUNCTIONS);
	tcase_add_loop_test(tests, failure_to_sync_is_returned, 0, 2 * FUNCTIONS);
	tcase_add_loop_test(tests, noflush_leaves_the_sync_to_the_caller, 1, FUNCTIONS);
	tcase_add_loop_test(tests, range_outside_the_map_is_refused_and_nothing_done, 0, FUNCTIONS);
	tcase_add_loop_test(tests, range_may_end_where_the_map_ends, 0, FUNCTIONS);
	if (pmem2_arch_has_writeback()) {
		tcase_add_loop_test(tests, finer_granularities_never_sync, 0, FUNCTIONS);
		tcase_add_loop_test(tests, finer_granularities_use_the_function_of_the_map, 0,
				    FUNCTIONS);
	} else {
		tcase_add_loop_test(tests, without_write_back_cache_line_is_synced_too, 0,
				    FUNCTIONS);
	}
	suite_add_tcase(suite, tests);
	return suite;
}
