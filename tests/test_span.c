/* SPDX-License-Identifier: BSD-3-Clause */
#include "span.h"

#include <stdlib.h>

#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct pmem2_span_set set;

/* In the order of adding, so that the tree gets to turn. */
static struct pmem2_span spans[] = {
	{.start = 300, .end = 400}, {.start = 10, .end = 20},   {.start = 20, .end = 30},
	{.start = 500, .end = 501}, {.start = 100, .end = 200},
};

enum { WIDE, LOW, NEXT_TO_LOW, ONE_BYTE, MIDDLE, NONE };

static const int by_address[] = {LOW, NEXT_TO_LOW, MIDDLE, WIDE, ONE_BYTE};

static void fill(void)
{
	RB_INIT(&set);
	for (int i = 0; i < COUNT(spans); i++)
		pmem2_span_add(&set, &spans[i]);
}

static const struct {
	uintptr_t start;
	uintptr_t end;
	int expected;
} searches[] = {
	{0, UINTPTR_MAX, LOW},
	{0, 10, NONE},
	{0, 11, LOW},
	{19, 20, LOW},
	{19, 400, LOW},
	{20, 21, NEXT_TO_LOW},
	{29, 100, NEXT_TO_LOW},
	{30, 100, NONE},
	{30, 101, MIDDLE},
	{99, 600, MIDDLE},
	{150, 160, MIDDLE},
	{200, 300, NONE},
	{200, 301, WIDE},
	{399, 500, WIDE},
	{400, 500, NONE},
	{400, 501, ONE_BYTE},
	{500, 501, ONE_BYTE},
	{501, 502, NONE},
	{501, UINTPTR_MAX, NONE},
};

START_TEST(search_finds_the_lowest_span_that_it_touches)
{
	const struct pmem2_span *expected =
		searches[_i].expected == NONE ? NULL : &spans[searches[_i].expected];

	ck_assert_ptr_eq(pmem2_span_find(&set, searches[_i].start, searches[_i].end), expected);
}
END_TEST

START_TEST(spans_are_ordered_by_address)
{
	struct pmem2_span *up = pmem2_span_first(&set);
	struct pmem2_span *down = pmem2_span_last(&set);

	for (int i = 0; i < COUNT(by_address); i++) {
		ck_assert_ptr_eq(up, &spans[by_address[i]]);
		ck_assert_ptr_eq(down, &spans[by_address[COUNT(by_address) - 1 - i]]);
		up = pmem2_span_next(up);
		down = pmem2_span_prev(down);
	}
	ck_assert_ptr_null(up);
	ck_assert_ptr_null(down);
}
END_TEST

START_TEST(removed_span_is_found_no_more)
{
	pmem2_span_remove(&set, &spans[MIDDLE]);
	ck_assert_ptr_null(pmem2_span_find(&set, 100, 200));
	ck_assert_ptr_eq(pmem2_span_find(&set, 100, 301), &spans[WIDE]);
	ck_assert_ptr_eq(pmem2_span_next(&spans[NEXT_TO_LOW]), &spans[WIDE]);
	ck_assert_ptr_eq(pmem2_span_prev(&spans[WIDE]), &spans[NEXT_TO_LOW]);
}
END_TEST

START_TEST(removed_span_can_be_added_elsewhere)
{
	pmem2_span_remove(&set, &spans[LOW]);
	spans[LOW].start = 600;
	spans[LOW].end = 700;
	pmem2_span_add(&set, &spans[LOW]);
	ck_assert_ptr_eq(pmem2_span_find(&set, 699, 700), &spans[LOW]);
	ck_assert_ptr_eq(pmem2_span_last(&set), &spans[LOW]);
	ck_assert_ptr_eq(pmem2_span_first(&set), &spans[NEXT_TO_LOW]);
}
END_TEST

START_TEST(empty_set_has_nothing)
{
	for (int i = 0; i < COUNT(spans); i++)
		pmem2_span_remove(&set, &spans[i]);
	ck_assert_ptr_null(pmem2_span_first(&set));
	ck_assert_ptr_null(pmem2_span_last(&set));
	ck_assert_ptr_null(pmem2_span_find(&set, 0, UINTPTR_MAX));
}
END_TEST

/* ---- many ------------------------------------------------------------------ */

#define MANY 100000

static unsigned depth(const struct pmem2_span *top)
{
	unsigned left;
	unsigned right;

	if (top == NULL)
		return 0;
	left = depth(RB_LEFT(top, link));
	right = depth(RB_RIGHT(top, link));
	return 1 + (left > right ? left : right);
}

