/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernels of lib/arch/base keep their contract on CPUs with lines of every size: their
 * sources, with functions that record in place of instructions, are called in all the
 * ways that differ. What they store is compared with libc's.
 */
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "kernels.h"
#include "support.h"
#include "words.h"

#define ALL_FLAGS (PMEM2_F_MEM_VALID_FLAGS + 1)
#define SMALL 320
#define AREA 49152
#define TO 16384
#define SAMPLES 4000

/* Emulators, which are slow, set it. */
#define SAMPLE "PMEM2_TEST_SAMPLE"

static char area[AREA] __attribute__((aligned(16384)));
static char expected[AREA];
static char noise[AREA];
static const size_t lines[] = {16, 32, 64, 128, 256, 2048, 8192};

#define LINE_SIZES ((int)(sizeof(lines) / sizeof(lines[0])))

static const struct kernels {
	const char *name;
	pmem2_memmove_fn memmove;
	pmem2_memset_fn memset;
	bool writes_back;
	enum pmem2_stream stream;
} all[] = {
	{"clean", pmem2_memmove_clean_fixed, pmem2_memset_clean_fixed, true, PMEM2_STREAM_fixed},
	{"clean-threshold", pmem2_memmove_clean_tuned, pmem2_memset_clean_tuned, true,
	 PMEM2_STREAM_tuned},
	{"clean-nomovnt", pmem2_memmove_clean_never, pmem2_memset_clean_never, true,
	 PMEM2_STREAM_never},
	{"none", pmem2_memmove_none_fixed, pmem2_memset_none_fixed, false, PMEM2_STREAM_fixed},
	{"none-threshold", pmem2_memmove_none_tuned, pmem2_memset_none_tuned, false,
	 PMEM2_STREAM_tuned},
	{"none-nomovnt", pmem2_memmove_none_never, pmem2_memset_none_never, false,
	 PMEM2_STREAM_never},
};

#define KERNELS (sizeof(all) / sizeof(all[0]))

static const struct kernels *kernels;
static struct duty duty;
static size_t source; /* of a copy, within the area */
static unsigned flags;

static size_t below(size_t limit)
{
	return (size_t)rand() % limit;
}

/* One in ten of `count` under emulators. */
static unsigned samples(unsigned count)
{
	return getenv(SAMPLE) == NULL ? count : count / 10;
}

static void set_up(void)
{
	srand(pmem2_test_seed());
	for (size_t i = 0; i < AREA; i++)
		noise[i] = (char)rand();
	kernels = &all[0];
}

static bool must_stream(size_t len)
{
	if (kernels->stream == PMEM2_STREAM_never || (flags & PMEM2_F_MEM_NOFLUSH))
		return false;
	if (flags & (PMEM2_F_MEM_NONTEMPORAL | PMEM2_F_MEM_WC))
		return true;
	if (flags & (PMEM2_F_MEM_TEMPORAL | PMEM2_F_MEM_WB))
		return false;
	if (kernels->stream == PMEM2_STREAM_tuned)
		return len >= pmem2_movnt_threshold;
	return kernels->writes_back && len >= PMEM2_CPU_STREAM_MIN;
}

static void begin(size_t to, size_t len)
{
	memcpy(area, noise, AREA);
	memcpy(expected, noise, AREA);
	recorded.count = 0;
	recorded.overflow = false;
	duty = (struct duty){
		.dest = (uintptr_t)area + to,
		.len = len,
		.line = pmem2_line_size,
		.stores = true,
		.writes_back = kernels->writes_back && !(flags & PMEM2_F_MEM_NOFLUSH),
		.drains = !(flags & (PMEM2_F_MEM_NOFLUSH | PMEM2_F_MEM_NODRAIN)),
		.streams = must_stream(len),
		.aligned = !PMEM2_CPU_STORES_ANYWHERE,
	};
}

