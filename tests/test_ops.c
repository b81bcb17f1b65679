/* SPDX-License-Identifier: BSD-3-Clause */
#include "ops.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "bits.h"
#include "map.h"
#include "support.h"
#include "tune.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define GRANULARITIES 3

/* ---- msync, watched ----------------------------------------------------- */

struct range {
	char *start;
	size_t length;
};

static struct {
	int calls; /* since the test set it to 0 */
	struct range ranges[8];
	bool pretends; /* to sync, which saves time */
	int error;     /* fail the next `failures` calls with it */
	int failures;
	void (*meanwhile)(void); /* what another thread does during the last of them; or NULL */
} syncing;

static int sync_failure(void)
{
	if (syncing.failures == 0)
		return 0;
	syncing.failures--;
	if (syncing.failures == 0 && syncing.meanwhile != NULL)
		syncing.meanwhile();
	return syncing.error;
}

/* Nothing but MS_SYNC waits until the data is on the medium. */
int msync(void *addr, size_t length, int flags)
{
	struct range range = {addr, length};
	int error = sync_failure();

	ck_assert_int_eq(flags, MS_SYNC);
	if (syncing.calls < 8)
		syncing.ranges[syncing.calls] = range;
	syncing.calls++;
	if (error == 0 && syncing.pretends)
		return 0;
	if (error == 0)
		return (int)syscall(SYS_msync, addr, length, flags);
	errno = error;
	return -1;
}

static void assert_synced_once(const void *start, size_t length)
{
	ck_assert_int_eq(syncing.calls, 1);
	ck_assert_ptr_eq(syncing.ranges[0].start, start);
	ck_assert_uint_eq(syncing.ranges[0].length, length);
}

/* Whether one call has asked for the whole range, though perhaps in vain. */
static bool was_synced(const char *start, size_t length)
{
	for (int i = 0; i < syncing.calls && i < 8; i++) {
		const struct range *range = &syncing.ranges[i];
		if (range->start <= start && start + length <= range->start + range->length)
			return true;
	}
	return false;
}

/* ---- what most tests begin with ----------------------------------------- */

static int fd;
static struct pmem2_source *src;
static struct pmem2_map *map; /* of 16 pages of PAGE granularity */
static char *base;

#define SIZE (16 * PAGE)

static void begin(void)
{
	ck_assert_int_eq(unsetenv("PMEM2_FORCE_GRANULARITY"), 0);
	fd = pmem2_test_file(SIZE);
	src = pmem2_test_source(fd);
	map = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), PMEM2_GRANULARITY_PAGE);
	base = pmem2_map_get_address(map);
	syncing.calls = 0;
}

static void end(void)
{
	if (map != NULL)
		assert_success(pmem2_map_delete(&map));
	pmem2_source_delete(&src);
	close(fd);
}

static void force(enum pmem2_granularity granularity)
{
	static const char *const names[GRANULARITIES] = {"BYTE", "CACHE_LINE", "PAGE"};

	ck_assert_int_eq(setenv("PMEM2_FORCE_GRANULARITY", names[granularity], 1), 0);
}

static struct pmem2_map *forced_map(enum pmem2_granularity granularity)
{
	struct pmem2_map *forced;

	force(granularity);
	forced = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	ck_assert_int_eq(pmem2_map_get_store_granularity(forced), granularity);
	return forced;
}

/* Where programs cannot write lines back, no variable makes a file better than PAGE. */
static int finest_of_files(void)
{
	return pmem2_arch_has_writeback() ? PMEM2_GRANULARITY_BYTE : PMEM2_GRANULARITY_PAGE;
}

static void wrap(struct pmem2_map **wrapped, void *addr, size_t length,
		 enum pmem2_granularity granularity)
{
	assert_success(pmem2_map_from_existing(wrapped, src, addr, length, granularity));
}

/* The same file with a granularity that is believed on every CPU. */
static void use_map_of(int granularity)
{
	assert_success(pmem2_map_delete(&map));
	base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(base, MAP_FAILED);
	wrap(&map, base, SIZE, (enum pmem2_granularity)granularity);
}

static void persist(const void *ptr, size_t length)
{
	pmem2_get_persist_fn(map)(ptr, length);
}

/* Run a step in a child process; return how it ended, and what it wrote to stderr. */
static int run_in_child(void (*step)(void), char *output, size_t size)
{
	int ends[2];
	int status;
	ssize_t got;
	size_t used = 0;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		step();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], output + used, size - 1 - used)) > 0)
		used += (size_t)got;
	output[used] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

static void assert_dies(void (*step)(void), const char *text)
{
	char output[512];
	int status = run_in_child(step, output, sizeof(output));

	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %x, \"%s\"",
		      (unsigned)status, output);
	ck_assert_msg(strncmp(output, "libpmem2: ", 10) == 0, "\"%s\"", output);
	ck_assert_msg(strstr(output, text) != NULL, "\"%s\" lacks \"%s\"", output, text);
}

