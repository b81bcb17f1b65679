/* SPDX-License-Identifier: BSD-3-Clause */
#include "sysfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "sysfs_tree.h"

static size_t descriptors;

static void begin(void)
{
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_write("first\nsecond", "bus/words");
	descriptors = pmem2_test_open_descriptors();
}

/* Every test ends here: no descriptor outlives a call. */
static void end(void)
{
	ck_assert_uint_eq(pmem2_test_open_descriptors(), descriptors);
	pmem2_sysfs_root = "/sys";
}

/* The path of something in the tree, until the next call. */
static const struct pmem2_sysfs_path *at(const char *name)
{
	static struct pmem2_sysfs_path path;

	pmem2_sysfs_path_start(&path, pmem2_sysfs_root);
	pmem2_sysfs_path_add(&path, "/");
	pmem2_sysfs_path_add(&path, name);
	return &path;
}

static const struct pmem2_sysfs_path *too_long(void)
{
	static char name[PMEM2_SYSFS_PATH + 1];

	memset(name, 'a', sizeof(name) - 1);
	return at(name);
}

START_TEST(programs_look_below_slash_sys)
{
	ck_assert_str_eq(pmem2_sysfs_root, "/sys");
}
END_TEST

START_TEST(path_is_written_piece_by_piece_and_taken_back)
{
	struct pmem2_sysfs_path path;
	struct pmem2_text rest;

	pmem2_sysfs_path_start(&path, "/sys");
	rest = path.rest;
	pmem2_sysfs_path_add(&path, "/bus");
	pmem2_sysfs_path_add(&path, "/words");
	ck_assert_str_eq(path.text, "/sys/bus/words");
	path.rest = rest;
	pmem2_sysfs_path_add(&path, "/dev");
	ck_assert_str_eq(path.text, "/sys/dev");
}
END_TEST

START_TEST(path_that_does_not_fit_is_cut)
{
	const struct pmem2_sysfs_path *path = too_long();

	ck_assert_uint_eq(strlen(path->text), PMEM2_SYSFS_PATH - 1);
	ck_assert_int_eq(strncmp(path->text, pmem2_sysfs_root, strlen(pmem2_sysfs_root)), 0);
}
END_TEST

START_TEST(first_line_is_read_without_its_newline)
{
	char line[16];

	ck_assert_int_eq(pmem2_sysfs_read(at("bus/words"), line, sizeof(line)), 0);
	ck_assert_str_eq(line, "first");
}
END_TEST

START_TEST(attribute_that_fills_the_buffer_is_refused)
{
	char line[sizeof("first\nsecond\n")];

	ck_assert_int_eq(pmem2_sysfs_read(at("bus/words"), line, sizeof(line)), 0);
	ck_assert_int_eq(pmem2_sysfs_read(at("bus/words"), line, sizeof(line) - 1), -EINVAL);
}
END_TEST

static const struct {
	size_t size;
	const char *line;
} starts[] = {{1, ""}, {3, "fi"}, {5, "firs"}, {6, "first"}, {7, "first"}, {16, "first"}};

START_TEST(start_of_a_line_is_what_the_buffer_has_room_for)
{
	char line[16];

	memset(line, 'x', sizeof(line));
	ck_assert_int_eq(pmem2_sysfs_read_start(at("bus/words"), line, starts[_i].size), 0);
	ck_assert_str_eq(line, starts[_i].line);
	ck_assert_int_eq(pmem2_sysfs_read_start(at("bus/none"), line, sizeof(line)), -ENOENT);
	ck_assert_int_eq(pmem2_sysfs_read_start(at("bus"), line, sizeof(line)), -EISDIR);
}
END_TEST

START_TEST(reading_fails_with_the_errno_of_the_system)
{
	char line[16] = "kept";

	ck_assert_int_eq(pmem2_sysfs_read(at("bus/none"), line, sizeof(line)), -ENOENT);
	ck_assert_int_eq(pmem2_sysfs_read(at("bus"), line, sizeof(line)), -EISDIR);
	ck_assert_int_eq(pmem2_sysfs_read(too_long(), line, sizeof(line)), -ENAMETOOLONG);
	ck_assert_str_eq(line, "kept");
}
END_TEST