static void end(const char *what)
{
	const char *wrong = contract_violation(&duty, &recorded);

	if (wrong == NULL && memcmp(area, expected, AREA) != 0)
		wrong = "other bytes than libc's";
	if (wrong != NULL)
		ck_abort_msg("%s, lines of %zu: %s of %zu bytes to %#zx from %#zx, flags %#x, "
			     "threshold %zu: %s",
			     kernels->name, pmem2_line_size, what, duty.len,
			     (size_t)(duty.dest - (uintptr_t)area), source, flags,
			     pmem2_movnt_threshold, wrong);
}

static void check_move(size_t to, size_t from, size_t len)
{
	source = from;
	begin(to, len);
	memmove(expected + to, expected + from, len);
	ck_assert_ptr_eq(kernels->memmove(area + to, area + from, len, flags), area + to);
	end("memmove");
}

static void check_fill(size_t to, size_t len)
{
	source = 0;
	begin(to, len);
	memset(expected + to, 0xa5, len);
	ck_assert_ptr_eq(kernels->memset(area + to, 0x5a5, len, flags), area + to);
	end("memset");
}

static void choose(int line)
{
	pmem2_line_size = lines[line];
	kernels = &all[below(KERNELS)];
	flags = (unsigned)below(ALL_FLAGS);
	pmem2_movnt_threshold = below(2 * SMALL);
}

START_TEST(every_short_length_keeps_the_contract)
{
	for (size_t len = 0; len <= SMALL; len++) {
		for (unsigned place = 0; place < samples(30); place++) {
			choose(_i);
			check_move(TO + below(128), below(128), len);
			check_move(TO, 8192 + below(2), len);
			check_move(TO + below(128), TO + below(3 * SMALL) - SMALL, len);
			check_fill(TO + below(128), len);
		}
	}
}
END_TEST

START_TEST(long_ranges_keep_the_contract)
{
	for (unsigned i = 0; i < samples(SAMPLES); i++) {
		size_t len = below(CONTRACT_LEN_MAX);

		choose(_i);
		check_move(TO + below(4096), below(512), len < 10000 ? len : 10000);
		check_move(TO + below(4096), TO + below(8192) - 4096, len);
		check_fill(TO + below(8192), len);
	}
}
END_TEST

/* By all kernels, with each flag alone, around where streaming begins. */
START_TEST(streaming_begins_where_it_should)
{
	static const size_t limits[] = {PMEM2_CPU_STREAM_MIN, 100};

	pmem2_line_size = lines[_i];
	pmem2_movnt_threshold = limits[1];
	for (size_t i = 0; i < KERNELS * 7 * 2 * 3; i++) {
		size_t len = limits[i / KERNELS / 7 % 2] - 1 + i / KERNELS / 7 / 2;
		unsigned bit = (unsigned)(i / KERNELS % 7);

		kernels = &all[i % KERNELS];
		flags = bit == 6 ? 0 : 1U << bit;
		check_move(TO, 64, len);
		check_fill(TO, len);
	}
}
END_TEST

static void check_flush(size_t at, size_t len)
{
	flags = 0;
	source = 0;
	begin(at, len);
	duty.stores = false;
	duty.writes_back = true;
	duty.drains = false;
	pmem2_flush_clean(area + at, len);
	end("flush");
	begin(at, len);
	duty.stores = false;
	duty.writes_back = true;
	pmem2_persist_clean(area + at, len);
	end("persist");
}

START_TEST(flush_and_persist_keep_the_contract)
{
	for (unsigned i = 0; i < samples(SAMPLES); i++) {
		choose(_i);
		check_flush(TO + below(8192), below(i % 2 ? SMALL : CONTRACT_LEN_MAX));
	}
}
END_TEST

