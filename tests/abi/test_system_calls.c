/* SPDX-License-Identifier: BSD-3-Clause */
/* How many system calls the library makes, and which. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.h"
#include "trace.h"

#define PAGE ((size_t)4096)
#define FILE_SIZE (16 * PAGE)
#define LIVE_MAPS 100000
#define THREADS 16
#define ROUNDS 20

static struct trace trace;
static int fd;
static struct pmem2_source *src;
static struct pmem2_config *cfg;
static struct pmem2_map *map;
static char *content;

/* What a traced child does: a first time to set things up, then seen. */
static void (*subject)(void);

static void run_subject(void)
{
	subject();
	trace_mark();
	subject();
	trace_mark();
}

static void observe(void (*body)(void))
{
	subject = body;
	trace_run(&trace, run_subject);
	ck_assert(trace.complete);
}

static size_t count(long number)
{
	size_t found = 0;

	for (size_t i = 0; i < trace.count; i++)
		found += trace.calls[i].number == number;
	return found;
}

/* Nothing but what needs no path: no sysfs, no directory. */
static void assert_maps_cheaply(void)
{
	size_t stats = count(SYS_fstat) + count(SYS_newfstatat);

	ck_assert_uint_ge(count(SYS_mmap), 1);
	ck_assert_uint_le(trace.count, 4);
	ck_assert_uint_eq(stats + count(SYS_mmap) + count(SYS_munmap), trace.count);
	ck_assert_uint_le(stats, 1);
}

static void assert_one_msync(void)
{
	ck_assert_uint_eq(count(SYS_msync), 1);
	ck_assert_uint_eq(trace.count, 1);
}

static void open_objects(const char *path)
{
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, FILE_SIZE), 0);
	src = pmem2_test_source(fd);
	cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	/* Also where the file would be given a finer one. */
	setenv("PMEM2_FORCE_GRANULARITY", "PAGE", 1);
	assert_success(pmem2_map_new(&map, cfg, src));
	content = pmem2_map_get_address(map);
	memset(content, 0, FILE_SIZE);
	unsetenv("PMEM2_FORCE_GRANULARITY");
}

static void set_up(void)
{
	open_objects(pmem2_test_named_file(0));
}

static void tear_down(void)
{
	assert_success(pmem2_map_delete(&map));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
}

/* A hundred thousand maps of a page each. Nothing there is ever touched. */
static void add_live_maps(void)
{
	char *area = mmap(NULL, LIVE_MAPS * PAGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(area, MAP_FAILED);
	for (size_t i = 0; i < LIVE_MAPS; i++) {
		struct pmem2_map *page = NULL;
		assert_success(pmem2_map_from_existing(&page, src, area + i * PAGE, PAGE,
						       PMEM2_GRANULARITY_PAGE));
	}
}

static void map_and_delete(void)
{
	struct pmem2_map *created;

	if (pmem2_map_new(&created, cfg, src) != 0 || pmem2_map_delete(&created) != 0)
		trace_fail();
}

START_TEST(tracing_sees_each_call)
{
	ck_assert(trace_is_allowed());
}
END_TEST

START_TEST(mapping_a_file_makes_four_calls_and_none_on_sysfs)
{
	observe(map_and_delete);
	assert_maps_cheaply();
	ck_assert_uint_eq(count(SYS_munmap), 1);
}
END_TEST

START_TEST(mapping_a_file_in_memory_makes_four_calls)
{
	char path[] = "/dev/shm/pmem2-test-XXXXXX";

	tear_down();
	close(mkstemp(path));
	open_objects(path);
	unlink(path);
	observe(map_and_delete);
	assert_maps_cheaply();
}
END_TEST

START_TEST(mapping_makes_no_more_calls_among_many_maps)
{
	add_live_maps();
	observe(map_and_delete);
	assert_maps_cheaply();
}
END_TEST

static void be_refused(void)
{
	struct pmem2_map *refused;

	if (pmem2_map_new(&refused, cfg, src) != PMEM2_E_GRANULARITY_NOT_SUPPORTED)
		trace_fail();
}

START_TEST(refusing_a_granularity_makes_four_calls)
{
	setenv("PMEM2_FORCE_GRANULARITY", "PAGE", 1);
	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_CACHE_LINE);
	observe(be_refused);
	assert_maps_cheaply();
	ck_assert_uint_eq(count(SYS_munmap), 1);
}
END_TEST

