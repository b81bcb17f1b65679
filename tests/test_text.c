/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Write a whole text; false when it may have been cut. */
__attribute__((format(printf, 3, 4))) static bool print(char *buffer, size_t size,
							const char *format, ...)
{
	struct pmem2_text text = {buffer, size - 1};
	va_list args;

	va_start(args, format);
	pmem2_text_format(&text, format, &args);
	va_end(args);
	*text.end = '\0';
	return text.room > 0;
}

/* printf knows all conversions that we do; the two must agree. */
#define assert_like_printf(...)                                                                    \
	do {                                                                                       \
		char expected[256];                                                                \
		char got[256];                                                                     \
		snprintf(expected, sizeof(expected), __VA_ARGS__);                                 \
		ck_assert(print(got, sizeof(got), __VA_ARGS__));                                   \
		ck_assert_str_eq(got, expected);                                                   \
	} while (0)

START_TEST(plain_text_is_copied)
{
	assert_like_printf("nothing to convert: \t\n");
}
END_TEST

static const char *const strings[] = {"", "x", "several words", "100%d"};

START_TEST(strings_are_copied_as_they_are)
{
	assert_like_printf("<%s>", strings[_i]);
}
END_TEST

static const int integers[] = {0, 1, -1, 9, 10, -10, 4096, INT_MAX, INT_MIN, INT_MIN + 1};

START_TEST(integers_are_printed_in_decimal_with_their_sign)
{
	assert_like_printf("<%d>", integers[_i]);
}
END_TEST

static const unsigned unsigneds[] = {0, 9, 10, 15, 16, 255, 0x1234abcd, INT_MAX, UINT_MAX};

START_TEST(unsigned_integers_are_printed_in_decimal_and_hexadecimal)
{
	assert_like_printf("<%u> <%x>", unsigneds[_i], unsigneds[_i]);
}
END_TEST

static const size_t sizes[] = {0, 10, 4096, UINT_MAX, (size_t)UINT_MAX + 1, INT64_MAX, SIZE_MAX};

START_TEST(sizes_are_printed_in_full_length)
{
	assert_like_printf("<%zu> <%llu> <%p>", sizes[_i], (unsigned long long)sizes[_i],
			   (void *)(sizes[_i] | 1));
}
END_TEST

START_TEST(conversions_take_their_arguments_in_order)
{
	assert_like_printf("%s%d%u%zu%llu%x%%%p%s", "a", -1, 2U, (size_t)3, 4ULL, 5U,
			   (void *)strings, "z");
}
END_TEST

START_TEST(null_pointer_is_printed_as_zero)
{
	char got[16];

	ck_assert(print(got, sizeof(got), "%p", NULL));
	ck_assert_str_eq(got, "0x0");
}
END_TEST

START_TEST(two_percent_signs_make_one)
{
	char got[16];

	ck_assert(print(got, sizeof(got), "100%% of %d%%", 5));
	ck_assert_str_eq(got, "100% of 5%");
}
END_TEST

/* Of the text "<1234567>", by the size of the buffer. */
static const struct {
	size_t size;
	const char *text;
	bool whole;
} cuts[] = {
	{1, "", false},         {2, "<", false},          {5, "<123", false},
	{9, "<1234567", false}, {10, "<1234567>", false}, {11, "<1234567>", true},
};

START_TEST(text_that_does_not_fit_is_cut_and_told)
{
	char got[16];

	memset(got, '#', sizeof(got));
	ck_assert_int_eq(print(got, cuts[_i].size, "<%d>", 1234567), cuts[_i].whole);
	ck_assert_str_eq(got, cuts[_i].text);
	for (size_t i = cuts[_i].size; i < sizeof(got); i++)
		ck_assert_int_eq(got[i], '#');
}
END_TEST

START_TEST(text_grows_at_its_end)
{
	char got[8] = "";
	struct pmem2_text text = {got, sizeof(got) - 1};

	pmem2_text_string(&text, "abc");
	ck_assert_ptr_eq(text.end, got + 3);
	ck_assert_uint_eq(text.room, 4);
	pmem2_text_string(&text, "defghi");
	*text.end = '\0';
	ck_assert_str_eq(got, "abcdefg");
	ck_assert_uint_eq(text.room, 0);
}
END_TEST

START_TEST(random_numbers_are_printed_like_printf_does)
{
	unsigned state = pmem2_test_seed();

	for (int i = 0; i < 2000; i++) {
		uint64_t bits = (uint64_t)rand_r(&state) << 33 ^ (uint64_t)rand_r(&state) << 11;
		unsigned shift = (unsigned)rand_r(&state) % 64;
		unsigned narrow = (unsigned)(bits >> shift);
		char expected[128];
		char got[128];

		bits >>= shift;
		snprintf(expected, sizeof(expected), "%d %u %x %zu %llu", (int)narrow, narrow,
			 narrow, (size_t)bits, (unsigned long long)bits);
		print(got, sizeof(got), "%d %u %x %zu %llu", (int)narrow, narrow, narrow,
		      (size_t)bits, (unsigned long long)bits);
		if (strcmp(got, expected) != 0)
			ck_abort_msg("\"%s\" instead of \"%s\"", got, expected);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("text");
	TCase *tcase = tcase_create("text");

	tcase_add_test(tcase, plain_text_is_copied);
	tcase_add_loop_test(tcase, strings_are_copied_as_they_are, 0, COUNT(strings));
	tcase_add_loop_test(tcase, integers_are_printed_in_decimal_with_their_sign, 0,
			    COUNT(integers));
	tcase_add_loop_test(tcase, unsigned_integers_are_printed_in_decimal_and_hexadecimal, 0,
			    COUNT(unsigneds));
	tcase_add_loop_test(tcase, sizes_are_printed_in_full_length, 0, COUNT(sizes));
	tcase_add_test(tcase, conversions_take_their_arguments_in_order);
	tcase_add_test(tcase, null_pointer_is_printed_as_zero);
	tcase_add_test(tcase, two_percent_signs_make_one);
	tcase_add_loop_test(tcase, text_that_does_not_fit_is_cut_and_told, 0, COUNT(cuts));
	tcase_add_test(tcase, text_grows_at_its_end);
	tcase_add_test(tcase, random_numbers_are_printed_like_printf_does);
	suite_add_tcase(suite, tcase);
	return suite;
}
