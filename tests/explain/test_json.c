/* SPDX-License-Identifier: BSD-3-Clause */
#include "json.h"

#include <stdint.h>
#include <stdlib.h>

#include "support.h"

static char *text;
static size_t size;
static struct explain_json json;

static void begin(void)
{
	json = (struct explain_json){.out = open_memstream(&text, &size)};
	ck_assert_ptr_nonnull(json.out);
}

/* The output since `begin` is this. */
static void assert_written(const char *expected)
{
	ck_assert_int_eq(fclose(json.out), 0);
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(members_and_elements_are_set_apart)
{
	begin();
	explain_json_open(&json, NULL, '{');
	explain_json_string(&json, "a", "x");
	explain_json_open(&json, "b", '[');
	explain_json_number(&json, NULL, UINT64_MAX);
	explain_json_signed(&json, NULL, -1);
	explain_json_close(&json, ']');
	explain_json_bool(&json, "c", true);
	explain_json_bool(&json, "d", false);
	explain_json_string(&json, "e", NULL);
	explain_json_close(&json, '}');
	assert_written("{\n"
		       "  \"a\": \"x\",\n"
		       "  \"b\": [\n"
		       "    18446744073709551615,\n"
		       "    -1\n"
		       "  ],\n"
		       "  \"c\": true,\n"
		       "  \"d\": false,\n"
		       "  \"e\": null\n"
		       "}\n");
}
END_TEST

START_TEST(empty_arrays_and_objects_take_no_line)
{
	begin();
	explain_json_open(&json, NULL, '[');
	explain_json_open(&json, NULL, '{');
	explain_json_close(&json, '}');
	explain_json_open(&json, NULL, '[');
	explain_json_close(&json, ']');
	explain_json_close(&json, ']');
	assert_written("[\n  {},\n  []\n]\n");
}
END_TEST

static const struct {
	const char *value, *written;
} strings[] = {
	{"", ""},
	{"plain /dev/pmem0", "plain /dev/pmem0"},
	{"\"\\", "\\\"\\\\"},
	{"a\nb\tc\001\033\177", "a\\nb\\u0009c\\u0001\\u001b\\u007f"},
	/* Well-formed sequences of two, three and four bytes, at the ends of their ranges. */
	{"\xc2\x80\xdf\xbf", "\xc2\x80\xdf\xbf"},
	{"\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbf", "\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbf"},
	{"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
	/* A continuation alone, one too few, overlong forms, a surrogate, beyond U+10FFFF. */
	{"\x80", "\\ufffd"},
	{"\xc3", "\\ufffd"},
	{"\xe2\x82", "\\ufffd\\ufffd"},
	{"\xe2\x82x", "\\ufffd\\ufffdx"},
	{"\xc0\xaf", "\\ufffd\\ufffd"},
	{"\xe0\x9f\xbf", "\\ufffd\\ufffd\\ufffd"},
	{"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},
	{"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
	{"\xff", "\\ufffd"},
};

START_TEST(strings_are_escaped)
{
	char expected[128];

	begin();
	explain_json_string(&json, NULL, strings[_i].value);
	snprintf(expected, sizeof(expected), "\"%s\"", strings[_i].written);
	assert_written(expected);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("explain_json");
	TCase *tcase = tcase_create("json");

	tcase_add_test(tcase, members_and_elements_are_set_apart);
	tcase_add_test(tcase, empty_arrays_and_objects_take_no_line);
	tcase_add_loop_test(tcase, strings_are_escaped, 0, sizeof(strings) / sizeof(strings[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