static void map_anonymous(void)
{
	struct pmem2_source *anonymous;
	struct pmem2_map *created;

	if (pmem2_source_from_anon(&anonymous, FILE_SIZE) != 0)
		trace_fail();
	if (pmem2_map_new(&created, cfg, anonymous) != 0 || pmem2_map_delete(&created) != 0)
		trace_fail();
	pmem2_source_delete(&anonymous);
}

START_TEST(mapping_anonymous_memory_makes_two_calls)
{
	observe(map_anonymous);
	ck_assert_uint_eq(count(SYS_mmap), 1);
	ck_assert_uint_eq(count(SYS_munmap), 1);
	ck_assert_uint_eq(trace.count, 2);
}
END_TEST

static void open_source(void)
{
	struct pmem2_source *opened;
	size_t size;

	if (pmem2_source_from_fd(&opened, fd) != 0 || pmem2_source_size(opened, &size) != 0)
		trace_fail();
	pmem2_source_delete(&opened);
}

START_TEST(opening_and_measuring_a_source_makes_three_calls)
{
	observe(open_source);
	ck_assert_uint_eq(count(SYS_fcntl), 1);
	ck_assert_uint_eq(count(SYS_fstat) + count(SYS_newfstatat), 2);
	ck_assert_uint_eq(trace.count, 3);
}
END_TEST

static void persist_byte(void)
{
	pmem2_get_persist_fn(map)(content + 5, 1);
}

static void persist_all(void)
{
	pmem2_get_persist_fn(map)(content, FILE_SIZE);
}

static void persist_across_pages(void)
{
	pmem2_get_persist_fn(map)(content + PAGE - 1, 2);
}

static void flush_and_drain(void)
{
	pmem2_get_flush_fn(map)(content, 100);
	pmem2_get_drain_fn(map)();
}

static void copy(void)
{
	pmem2_get_memcpy_fn(map)(content, "text", 4, 0);
}

static void fill(void)
{
	pmem2_get_memset_fn(map)(content, 1, 3 * PAGE, PMEM2_F_MEM_NONTEMPORAL);
}

static void (*const with_one_msync[])(void) = {
	persist_byte, persist_all, persist_across_pages, flush_and_drain, copy, fill,
};

START_TEST(storing_at_page_granularity_makes_one_msync)
{
	observe(with_one_msync[_i]);
	assert_one_msync();
}
END_TEST

START_TEST(persisting_makes_one_msync_among_many_maps)
{
	add_live_maps();
	observe(persist_byte);
	assert_one_msync();
}
END_TEST

static void store_nothing(void)
{
	pmem2_get_persist_fn(map)(content, 0);
	pmem2_get_memcpy_fn(map)(content, "text", 4, PMEM2_F_MEM_NOFLUSH);
	pmem2_get_memcpy_fn(map)(content, "text", 0, 0);
	pmem2_get_memset_fn(map)(content, 1, 0, 0);
	pmem2_get_drain_fn(map)();
}

START_TEST(what_need_not_reach_the_disk_makes_no_call)
{
	observe(store_nothing);
	ck_assert_uint_eq(trace.count, 0);
}
END_TEST

static void store_and_persist(void)
{
	pmem2_get_memcpy_fn(map)(content, "text", 4, 0);
	pmem2_get_memset_fn(map)(content, 1, 3 * PAGE, PMEM2_F_MEM_NONTEMPORAL);
	pmem2_get_flush_fn(map)(content, 100);
	pmem2_get_drain_fn(map)();
	pmem2_get_persist_fn(map)(content, FILE_SIZE);
}

