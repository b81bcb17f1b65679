/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What programs get under the PMEM_ variables that this one finds in its environment:
 * the functions that the getters return, pmem2_deep_flush and the mcsafe functions
 * keep the contract that the variables and the CPU make, instruction by instruction.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/kernels.h"
#include "contract.h"
#include "fake_dax.h"
#include "os.h"
#include "support.h"

#define ALL_FLAGS (PMEM2_F_MEM_VALID_FLAGS + 1)
#define LEN_LAST 320
#define SIZE 65536

#ifdef EXHAUSTIVE
#define TRIES ALL_FLAGS
#else
#define TRIES 1
#endif

static struct trace trace;
static unsigned char *arena;
static unsigned char buffer[8192];
static int fd;
static struct pmem2_source *src;
static struct pmem2_map *map;

int __wrap_pmem2_os_map(const struct pmem2_os_request *request, struct pmem2_os_grant *grant);
int __real_pmem2_os_map(const struct pmem2_os_request *request, struct pmem2_os_grant *grant);

/* Where mcsafe maps the device nobody is told. */
int __wrap_pmem2_os_map(const struct pmem2_os_request *request, struct pmem2_os_grant *grant)
{
	int ret = __real_pmem2_os_map(request, grant);

	if (ret == 0)
		trace.windows[1] = (struct window){(uintptr_t)grant->addr,
						   (uintptr_t)grant->addr + request->length};
	return ret;
}

/* ---- what the environment promises ---------------------------------------- */

static bool is_set_to(const char *name, const char *wanted)
{
	const char *value = getenv(name);

	return value != NULL && strcmp(value, wanted) == 0;
}

static bool has(unsigned bits)
{
	return (pmem2_cpu_features() & bits) == bits;
}

static enum event_kind promised_flush(void)
{
	if (has(PMEM2_CPU_clwb) && !is_set_to("PMEM_NO_CLWB", "1"))
		return EVENT_CLWB;
	if (has(PMEM2_CPU_clflushopt) && !is_set_to("PMEM_NO_CLFLUSHOPT", "1"))
		return EVENT_CLFLUSHOPT;
	return EVENT_CLFLUSH;
}

/* Those that are no number are in the list of tests to be ignored. */
static bool has_threshold(void)
{
	const char *value = getenv("PMEM_MOVNT_THRESHOLD");

	return value != NULL && strspn(value, "0123456789") == strlen(value);
}

/* The widest stores that 256 bytes through the cache are made of. */
static size_t promised_width(void)
{
	if (is_set_to("PMEM_AVX", "0") || !has(PMEM2_ISA_avx2))
		return 16;
	if (getenv("PMEM_MOVDIR64B") != NULL && has(PMEM2_ISA_movdir64b))
		return 32;
	return is_set_to("PMEM_AVX512F", "0") || !has(PMEM2_ISA_avx512) ? 32 : 64;
}

static struct traits promised(bool flushes)
{
	struct traits traits = {
		.flushes = flushes,
		.flush = promised_flush(),
		.lines_min = promised_width() == 64 ? PMEM2_FIXED_STREAM_MIN : 64,
	};

	if (is_set_to("PMEM_NO_MOVNT", "1")) {
		traits.streaming = STREAMING_NEVER;
	} else if (has_threshold()) {
		traits.streaming = STREAMING_TUNED;
		traits.threshold = strtoul(getenv("PMEM_MOVNT_THRESHOLD"), NULL, 10);
	}
	return traits;
}

/* ---- what happens --------------------------------------------------------- */

static const char *name_of(enum operation operation)
{
	static const char *const names[] = {"memmove", "memset", "flush", "persist"};

	return names[operation];
}

static void check_trace(const struct call *call, bool flushes)
{
	struct traits traits = promised(flushes);
	const char *wrong = contract_violation(call, &traits, &trace);

	if (wrong != NULL)
		ck_abort_msg("%s %s(%#zx, %#zx, %zu, %#x): %s", flushes ? "CACHE_LINE" : "BYTE",
			     name_of(call->operation), (size_t)call->dest, (size_t)call->src,
			     call->len, call->flags, wrong);
}

typedef void (*any_fn)(void);