START_TEST(byte_granularity_only_fences)
{
	recorded.count = 0;
	pmem2_flush_none(area, 100);
	ck_assert_uint_eq(recorded.count, 0);
	pmem2_persist_none(area, 100);
	pmem2_drain_none();
	pmem2_drain_clean();
	ck_assert_uint_eq(recorded.count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(recorded.events[i].kind, EVENT_FENCE);
}
END_TEST

static void remove_event(size_t index)
{
	recorded.count--;
	memmove(&recorded.events[index], &recorded.events[index + 1],
		(recorded.count - index) * sizeof(recorded.events[0]));
}

static void insert_event(size_t index, struct event event)
{
	memmove(&recorded.events[index + 1], &recorded.events[index],
		(recorded.count - index) * sizeof(recorded.events[0]));
	recorded.events[index] = event;
	recorded.count++;
}

/* A word of 8 bytes that lies at a multiple of 8: one store, one write-back, one fence. */
static void record_a_word(void)
{
	kernels = &all[0];
	pmem2_line_size = 64;
	flags = 0;
	check_move(TO, 128, 8);
}

static void assert_violation(const char *expected_text)
{
	const char *wrong = contract_violation(&duty, &recorded);

	ck_assert_ptr_nonnull(wrong);
	ck_assert_str_eq(wrong, expected_text);
}

START_TEST(a_word_takes_one_store)
{
	static const enum event_kind kinds[] = {EVENT_STORE, EVENT_ORDER, EVENT_WRITE_BACK,
						EVENT_FENCE};

	record_a_word();
	ck_assert_uint_eq(recorded.count, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(recorded.events[i].kind, kinds[i]);
}
END_TEST

/* The contract itself: each way to break it is noticed. */
START_TEST(any_missing_event_is_noticed)
{
	static const char *const texts[] = {"byte not stored",
					    "write-back that may overtake a store",
					    "line not written back", "missing fence"};

	record_a_word();
	for (size_t i = 0; i < 4; i++) {
		struct event event = recorded.events[i];

		remove_event(i);
		assert_violation(texts[i]);
		insert_event(i, event);
	}
	ck_assert_ptr_null(contract_violation(&duty, &recorded));
}
END_TEST

START_TEST(events_that_are_not_due_are_noticed)
{
	const struct event store = {EVENT_STORE, (uintptr_t)area + TO, 8};
	const struct event write_back = {EVENT_WRITE_BACK, (uintptr_t)area + TO, 1};

	record_a_word();
	insert_event(0, (struct event){EVENT_STORE, (uintptr_t)area + TO + 8, 8});
	assert_violation("store outside the destination");
	recorded.events[0] = (struct event){EVENT_STORE, (uintptr_t)area + TO, 4};
	assert_violation("store that tears an aligned word");
	recorded.events[0] = (struct event){EVENT_STREAM, (uintptr_t)area + TO, 8};
	assert_violation("streaming store where none is due");
	remove_event(0);
	insert_event(3, store);
	assert_violation("line stored after its write-back");
	recorded.events[3] = write_back;
	assert_violation("line written back twice");
	recorded.events[3] = (struct event){EVENT_WRITE_BACK, (uintptr_t)area + TO + 64, 1};
	assert_violation("write-back outside the destination");
	remove_event(3);
	insert_event(4, (struct event){EVENT_FENCE, 0, 0});
	assert_violation("something after the fence");
	remove_event(4);
	duty.drains = false;
	assert_violation("fence where none is due");
	duty.writes_back = false;
	assert_violation("write-back where none is due");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("model of " PMEM2_CPU_ISA);
	TCase *contract = tcase_create("contract");

	tcase_set_timeout(contract, 300);
	tcase_add_checked_fixture(contract, set_up, NULL);
	tcase_add_loop_test(contract, every_short_length_keeps_the_contract, 0, LINE_SIZES);
	tcase_add_loop_test(contract, long_ranges_keep_the_contract, 0, LINE_SIZES);
	tcase_add_loop_test(contract, streaming_begins_where_it_should, 0, LINE_SIZES);
	tcase_add_loop_test(contract, flush_and_persist_keep_the_contract, 0, LINE_SIZES);
	tcase_add_test(contract, byte_granularity_only_fences);
	tcase_add_test(contract, a_word_takes_one_store);
	tcase_add_test(contract, any_missing_event_is_noticed);
	tcase_add_test(contract, events_that_are_not_due_are_noticed);
	suite_add_tcase(suite, contract);
	return suite;
}