/* A red-black tree of n nodes is at most 2 log2(n + 1) deep: 33.2 for 100 000. */
START_TEST(searches_stay_short_among_many_spans)
{
	struct pmem2_span *many = calloc(MANY, sizeof(*many));
	struct pmem2_span_set ascending = RB_INITIALIZER(&ascending);

	ck_assert_ptr_nonnull(many);
	for (uintptr_t i = 0; i < MANY; i++) {
		many[i].start = 2 * i;
		many[i].end = 2 * i + 1;
		pmem2_span_add(&ascending, &many[i]);
	}
	ck_assert_uint_le(depth(RB_ROOT(&ascending)), 33);
	ck_assert_ptr_eq(pmem2_span_find(&ascending, MANY, MANY + 1), &many[MANY / 2]);
	free(many);
}
END_TEST

/* ---- a simple model ---------------------------------------------------------- */

#define SPACE 200

/* Which span owns each address. */
static struct pmem2_span *owner[SPACE];

static struct pmem2_span *model_find(uintptr_t start, uintptr_t end)
{
	for (uintptr_t i = start; i < end && i < SPACE; i++) {
		if (owner[i] != NULL)
			return owner[i];
	}
	return NULL;
}

static void own(const struct pmem2_span *span, struct pmem2_span *by)
{
	for (uintptr_t i = span->start; i < span->end; i++)
		owner[i] = by;
}

/* Add a span at a random place, if that is free; else remove the lowest that is in its way. */
static void change(unsigned *state)
{
	uintptr_t start = (uintptr_t)rand_r(state) % (SPACE - 10);
	uintptr_t end = start + 1 + (uintptr_t)rand_r(state) % 10;
	struct pmem2_span *span = model_find(start, end);

	if (span != NULL) {
		own(span, NULL);
		pmem2_span_remove(&set, span);
		free(span);
		return;
	}
	span = calloc(1, sizeof(*span));
	ck_assert_ptr_nonnull(span);
	span->start = start;
	span->end = end;
	own(span, span);
	pmem2_span_add(&set, span);
}

static void check_neighbours(uintptr_t at)
{
	struct pmem2_span *span = owner[at];
	struct pmem2_span *before = NULL;

	if (span == NULL)
		return;
	for (uintptr_t i = 0; i < span->start; i++)
		before = owner[i] != NULL ? owner[i] : before;
	if (pmem2_span_prev(span) != before)
		ck_abort_msg("wrong span before %lu", (unsigned long)span->start);
	if (pmem2_span_next(span) != model_find(span->end, SPACE))
		ck_abort_msg("wrong span behind %lu", (unsigned long)span->start);
}

START_TEST(random_changes_agree_with_a_simple_model)
{
	unsigned state = pmem2_test_seed() + (unsigned)_i;

	RB_INIT(&set);
	for (int i = 0; i < 5000; i++) {
		uintptr_t start = (uintptr_t)rand_r(&state) % SPACE;
		uintptr_t end = start + 1 + (uintptr_t)rand_r(&state) % 40;

		change(&state);
		check_neighbours(start);
		if (pmem2_span_find(&set, start, end) != model_find(start, end))
			ck_abort_msg("wrong span in [%lu, %lu)", (unsigned long)start,
				     (unsigned long)end);
		ck_assert_ptr_eq(pmem2_span_first(&set), model_find(0, SPACE));
	}
	while (pmem2_span_first(&set) != NULL) {
		struct pmem2_span *span = pmem2_span_first(&set);
		pmem2_span_remove(&set, span);
		free(span);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("span");
	TCase *few = tcase_create("few");
	TCase *many = tcase_create("many");

	tcase_add_checked_fixture(few, fill, NULL);
	tcase_add_loop_test(few, search_finds_the_lowest_span_that_it_touches, 0, COUNT(searches));
	tcase_add_test(few, spans_are_ordered_by_address);
	tcase_add_test(few, removed_span_is_found_no_more);
	tcase_add_test(few, removed_span_can_be_added_elsewhere);
	tcase_add_test(few, empty_set_has_nothing);
	suite_add_tcase(suite, few);
	tcase_set_timeout(many, 50);
	tcase_add_test(many, searches_stay_short_among_many_spans);
	tcase_add_loop_test(many, random_changes_agree_with_a_simple_model, 0, 4);
	suite_add_tcase(suite, many);
	return suite;
}