/* ---- which functions a map gets ----------------------------------------- */

static void assert_same_functions(struct pmem2_map *a, struct pmem2_map *b)
{
	ck_assert(pmem2_get_persist_fn(a) == pmem2_get_persist_fn(b));
	ck_assert(pmem2_get_flush_fn(a) == pmem2_get_flush_fn(b));
	ck_assert(pmem2_get_drain_fn(a) == pmem2_get_drain_fn(b));
	ck_assert(pmem2_get_memmove_fn(a) == pmem2_get_memmove_fn(b));
	ck_assert(pmem2_get_memcpy_fn(a) == pmem2_get_memcpy_fn(b));
	ck_assert(pmem2_get_memset_fn(a) == pmem2_get_memset_fn(b));
}

START_TEST(functions_are_the_same_for_all_maps_of_a_granularity)
{
	struct pmem2_map *a = forced_map((enum pmem2_granularity)_i);
	struct pmem2_map *b = forced_map((enum pmem2_granularity)_i);
	struct pmem2_map *existing;
	char own[64];

	wrap(&existing, own, sizeof(own), (enum pmem2_granularity)_i);
	assert_same_functions(a, a);
	assert_same_functions(a, b);
	assert_same_functions(a, existing);
	assert_success(pmem2_map_delete(&a));
	assert_success(pmem2_map_delete(&b));
	assert_success(pmem2_map_delete(&existing));
}
END_TEST

START_TEST(functions_of_anonymous_and_private_maps_are_those_of_byte)
{
	struct pmem2_map *byte;
	struct pmem2_source *anon;
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_BYTE);
	struct pmem2_map *other;
	char own[64];

	wrap(&byte, own, sizeof(own), PMEM2_GRANULARITY_BYTE);
	assert_success(pmem2_source_from_anon(&anon, PAGE));
	assert_success(pmem2_map_new(&other, cfg, anon));
	assert_same_functions(byte, other);
	assert_success(pmem2_map_delete(&other));
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE));
	assert_success(pmem2_map_new(&other, cfg, src));
	assert_same_functions(byte, other);
	assert_success(pmem2_map_delete(&other));
	assert_success(pmem2_map_delete(&byte));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&anon);
}
END_TEST

START_TEST(functions_are_never_null)
{
	use_map_of(_i);
	ck_assert(pmem2_get_persist_fn(map) != NULL);
	ck_assert(pmem2_get_flush_fn(map) != NULL);
	ck_assert(pmem2_get_drain_fn(map) != NULL);
	ck_assert(pmem2_get_memmove_fn(map) != NULL);
	ck_assert(pmem2_get_memcpy_fn(map) != NULL);
	ck_assert(pmem2_get_memset_fn(map) != NULL);
}
END_TEST

START_TEST(memcpy_is_memmove)
{
	use_map_of(_i);
	ck_assert(pmem2_get_memcpy_fn(map) == pmem2_get_memmove_fn(map));
}
END_TEST

START_TEST(flush_is_persist_at_page)
{
	ck_assert(pmem2_get_flush_fn(map) == pmem2_get_persist_fn(map));
}
END_TEST

START_TEST(drain_of_byte_is_that_of_cache_line)
{
	struct pmem2_map *byte = forced_map(PMEM2_GRANULARITY_BYTE);
	struct pmem2_map *line = forced_map(PMEM2_GRANULARITY_CACHE_LINE);

	ck_assert(pmem2_get_drain_fn(byte) == pmem2_get_drain_fn(line));
	assert_success(pmem2_map_delete(&byte));
	assert_success(pmem2_map_delete(&line));
}
END_TEST

START_TEST(functions_are_those_of_the_row_in_use)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	if (row == NULL)
		row = pmem2_arch_bound_row();
	use_map_of(PMEM2_GRANULARITY_CACHE_LINE);
	ck_assert(pmem2_get_memmove_fn(map) == row->cache_line.memmove);
	ck_assert(pmem2_get_memset_fn(map) == row->cache_line.memset);
	ck_assert(pmem2_get_flush_fn(map) == row->cache_line.flush);
	ck_assert(pmem2_get_persist_fn(map) == row->cache_line.persist);
	ck_assert(pmem2_get_drain_fn(map) == row->cache_line.drain);
	use_map_of(PMEM2_GRANULARITY_BYTE);
	ck_assert(pmem2_get_memmove_fn(map) == row->byte.memmove);
	ck_assert(pmem2_get_memset_fn(map) == row->byte.memset);
	ck_assert(pmem2_get_flush_fn(map) == row->byte.flush);
	ck_assert(pmem2_get_persist_fn(map) == row->byte.persist);
	ck_assert(pmem2_get_drain_fn(map) == row->byte.drain);
}
END_TEST