START_TEST(finer_granularities_make_no_call)
{
	static const char *const forced[] = {"BYTE", "CACHE_LINE"};
	pmem2_persist_fn by_page = pmem2_get_persist_fn(map);

	assert_success(pmem2_map_delete(&map));
	setenv("PMEM2_FORCE_GRANULARITY", forced[_i], 1);
	assert_success(pmem2_map_new(&map, cfg, src));
	content = pmem2_map_get_address(map);
	ck_assert(pmem2_get_persist_fn(map) != by_page);
	observe(store_and_persist);
	ck_assert_uint_eq(trace.count, 0);
}
END_TEST

static void *persist_often(void *start)
{
	persist_byte();
	pthread_barrier_wait(start);
	trace_mark();
	for (int i = 0; i < ROUNDS; i++)
		persist_byte();
	trace_mark();
	return NULL;
}

static void persist_in_threads(void)
{
	pthread_t threads[THREADS];
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, persist_often, &start) != 0)
			trace_fail();
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

START_TEST(threads_that_persist_never_wait_for_each_other)
{
	trace_run(&trace, persist_in_threads);
	ck_assert(trace.complete);
	ck_assert_uint_eq(count(SYS_msync), THREADS * ROUNDS);
	ck_assert_uint_eq(trace.count, THREADS * ROUNDS);
}
END_TEST

START_TEST(no_descriptor_stays_open)
{
	size_t before = pmem2_test_open_descriptors();

	open_source();
	map_and_delete();
	persist_all();
	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE);
	setenv("PMEM2_FORCE_GRANULARITY", "PAGE", 1);
	be_refused();
	ck_assert_uint_eq(pmem2_test_open_descriptors(), before);
}
END_TEST

/* Outside of tests, where Check's assertions do not work. */
static pmem2_persist_fn persist_at(enum pmem2_granularity granularity)
{
	static char own[64];
	struct pmem2_source *anon = NULL;
	struct pmem2_map *described = NULL;
	pmem2_persist_fn persist;

	if (pmem2_source_from_anon(&anon, sizeof(own)) != 0 ||
	    pmem2_map_from_existing(&described, anon, own, sizeof(own), granularity) != 0)
		abort();
	persist = pmem2_get_persist_fn(described);
	(void)pmem2_map_delete(&described);
	pmem2_source_delete(&anon);
	return persist;
}

/* Where no write-back is known for the CPU, CACHE_LINE is kept with msync. */
static bool has_writeback(void)
{
	return persist_at(PMEM2_GRANULARITY_CACHE_LINE) != persist_at(PMEM2_GRANULARITY_PAGE);
}

static TCase *page_tests(void)
{
	TCase *tcase = tcase_create("page");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, storing_at_page_granularity_makes_one_msync, 0,
			    sizeof(with_one_msync) / sizeof(with_one_msync[0]));
	tcase_add_test(tcase, persisting_makes_one_msync_among_many_maps);
	tcase_add_test(tcase, what_need_not_reach_the_disk_makes_no_call);
	tcase_add_loop_test(tcase, finer_granularities_make_no_call, 0, has_writeback() ? 2 : 1);
	tcase_add_test(tcase, threads_that_persist_never_wait_for_each_other);
	tcase_add_test(tcase, no_descriptor_stays_open);
	return tcase;
}

static TCase *mapping_tests(void)
{
	TCase *tcase = tcase_create("mapping");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, tracing_sees_each_call);
	tcase_add_test(tcase, mapping_a_file_makes_four_calls_and_none_on_sysfs);
	if (access("/dev/shm", W_OK) == 0)
		tcase_add_test(tcase, mapping_a_file_in_memory_makes_four_calls);
	tcase_add_test(tcase, mapping_makes_no_more_calls_among_many_maps);
	tcase_add_test(tcase, refusing_a_granularity_makes_four_calls);
	tcase_add_test(tcase, opening_and_measuring_a_source_makes_three_calls);
	tcase_add_test(tcase, mapping_anonymous_memory_makes_two_calls);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("system_calls");

	if (!trace_is_allowed())
		pmem2_test_skip("this process may not trace its children: allow ptrace(2)");
	suite_add_tcase(suite, mapping_tests());
	suite_add_tcase(suite, page_tests());
	return suite;
}