static const struct {
	const char *text;
	unsigned long long value;
} numbers[] = {
	{"0", 0},
	{"2097152", 2097152},
	{"0x200000", 2097152},
	{"18446744073709551615", 18446744073709551615ULL},
};

START_TEST(decimal_and_hexadecimal_numbers_are_read)
{
	unsigned long long number = 77;

	pmem2_test_sysfs_write(numbers[_i].text, "bus/number");
	ck_assert_int_eq(pmem2_sysfs_read_number(at("bus/number"), &number), 0);
	ck_assert_uint_eq(number, numbers[_i].value);
}
END_TEST

static const char *const no_numbers[] = {
	"\n", "many", "12 ", " 12", "-1", "+1", "1x", "0x", "18446744073709551616"};

START_TEST(what_is_no_number_is_refused)
{
	unsigned long long number = 77;

	pmem2_test_sysfs_write(no_numbers[_i], "bus/number");
	ck_assert_int_eq(pmem2_sysfs_read_number(at("bus/number"), &number), -EINVAL);
	ck_assert_uint_eq(number, 77);
}
END_TEST

START_TEST(missing_number_is_told_apart_from_a_wrong_one)
{
	unsigned long long number = 77;

	ck_assert_int_eq(pmem2_sysfs_read_number(at("bus/none"), &number), -ENOENT);
	ck_assert_uint_eq(number, 77);
}
END_TEST

START_TEST(text_is_written_into_an_attribute)
{
	char line[16];

	pmem2_test_sysfs_write("0", "bus/switch");
	ck_assert_int_eq(pmem2_sysfs_write(at("bus/switch"), "1"), 0);
	ck_assert_int_eq(pmem2_sysfs_read(at("bus/switch"), line, sizeof(line)), 0);
	ck_assert_str_eq(line, "1");
}
END_TEST

START_TEST(writing_fails_with_the_errno_of_the_system)
{
	ck_assert_int_eq(symlink("/dev/full", pmem2_test_sysfs_path("bus/full")), 0);
	ck_assert_int_eq(pmem2_sysfs_write(at("bus/full"), "1"), -ENOSPC);
	ck_assert_int_eq(pmem2_sysfs_write(at("bus"), "1"), -EISDIR);
	ck_assert_int_eq(pmem2_sysfs_write(too_long(), "1"), -ENAMETOOLONG);
}
END_TEST

START_TEST(writing_creates_no_attribute)
{
	struct stat st;

	ck_assert_int_eq(pmem2_sysfs_write(at("bus/none"), "1"), -ENOENT);
	ck_assert_int_ne(stat(pmem2_test_sysfs_path("bus/none"), &st), 0);
}
END_TEST

START_TEST(text_of_a_link_is_given_as_it_stands)
{
	char target[16];

	ck_assert_int_eq(symlink("../not/there", pmem2_test_sysfs_path("bus/link")), 0);
	ck_assert_int_eq(pmem2_sysfs_link(at("bus/link"), target, sizeof(target)), 0);
	ck_assert_str_eq(target, "../not/there");
}
END_TEST

START_TEST(link_fails_with_the_errno_of_the_system)
{
	char target[16] = "kept";

	ck_assert_int_eq(pmem2_sysfs_link(at("bus/none"), target, sizeof(target)), -ENOENT);
	ck_assert_int_eq(pmem2_sysfs_link(at("bus/words"), target, sizeof(target)), -EINVAL);
	ck_assert_int_eq(pmem2_sysfs_link(too_long(), target, sizeof(target)), -ENAMETOOLONG);
	ck_assert_str_eq(target, "kept");
}
END_TEST

START_TEST(link_too_long_to_be_read_whole_is_refused)
{
	const char text[] = "../not/there";
	char target[sizeof(text)];

	ck_assert_int_eq(symlink(text, pmem2_test_sysfs_path("bus/link")), 0);
	ck_assert_int_eq(pmem2_sysfs_link(at("bus/link"), target, sizeof(text)), 0);
	ck_assert_int_eq(pmem2_sysfs_link(at("bus/link"), target, sizeof(text) - 1), -ENAMETOOLONG);
}
END_TEST

struct visits {
	unsigned count;
	unsigned stop_at;
	char names[64];
};