START_TEST(without_write_back_cache_line_is_kept_with_msync)
{
	struct pmem2_map *line;
	char own[64];

	wrap(&line, own, sizeof(own), PMEM2_GRANULARITY_CACHE_LINE);
	assert_same_functions(line, map);
	assert_success(pmem2_map_delete(&line));
}
END_TEST

START_TEST(functions_outlive_their_map)
{
	pmem2_memcpy_fn copy;
	pmem2_persist_fn persist_fn;
	static char own[64];

	use_map_of(_i);
	copy = pmem2_get_memcpy_fn(map);
	persist_fn = pmem2_get_persist_fn(map);
	assert_success(pmem2_map_delete(&map));
	copy(own, "kept", 5, 0);
	persist_fn(own, sizeof(own));
	ck_assert_str_eq(own, "kept");
}
END_TEST

/* ---- persist at PAGE ---------------------------------------------------- */

START_TEST(persist_is_one_msync)
{
	persist(base + 2 * PAGE, 3 * PAGE);
	assert_synced_once(base + 2 * PAGE, 3 * PAGE);
}
END_TEST

START_TEST(persist_begins_at_the_page_of_its_address)
{
	persist(base + 2 * PAGE + 100, 1);
	assert_synced_once(base + 2 * PAGE, 101);
	syncing.calls = 0;
	persist(base + 3 * PAGE - 1, 2);
	assert_synced_once(base + 2 * PAGE, PAGE + 1);
}
END_TEST

START_TEST(persist_of_nothing_syncs_nothing)
{
	persist(base, 0);
	persist(base + 5, 0);
	persist(NULL, 0);
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

START_TEST(drain_at_page_syncs_nothing)
{
	pmem2_get_drain_fn(map)();
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

START_TEST(finer_granularities_never_sync)
{
	use_map_of(_i);
	pmem2_get_memset_fn(map)(base, 1, SIZE, 0);
	pmem2_get_memmove_fn(map)(base + 1, base, SIZE / 2, 0);
	pmem2_get_flush_fn(map)(base, SIZE);
	pmem2_get_drain_fn(map)();
	persist(base, SIZE);
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

/* Two pages of the file from page `page` on. */
static char *map_at(struct pmem2_map **placed, struct pmem2_vm_reservation *rsv, size_t offset,
		    size_t page)
{
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);

	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, offset));
	assert_success(pmem2_config_set_offset(cfg, page * PAGE));
	assert_success(pmem2_config_set_length(cfg, 2 * PAGE));
	assert_success(pmem2_map_new(placed, cfg, src));
	pmem2_config_delete(&cfg);
	return pmem2_map_get_address(*placed);
}

/* Two maps of two pages each, with `gap` pages between them. */
static struct pmem2_vm_reservation *rsv;
static struct pmem2_map *pair[2];

static char *map_pair(size_t gap)
{
	char *first;

	assert_success(pmem2_vm_reservation_new(&rsv, NULL, (4 + gap) * PAGE));
	first = map_at(&pair[0], rsv, 0, 0);
	map_at(&pair[1], rsv, (2 + gap) * PAGE, 2);
	return first;
}

static void delete_pair(void)
{
	assert_success(pmem2_map_delete(&pair[0]));
	assert_success(pmem2_map_delete(&pair[1]));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}

START_TEST(persist_across_adjacent_maps_is_one_msync)
{
	char *first = map_pair(0);

	persist(first + PAGE, 2 * PAGE);
	assert_synced_once(first + PAGE, 2 * PAGE);
	delete_pair();
}
END_TEST

START_TEST(copies_may_span_adjacent_maps)
{
	char *first;

	force((enum pmem2_granularity)_i);
	first = map_pair(0);
	ck_assert_int_eq(pmem2_map_get_store_granularity(pair[0]), _i);
	pmem2_get_memset_fn(pair[0])(first, 'x', 4 * PAGE, 0);
	pmem2_get_persist_fn(pair[0])(first, 4 * PAGE);
	for (size_t i = 0; i < 4 * PAGE; i++)
		ck_assert_int_eq(first[i], 'x');
	delete_pair();
}
END_TEST