static any_fn function_for(enum operation operation)
{
	switch (operation) {
	case OPERATION_MEMMOVE:
		return (any_fn)pmem2_get_memmove_fn(map);
	case OPERATION_MEMSET:
		return (any_fn)pmem2_get_memset_fn(map);
	case OPERATION_FLUSH:
		return (any_fn)pmem2_get_flush_fn(map);
	default:
		return (any_fn)pmem2_get_persist_fn(map);
	}
}

static void check_call(enum operation operation, size_t dest, size_t from, size_t len,
		       unsigned flags)
{
	bool flushes = pmem2_map_get_store_granularity(map) == PMEM2_GRANULARITY_CACHE_LINE;
	const struct call call = {.operation = operation,
				  .dest = (uintptr_t)arena + dest,
				  .src = (uintptr_t)arena + from,
				  .len = len,
				  .flags = flags,
				  .arena_start = (uintptr_t)arena,
				  .arena_end = (uintptr_t)arena + SIZE};
	uintptr_t second = call.src;

	if (operation == OPERATION_MEMSET)
		second = 0x5a;
	else if (operation != OPERATION_MEMMOVE)
		second = len;
	trace_call(&trace, function_for(operation), call.dest, second, len, flags);
	check_trace(&call, flushes);
}

static size_t below(size_t limit)
{
	return (size_t)rand() % limit;
}

/* Runs through all combinations. */
static unsigned some_flags(void)
{
	static unsigned next;

	return next++ * 37 % ALL_FLAGS;
}

static void set_up(void)
{
	fake_dax_setup();
	srand(pmem2_test_seed());
	memset(trace.windows, 0, sizeof(trace.windows));
	arena = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(arena, MAP_FAILED);
}

static void tear_down(void)
{
	fake_dax_teardown();
	munmap(arena, SIZE);
}

static void take_map(enum pmem2_granularity granularity)
{
	assert_success(pmem2_source_from_anon(&src, SIZE));
	assert_success(pmem2_map_from_existing(&map, src, arena, SIZE, granularity));
}

static void release_map(void)
{
	assert_success(pmem2_map_delete(&map));
	pmem2_source_delete(&src);
}

/* The two that have instructions of their own. */
static const enum pmem2_granularity granularities[] = {PMEM2_GRANULARITY_BYTE,
						       PMEM2_GRANULARITY_CACHE_LINE};

START_TEST(copies_and_fills_keep_the_promise)
{
	take_map(granularities[_i]);
	for (size_t len = 0; len <= LEN_LAST; len++) {
		for (unsigned i = 0; i < TRIES; i++) {
			check_call(OPERATION_MEMMOVE, 4096 + len * 13 % 64, 32768 + below(64), len,
				   0);
			check_call(OPERATION_MEMMOVE, 4096 + below(64), 32768 + below(64), len,
				   some_flags());
			check_call(OPERATION_MEMMOVE, 4096 + below(8) * 8, 4096 + below(400), len,
				   some_flags());
			check_call(OPERATION_MEMSET, 4096 + below(64), 0, len, 0);
			check_call(OPERATION_MEMSET, 4096 + below(8) * 8, 0, len, some_flags());
		}
	}
	release_map();
}
END_TEST

START_TEST(flush_and_persist_keep_the_promise)
{
	take_map(granularities[_i]);
	for (size_t len = 0; len <= LEN_LAST; len++) {
		check_call(OPERATION_FLUSH, 4096 + below(64), 0, len, 0);
		check_call(OPERATION_PERSIST, 4096 + below(64), 0, len, 0);
	}
	release_map();
}
END_TEST

START_TEST(long_copies_keep_the_promise)
{
	take_map(granularities[_i]);
	for (unsigned i = 0; i < 8 * TRIES; i++) {
		check_call(OPERATION_MEMMOVE, 4096 + below(64), 32768 + below(64), 1000 + below(64),
			   some_flags());
		check_call(OPERATION_MEMSET, 4096 + below(64), 0, 1000 + below(64), some_flags());
	}
	release_map();
}
END_TEST

START_TEST(stores_are_as_wide_as_allowed)
{
	size_t widest = 0;

	take_map(PMEM2_GRANULARITY_CACHE_LINE);
	check_call(OPERATION_MEMMOVE, 4096, 32768, 256, PMEM2_F_MEM_NOFLUSH);
	for (size_t i = 0; i < trace.count; i++) {
		if (trace.events[i].width > widest)
			widest = trace.events[i].width;
	}
	ck_assert_uint_eq(widest, promised_width());
	release_map();
}
END_TEST