static int visit(const char *name, void *data)
{
	struct visits *visits = data;

	strcat(visits->names, name);
	return ++visits->count == visits->stop_at ? 7 : 0;
}

START_TEST(list_visits_each_entry_but_the_dotted)
{
	struct visits visits = {0};

	pmem2_test_sysfs_write("x", "bus/.hidden");
	pmem2_test_sysfs_write("x", "bus/more/deep");
	ck_assert_int_eq(pmem2_sysfs_list(at("bus"), visit, &visits), 0);
	ck_assert_uint_eq(visits.count, 2);
	ck_assert_ptr_nonnull(strstr(visits.names, "words"));
	ck_assert_ptr_nonnull(strstr(visits.names, "more"));
}
END_TEST

static int count(const char *name, void *data)
{
	++*(unsigned *)data;
	return 0;
}

START_TEST(list_visits_all_of_a_large_directory)
{
	unsigned visited = 0;

	for (unsigned i = 0; i < 300; i++)
		pmem2_test_sysfs_write("x", "large/entry-number-%u", i);
	ck_assert_int_eq(pmem2_sysfs_list(at("large"), count, &visited), 0);
	ck_assert_uint_eq(visited, 300);
}
END_TEST

START_TEST(list_ends_with_the_first_value_other_than_zero)
{
	struct visits visits = {.stop_at = 1};

	pmem2_test_sysfs_write("x", "bus/more/deep");
	ck_assert_int_eq(pmem2_sysfs_list(at("bus"), visit, &visits), 7);
	ck_assert_uint_eq(visits.count, 1);
}
END_TEST

START_TEST(list_fails_with_the_errno_of_the_system)
{
	struct visits visits = {0};

	ck_assert_int_eq(pmem2_sysfs_list(at("none"), visit, &visits), -ENOENT);
	ck_assert_int_eq(pmem2_sysfs_list(at("bus/words"), visit, &visits), -ENOTDIR);
	ck_assert_int_eq(pmem2_sysfs_list(too_long(), visit, &visits), -ENAMETOOLONG);
	ck_assert_uint_eq(visits.count, 0);
}
END_TEST

static TCase *attribute_case(void)
{
	TCase *tcase = tcase_create("attributes");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, path_is_written_piece_by_piece_and_taken_back);
	tcase_add_test(tcase, path_that_does_not_fit_is_cut);
	tcase_add_test(tcase, first_line_is_read_without_its_newline);
	tcase_add_test(tcase, attribute_that_fills_the_buffer_is_refused);
	tcase_add_loop_test(tcase, start_of_a_line_is_what_the_buffer_has_room_for, 0,
			    sizeof(starts) / sizeof(starts[0]));
	tcase_add_test(tcase, reading_fails_with_the_errno_of_the_system);
	tcase_add_loop_test(tcase, decimal_and_hexadecimal_numbers_are_read, 0,
			    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_loop_test(tcase, what_is_no_number_is_refused, 0,
			    sizeof(no_numbers) / sizeof(no_numbers[0]));
	tcase_add_test(tcase, missing_number_is_told_apart_from_a_wrong_one);
	tcase_add_test(tcase, text_is_written_into_an_attribute);
	tcase_add_test(tcase, writing_fails_with_the_errno_of_the_system);
	tcase_add_test(tcase, writing_creates_no_attribute);
	return tcase;
}

static TCase *tree_case(void)
{
	TCase *tcase = tcase_create("links and directories");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, text_of_a_link_is_given_as_it_stands);
	tcase_add_test(tcase, link_fails_with_the_errno_of_the_system);
	tcase_add_test(tcase, link_too_long_to_be_read_whole_is_refused);
	tcase_add_test(tcase, list_visits_each_entry_but_the_dotted);
	tcase_add_test(tcase, list_visits_all_of_a_large_directory);
	tcase_add_test(tcase, list_ends_with_the_first_value_other_than_zero);
	tcase_add_test(tcase, list_fails_with_the_errno_of_the_system);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("sysfs");
	TCase *root = tcase_create("root");

	tcase_add_test(root, programs_look_below_slash_sys);
	suite_add_tcase(suite, root);
	suite_add_tcase(suite, attribute_case());
	suite_add_tcase(suite, tree_case());
	return suite;
}