START_TEST(persist_skips_a_hole_between_maps)
{
	char *first = map_pair(3);

	ck_assert_int_eq(munmap(first + 2 * PAGE, 3 * PAGE), 0);
	persist(first + PAGE, 5 * PAGE);
	ck_assert(was_synced(first + PAGE, PAGE));
	ck_assert(was_synced(first + 5 * PAGE, PAGE));
	ck_assert_int_gt(syncing.calls, 1);
	ck_assert_ptr_eq(mmap(first + 2 * PAGE, 3 * PAGE, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
			 first + 2 * PAGE);
	delete_pair();
}
END_TEST

START_TEST(persist_outside_every_map_does_nothing)
{
	assert_success(pmem2_map_delete(&map));
	struct pmem2_map *other = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	pmem2_persist_fn persist_fn = pmem2_get_persist_fn(other);
	char *gone = pmem2_map_get_address(other);

	assert_success(pmem2_map_delete(&other));
	persist_fn(gone, SIZE);
	persist_fn(gone + 1, 1);
	persist_fn(NULL, 1);
	persist_fn((void *)(UINTPTR_MAX - 10), 5);
	persist_fn((void *)(UINTPTR_MAX - 10), SIZE_MAX);
}
END_TEST

START_TEST(persist_of_more_than_the_address_space_syncs_what_is_there)
{
	static const size_t beyond[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX - 4095};

	persist(base + 100, beyond[_i]);
	/* The first call was of all, in vain. */
	ck_assert_ptr_eq(syncing.ranges[1].start, base);
	ck_assert_uint_eq(syncing.ranges[1].length, SIZE);
}
END_TEST

START_TEST(persist_works_on_the_head_of_a_map_whose_tail_was_unmapped)
{
	ck_assert_int_eq(munmap(base + 8 * PAGE, 8 * PAGE), 0);
	persist(base, 8 * PAGE);
	assert_synced_once(base, 8 * PAGE);
}
END_TEST

static void persist_all(void)
{
	persist(base, SIZE);
}

static void flush_all(void)
{
	pmem2_get_flush_fn(map)(base, SIZE);
}

static void fill_around_hole(void)
{
	pmem2_get_memset_fn(map)(base, 1, PAGE, PMEM2_F_MEM_NOFLUSH);
	persist(base + PAGE, 8 * PAGE);
}

static void (*const losing[])(void) = {persist_all, flush_all, fill_around_hole};

START_TEST(persist_stops_the_program_when_part_of_a_live_map_is_gone)
{
	ck_assert_int_eq(munmap(base + 4 * PAGE, PAGE), 0);
	assert_dies(losing[_i], TEXT_ENOMEM);
}
END_TEST

START_TEST(persist_stops_the_program_when_part_of_wrapped_memory_is_gone)
{
	char *area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_success(pmem2_map_delete(&map));
	wrap(&map, area, SIZE, PMEM2_GRANULARITY_PAGE);
	base = area;
	ck_assert_int_eq(munmap(area + PAGE, PAGE), 0);
	assert_dies(persist_all, "data would be lost");
}
END_TEST

static const int losses[] = {EIO, ENOSPC, EINVAL, EBUSY};

START_TEST(persist_stops_the_program_when_data_cannot_be_written)
{
	char text[128];

	syncing.error = losses[_i];
	syncing.failures = 8;
	snprintf(text, sizeof(text), "writing back %zu bytes", SIZE);
	assert_dies(persist_all, text);
	assert_dies(persist_all, strerror(losses[_i]));
}
END_TEST

START_TEST(persist_repeats_an_interrupted_msync)
{
	syncing.error = EINTR;
	syncing.failures = 3;
	persist(base, PAGE);
	ck_assert_int_eq(syncing.calls, 4);
}
END_TEST

START_TEST(persist_of_a_truncated_file_succeeds)
{
	ck_assert_int_eq(ftruncate(fd, (off_t)PAGE), 0);
	persist(base, SIZE);
	assert_synced_once(base, SIZE);
}
END_TEST

START_TEST(touching_a_truncated_range_is_a_bus_error)
{
	ck_assert_int_eq(ftruncate(fd, (off_t)PAGE), 0);
	pmem2_get_memset_fn(map)(base + 2 * PAGE, 1, 8, PMEM2_F_MEM_NOFLUSH);
}
END_TEST

START_TEST(persist_of_wrapped_memory_syncs_its_pages_once)
{
	struct pmem2_map *other;
	char *area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	wrap(&other, area + (_i == 0 ? 0 : 100), 5 * PAGE, PMEM2_GRANULARITY_PAGE);
	pmem2_get_persist_fn(other)(area + PAGE + 7, 3 * PAGE);
	assert_synced_once(area + PAGE, 3 * PAGE + 7);
	pmem2_get_memcpy_fn(other)(area + PAGE + 7, "kept", 5, 0);
	ck_assert_int_eq(syncing.calls, 2);
	assert_success(pmem2_map_delete(&other));
	munmap(area, SIZE);
}
END_TEST

/* As where device dax lies in the range, which has no fsync. */
START_TEST(persist_of_a_range_that_cannot_be_synced_whole_syncs_its_parts)
{
	struct pmem2_map *other;
	char *area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	wrap(&other, area + 4 * PAGE, 4 * PAGE, PMEM2_GRANULARITY_PAGE);
	syncing.error = EINVAL;
	syncing.failures = 1;
	persist(area + 2 * PAGE, 8 * PAGE);
	syncing.ranges[0].length = 0;
	ck_assert(was_synced(area + 2 * PAGE, 2 * PAGE));
	ck_assert(was_synced(area + 4 * PAGE, 4 * PAGE));
	ck_assert(was_synced(area + 8 * PAGE, 2 * PAGE));
	assert_success(pmem2_map_delete(&other));
	munmap(area, SIZE);
}
END_TEST

static void break_media(void)
{
	syncing.error = EIO;
}

START_TEST(failure_to_write_back_what_is_in_no_map_is_reported)
{
	char *area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	syncing.error = EINVAL;
	syncing.failures = 2;
	syncing.meanwhile = break_media;
	ck_assert_int_eq(pmem2_ops_sync(area, SIZE), -EIO);
	ck_assert_int_eq(syncing.calls, 2);
	munmap(area, SIZE);
}
END_TEST

static void replace_map(void)
{
	assert_success(pmem2_map_delete(&map));
	wrap(&map, base, SIZE, PMEM2_GRANULARITY_PAGE);
}

/* The msync that found pages missing came between the unmapping of one and the mapping of the next.
 */
START_TEST(persist_of_a_map_that_another_replaces_meanwhile_goes_on)
{
	assert_success(pmem2_map_delete(&map));
	base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	wrap(&map, base, SIZE, PMEM2_GRANULARITY_PAGE);
	syncing.error = ENOMEM;
	syncing.failures = 2;
	syncing.meanwhile = replace_map;
	ck_assert_int_eq(pmem2_ops_sync(base, SIZE), 0);
	ck_assert_int_eq(syncing.failures, 0);
	munmap(base, SIZE);
}
END_TEST

START_TEST(errno_is_preserved)
{
	char byte = 1;

	use_map_of(_i);
	errno = E2BIG;
	persist(base, SIZE);
	persist(base, 0);
	pmem2_get_flush_fn(map)(base + 3, 100);
	pmem2_get_drain_fn(map)();
	pmem2_get_memmove_fn(map)(base, &byte, 1, 0);
	pmem2_get_memset_fn(map)(base, 1, SIZE, 0);
	ck_assert_int_eq(errno, E2BIG);
}
END_TEST

START_TEST(errno_is_preserved_by_failed_attempts)
{
	errno = E2BIG;
	syncing.error = EINTR;
	syncing.failures = 1;
	persist(base, PAGE);
	ck_assert_int_eq(errno, E2BIG);
	pmem2_persist_fn persist_fn = pmem2_get_persist_fn(map);
	assert_success(pmem2_map_delete(&map));
	errno = E2BIG;
	persist_fn(base, PAGE);
	ck_assert_int_eq(errno, E2BIG);
}
END_TEST

/* ---- flushing at BYTE and CACHE_LINE ------------------------------------ */

START_TEST(any_address_and_length_can_be_flushed)
{
	static const size_t lengths[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 4096, 10000};

	use_map_of(_i);
	syncing.pretends = true;
	for (size_t at = 0; at < 130; at++) {
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			pmem2_get_flush_fn(map)(base + at, lengths[i]);
			persist(base + at, lengths[i]);
		}
	}
	for (size_t i = 0; i < SIZE; i++)
		ck_assert_int_eq(base[i], 0);
}
END_TEST