START_TEST(drain_is_one_store_fence)
{
	take_map(granularities[_i]);
	trace_call(&trace, (any_fn)pmem2_get_drain_fn(map), 0, 0, 0, 0);
	ck_assert_uint_eq(trace.count, 1);
	ck_assert_int_eq(trace.events[0].kind, EVENT_FENCE);
	release_map();
}
END_TEST

/* ---- device dax ----------------------------------------------------------- */

static const struct {
	size_t offset, len;
} ranges[] = {{0, 1}, {63, 2}, {0, 64}, {64, 256}, {7, 320}, {4090, 17}, {8, 1000}, {1, 0}};
#define RANGES ((int)(sizeof(ranges) / sizeof(ranges[0])) - 1) /* all but the empty one */

static void plug(void)
{
	fd = fake_dax_plug(&fake_dax_nvdimm);
	src = pmem2_test_source(fd);
}

START_TEST(deep_flush_writes_back_each_line_once)
{
	uintptr_t base;
	struct call call = {.operation = OPERATION_PERSIST, .len = ranges[_i].len};

	plug();
	map = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	base = (uintptr_t)pmem2_map_get_address(map);
	call.dest = base + ranges[_i].offset;
	call.arena_start = trace.windows[0].start = base;
	call.arena_end = trace.windows[0].end = base + FAKE_DAX_SIZE;
	ck_assert_int_eq((int)trace_call(&trace, (any_fn)pmem2_deep_flush, (uintptr_t)map,
					 call.dest, call.len, 0),
			 0);
	check_trace(&call, true);
	release_map();
}
END_TEST

/* Traces a transfer of a range between the buffer and the device, and finds out where that is. */
static struct call trace_transfer(any_fn transfer, bool writing, int range)
{
	uintptr_t here = (uintptr_t)buffer + 1029, there;

	plug();
	trace.windows[0] = (struct window){(uintptr_t)buffer, (uintptr_t)buffer + sizeof(buffer)};
	ck_assert_int_eq((int)trace_call(&trace, transfer, (uintptr_t)src, here, ranges[range].len,
					 ranges[range].offset),
			 0);
	pmem2_source_delete(&src);
	there = trace.windows[1].start + ranges[range].offset;
	return (struct call){.operation = OPERATION_MEMMOVE,
			     .dest = writing ? there : here,
			     .src = writing ? here : there,
			     .len = ranges[range].len,
			     .arena_end = UINTPTR_MAX};
}

START_TEST(mcsafe_write_is_durable)
{
	struct call call = trace_transfer((any_fn)pmem2_source_pwrite_mcsafe, true, _i);

	check_trace(&call, true);
}
END_TEST

START_TEST(mcsafe_read_writes_nothing_back)
{
	struct call call = trace_transfer((any_fn)pmem2_source_pread_mcsafe, false, _i);

	call.flags = PMEM2_F_MEM_NOFLUSH;
	check_trace(&call, false);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("environment");
	TCase *promises = tcase_create("promises");

	if (!trace_works())
		pmem2_test_skip("no function can be traced here");
	tcase_set_timeout(promises, 3600);
	tcase_add_checked_fixture(promises, set_up, tear_down);
	tcase_add_loop_test(promises, copies_and_fills_keep_the_promise, 0, 2);
	tcase_add_loop_test(promises, flush_and_persist_keep_the_promise, 0, 2);
	tcase_add_loop_test(promises, long_copies_keep_the_promise, 0, 2);
	tcase_add_loop_test(promises, drain_is_one_store_fence, 0, 2);
	tcase_add_test(promises, stores_are_as_wide_as_allowed);
	tcase_add_loop_test(promises, deep_flush_writes_back_each_line_once, 0, RANGES + 1);
	tcase_add_loop_test(promises, mcsafe_write_is_durable, 0, RANGES);
	tcase_add_loop_test(promises, mcsafe_read_writes_nothing_back, 0, RANGES);
	suite_add_tcase(suite, promises);
	return suite;
}