START_TEST(flushing_nothing_touches_nothing)
{
	use_map_of(_i);
	pmem2_get_flush_fn(map)(NULL, 0);
	persist(NULL, 0);
	persist(base + SIZE, 0);
}
END_TEST

START_TEST(flushing_at_byte_touches_nothing)
{
	use_map_of(PMEM2_GRANULARITY_BYTE);
	pmem2_get_flush_fn(map)(NULL, SIZE);
	persist(NULL, SIZE);
}
END_TEST

/* ---- copying and filling ------------------------------------------------ */

static const size_t lengths[] = {0,   1,   2,   3,   4,   5,    7,    8,    9,    15,  16,
				 17,  31,  32,  33,  63,  64,   65,   127,  128,  129, 255,
				 256, 257, 511, 512, 513, 1023, 1024, 1025, 4096, 5000};

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))
#define ROOM 12000

/* What the bytes must be, worked out with the C library. */
static unsigned char expected[ROOM];

static void scramble(unsigned char *bytes)
{
	for (size_t i = 0; i < ROOM; i++)
		bytes[i] = (unsigned char)(rand() >> 7);
	memcpy(expected, bytes, ROOM);
}

static void expect_move(size_t to, size_t from, size_t length)
{
	unsigned char moved[ROOM];

	memcpy(moved, expected + from, length);
	memcpy(expected + to, moved, length);
}

static void assert_as_expected(const unsigned char *bytes, unsigned flags, size_t to, size_t length)
{
	size_t at = 0;

	if (memcmp(bytes, expected, ROOM) == 0)
		return;
	while (bytes[at] == expected[at])
		at++;
	ck_abort_msg("byte %zu is wrong after %zu bytes to %zu (flags %x)", at, length, to, flags);
}

static void check_move(unsigned flags, size_t to, size_t from, size_t length)
{
	unsigned char *bytes = (unsigned char *)base;
	void *returned;

	returned = pmem2_get_memmove_fn(map)(bytes + to, bytes + from, length, flags);
	ck_assert_ptr_eq(returned, bytes + to);
	expect_move(to, from, length);
	assert_as_expected(bytes, flags, to, length);
}

static void check_fill(unsigned flags, size_t to, int c, size_t length)
{
	unsigned char *bytes = (unsigned char *)base;
	void *returned = pmem2_get_memset_fn(map)(bytes + to, c, length, flags);

	ck_assert_ptr_eq(returned, bytes + to);
	memset(expected + to, (unsigned char)c, length);
	assert_as_expected(bytes, flags, to, length);
}

static size_t any_below(size_t limit)
{
	return (size_t)rand() % limit;
}

static unsigned seed;

static void choose_seed(void)
{
	seed = pmem2_test_seed();
}

static void begin_copies(void)
{
	begin();
	srand(seed);
	syncing.pretends = true;
}

/* Run a check with every combination of flags. */
static void with_all_flags(int granularity, void (*check)(unsigned flags, size_t length))
{
	use_map_of(granularity);
	scramble((unsigned char *)base);
	for (unsigned flags = 0; flags <= PMEM2_F_MEM_VALID_FLAGS; flags++)
		for (size_t i = 0; i < LENGTHS; i++)
			check(flags, lengths[i]);
}

static void check_apart(unsigned flags, size_t length)
{
	check_move(flags, any_below(300), 5400 + any_below(300), length);
}

static void check_overlapping(unsigned flags, size_t length)
{
	static const size_t distances[] = {1, 2, 7, 8, 15, 31, 32, 63, 64, 65, 256, 1000, 4000};
	size_t distance = distances[any_below(sizeof(distances) / sizeof(distances[0]))];
	size_t low = any_below(300);

	check_move(flags, low, low + distance, length);
	check_move(flags, low + distance, low, length);
	check_move(flags, low, low, length);
}

static void check_unrelated(unsigned flags, size_t length)
{
	static unsigned char own[ROOM];
	size_t to = any_below(300);
	int c = (int)any_below(256);

	memset(own, c, sizeof(own));
	memset(expected + to, c, length);
	pmem2_get_memcpy_fn(map)(base + to, own + any_below(64), length, flags);
	assert_as_expected((unsigned char *)base, flags, to, length);
}

static void check_any_fill(unsigned flags, size_t length)
{
	check_fill(flags, any_below(300), (int)any_below(256), length);
}

START_TEST(memmove_copies_every_byte_and_no_other)
{
	with_all_flags(_i, check_apart);
}
END_TEST

START_TEST(memmove_copies_overlapping_ranges)
{
	with_all_flags(_i, check_overlapping);
}
END_TEST

START_TEST(memcpy_copies_from_unrelated_memory)
{
	with_all_flags(_i, check_unrelated);
}
END_TEST

START_TEST(memset_fills_every_byte_and_no_other)
{
	with_all_flags(_i, check_any_fill);
}
END_TEST

START_TEST(memset_takes_the_low_byte)
{
	use_map_of(_i);
	scramble((unsigned char *)base);
	check_fill(0, 3, 0x1ab, 1000);
	check_fill(PMEM2_F_MEM_NODRAIN, 3, -1, 5);
	check_fill(PMEM2_F_MEM_NOFLUSH, 3, INT32_MIN, 64);
}
END_TEST

START_TEST(unknown_flags_are_ignored)
{
	const unsigned unknown = ~PMEM2_F_MEM_VALID_FLAGS;

	use_map_of(_i);
	scramble((unsigned char *)base);
	check_move(unknown, 100, 5000, 4321);
	check_move(UINT32_MAX, 100, 150, 4321);
	check_fill(unknown, 7, 'x', 1000);
	check_fill(UINT32_MAX, 7, 'y', 1000);
}
END_TEST

START_TEST(copy_reaches_the_file)
{
	char text[5] = "";

	use_map_of(_i);
	pmem2_get_memcpy_fn(map)(base + PAGE - 2, "kept", 5, 0);
	ck_assert_int_eq(pread(fd, text, 5, (off_t)PAGE - 2), 5);
	ck_assert_str_eq(text, "kept");
}
END_TEST

START_TEST(copy_at_page_syncs_its_pages_unless_noflush)
{
	const bool syncs = !((unsigned)_i & PMEM2_F_MEM_NOFLUSH);
	char own[100] = "";

	pmem2_get_memmove_fn(map)(base + PAGE - 50, own, 100, (unsigned)_i);
	ck_assert_int_eq(syncing.calls, syncs ? 1 : 0);
	if (syncs)
		assert_synced_once(base, PAGE + 50);
	syncing.calls = 0;
	pmem2_get_memset_fn(map)(base + 3 * PAGE + 1, 1, 10, (unsigned)_i);
	ck_assert_int_eq(syncing.calls, syncs ? 1 : 0);
	if (syncs)
		assert_synced_once(base + 3 * PAGE, 11);
}
END_TEST

START_TEST(copy_onto_itself_syncs_at_page)
{
	pmem2_get_memmove_fn(map)(base + PAGE, base + PAGE, 10, 0);
	assert_synced_once(base + PAGE, 10);
}
END_TEST

START_TEST(copy_of_nothing_touches_nothing)
{
	use_map_of(_i);
	ck_assert_ptr_null(pmem2_get_memmove_fn(map)(NULL, base, 0, 0));
	ck_assert_ptr_eq(pmem2_get_memmove_fn(map)(base, NULL, 0, 0), base);
	ck_assert_ptr_null(pmem2_get_memset_fn(map)(NULL, 1, 0, 0));
	ck_assert_int_eq(syncing.calls, 0);
}
END_TEST

/* Test i is granularity i / 2; a copy, or a fill. */
START_TEST(storing_to_a_read_only_map_is_a_segmentation_fault)
{
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	char own[64] = "";

	force((enum pmem2_granularity)(_i / 2));
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_config_set_protection(cfg, PMEM2_PROT_READ));
	assert_success(pmem2_map_new(&map, cfg, src));
	pmem2_config_delete(&cfg);
	base = pmem2_map_get_address(map);
	if (_i % 2 == 0)
		pmem2_get_memcpy_fn(map)(base, own, sizeof(own), 0);
	else
		pmem2_get_memset_fn(map)(base, 1, sizeof(own), 0);
}
END_TEST

/* ---- for callers inside the library ------------------------------------- */

START_TEST(sync_reports_what_persist_dies_of)
{
	syncing.error = EIO;
	syncing.failures = 1;
	ck_assert_int_eq(pmem2_ops_sync(base, PAGE), -EIO);
	ck_assert_int_eq(pmem2_ops_sync(base, PAGE), 0);
	ck_assert_int_eq(munmap(base + PAGE, PAGE), 0);
	ck_assert_int_eq(pmem2_ops_sync(base, SIZE), -ENOMEM);
}
END_TEST

START_TEST(internal_copies_copy)
{
	char to[300] = "";
	char from[300];

	memset(from, 'x', sizeof(from));
	pmem2_ops_copy(to, from, 299);
	ck_assert_mem_eq(to, from, 299);
	ck_assert_int_eq(to[299], 0);
	memset(to, 0, sizeof(to));
	if (pmem2_arch_has_writeback()) {
		pmem2_ops_copy_lines(to, from, 299);
		pmem2_ops_persist_lines(to, 299);
		ck_assert_mem_eq(to, from, 299);
		ck_assert_int_eq(to[299], 0);
	}
}
END_TEST

/* ---- the suite ---------------------------------------------------------- */

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static TCase *getter_tests(void)
{
	TCase *tests = tcase_create("getters");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, functions_are_the_same_for_all_maps_of_a_granularity,
			    finest_of_files(), GRANULARITIES);
	tcase_add_test(tests, functions_of_anonymous_and_private_maps_are_those_of_byte);
	tcase_add_loop_test(tests, functions_are_never_null, 0, GRANULARITIES);
	tcase_add_loop_test(tests, memcpy_is_memmove, 0, GRANULARITIES);
	tcase_add_test(tests, flush_is_persist_at_page);
	tcase_add_loop_test(tests, functions_outlive_their_map, 0, GRANULARITIES);
	tcase_add_test(tests, internal_copies_copy);
	if (pmem2_arch_has_writeback()) {
		tcase_add_test(tests, drain_of_byte_is_that_of_cache_line);
		tcase_add_test(tests, functions_are_those_of_the_row_in_use);
	} else {
		tcase_add_test(tests, without_write_back_cache_line_is_kept_with_msync);
	}
	return tests;
}

static TCase *page_tests(void)
{
	TCase *tests = tcase_create("page");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, persist_is_one_msync);
	tcase_add_test(tests, persist_begins_at_the_page_of_its_address);
	tcase_add_test(tests, persist_of_nothing_syncs_nothing);
	tcase_add_test(tests, drain_at_page_syncs_nothing);
	tcase_add_test(tests, persist_across_adjacent_maps_is_one_msync);
	tcase_add_loop_test(tests, copies_may_span_adjacent_maps, finest_of_files(), GRANULARITIES);
	tcase_add_test(tests, persist_skips_a_hole_between_maps);
	tcase_add_test(tests, persist_outside_every_map_does_nothing);
	tcase_add_loop_test(tests, persist_of_more_than_the_address_space_syncs_what_is_there, 0,
			    3);
	tcase_add_test(tests, persist_works_on_the_head_of_a_map_whose_tail_was_unmapped);
	tcase_add_test(tests, persist_repeats_an_interrupted_msync);
	tcase_add_test(tests, persist_of_a_truncated_file_succeeds);
	tcase_add_test_raise_signal(tests, touching_a_truncated_range_is_a_bus_error, SIGBUS);
	tcase_add_loop_test(tests, persist_of_wrapped_memory_syncs_its_pages_once, 0, 2);
	tcase_add_test(tests, persist_of_a_range_that_cannot_be_synced_whole_syncs_its_parts);
	tcase_add_test(tests, failure_to_write_back_what_is_in_no_map_is_reported);
	tcase_add_test(tests, persist_of_a_map_that_another_replaces_meanwhile_goes_on);
	tcase_add_test(tests, errno_is_preserved_by_failed_attempts);
	tcase_add_test(tests, sync_reports_what_persist_dies_of);
	return tests;
}

static TCase *loss_tests(void)
{
	TCase *tests = tcase_create("loss");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, persist_stops_the_program_when_part_of_a_live_map_is_gone, 0,
			    COUNT(losing));
	tcase_add_test(tests, persist_stops_the_program_when_part_of_wrapped_memory_is_gone);
	tcase_add_loop_test(tests, persist_stops_the_program_when_data_cannot_be_written, 0,
			    COUNT(losses));
	return tests;
}

/* Granularities that the functions of this CPU keep without msync. */
static int without_msync(void)
{
	return pmem2_arch_has_writeback() ? PMEM2_GRANULARITY_PAGE : PMEM2_GRANULARITY_CACHE_LINE;
}

static TCase *flush_tests(void)
{
	TCase *tests = tcase_create("flush");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, errno_is_preserved, 0, GRANULARITIES);
	tcase_add_loop_test(tests, any_address_and_length_can_be_flushed, 0, GRANULARITIES);
	tcase_add_loop_test(tests, flushing_nothing_touches_nothing, 0, GRANULARITIES);
	tcase_add_test(tests, flushing_at_byte_touches_nothing);
	tcase_add_loop_test(tests, finer_granularities_never_sync, 0, without_msync());
	return tests;
}

static TCase *copy_tests(void)
{
	TCase *tests = tcase_create("copy");

	tcase_add_unchecked_fixture(tests, choose_seed, NULL);
	tcase_add_checked_fixture(tests, begin_copies, end);
	tcase_add_loop_test(tests, memmove_copies_every_byte_and_no_other, 0, GRANULARITIES);
	tcase_add_loop_test(tests, memmove_copies_overlapping_ranges, 0, GRANULARITIES);
	tcase_add_loop_test(tests, memcpy_copies_from_unrelated_memory, 0, GRANULARITIES);
	tcase_add_loop_test(tests, memset_fills_every_byte_and_no_other, 0, GRANULARITIES);
	return tests;
}

static TCase *copy_claims(void)
{
	TCase *tests = tcase_create("copy, further");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, memset_takes_the_low_byte, 0, GRANULARITIES);
	tcase_add_loop_test(tests, unknown_flags_are_ignored, 0, GRANULARITIES);
	tcase_add_loop_test(tests, copy_reaches_the_file, 0, GRANULARITIES);
	tcase_add_loop_test(tests, copy_at_page_syncs_its_pages_unless_noflush, 0,
			    PMEM2_F_MEM_VALID_FLAGS + 1);
	tcase_add_test(tests, copy_onto_itself_syncs_at_page);
	tcase_add_loop_test(tests, copy_of_nothing_touches_nothing, 0, GRANULARITIES);
	tcase_add_loop_test_raise_signal(tests, storing_to_a_read_only_map_is_a_segmentation_fault,
					 SIGSEGV, 2 * finest_of_files(), 2 * GRANULARITIES);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("ops");

	suite_add_tcase(suite, getter_tests());
	suite_add_tcase(suite, page_tests());
	suite_add_tcase(suite, loss_tests());
	suite_add_tcase(suite, flush_tests());
	suite_add_tcase(suite, copy_tests());
	suite_add_tcase(suite, copy_claims());
	return suite;
}
