/* SPDX-License-Identifier: BSD-3-Clause */
#include "err.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ---- the message ----------------------------------------------------------- */

START_TEST(message_is_empty_before_the_first_failure)
{
	ck_assert_str_eq(pmem2_errormsg(), "");
}
END_TEST

START_TEST(failure_returns_its_code_and_sets_the_message)
{
	ck_assert_int_eq(pmem2_fail(PMEM2_E_MAP_RANGE, "offset %zu of %s", (size_t)4711, "it"),
			 PMEM2_E_MAP_RANGE);
	ck_assert_str_eq(pmem2_errormsg(), "offset 4711 of it");
}
END_TEST

START_TEST(later_failure_replaces_the_message)
{
	pmem2_fail(-1, "the long text of an earlier failure");
	pmem2_fail(-1, "short");
	ck_assert_str_eq(pmem2_errormsg(), "short");
}
END_TEST

START_TEST(success_leaves_the_message)
{
	struct pmem2_config *cfg = NULL;

	pmem2_fail(-1, "still here");
	assert_success(pmem2_config_new(&cfg));
	assert_success(pmem2_config_delete(&cfg));
	ck_assert_str_eq(pmem2_errormsg(), "still here");
}
END_TEST

START_TEST(pointer_to_the_message_stays_the_same)
{
	const char *before = pmem2_errormsg();

	pmem2_fail(-1, "text");
	ck_assert_ptr_eq(pmem2_errormsg(), before);
	ck_assert_str_eq(before, "text");
}
END_TEST

/* The caller's address on success, so that joining tells that the thread saw what it expected. */
static void *check_other_thread(void *message_of_main)
{
	if (pmem2_errormsg() == message_of_main || pmem2_errormsg()[0] != '\0')
		return NULL;
	pmem2_fail(-1, "of the other thread");
	return strcmp(pmem2_errormsg(), "of the other thread") == 0 ? message_of_main : NULL;
}

START_TEST(each_thread_has_its_own_message)
{
	char *mine = (char *)(uintptr_t)pmem2_errormsg();
	pthread_t thread;
	void *result;

	pmem2_fail(-1, "of the main thread");
	ck_assert_int_eq(pthread_create(&thread, NULL, check_other_thread, mine), 0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_eq(result, mine);
	ck_assert_str_eq(mine, "of the main thread");
}
END_TEST

static const struct {
	size_t given;
	size_t kept;
} lengths[] = {{0, 0}, {1, 1}, {254, 254}, {255, 255}, {256, 255}, {300, 255}, {5000, 255}};

START_TEST(message_is_cut_at_255_characters)
{
	char text[5001];

	memset(text, 'x', lengths[_i].given);
	text[lengths[_i].given] = '\0';
	pmem2_fail(-1, "%s", text);
	ck_assert_uint_eq(strlen(pmem2_errormsg()), lengths[_i].kept);
	ck_assert_mem_eq(pmem2_errormsg(), text, lengths[_i].kept);
}
END_TEST

START_TEST(message_of_a_system_error_is_cut_at_255_characters)
{
	char text[301];

	memset(text, 'x', 300);
	text[300] = '\0';
	ck_assert_int_eq(pmem2_fail_errno(EACCES, "%s", text), -EACCES);
	ck_assert_uint_eq(strlen(pmem2_errormsg()), 255);
}
END_TEST

static const int system_errors[] = {EPERM, ENOENT, ENOMEM, EACCES, EINVAL, ENOSPC, ENOTSUP};

START_TEST(system_error_is_returned_negative_and_ends_with_its_text)
{
	int error = system_errors[_i];
	char expected[128];

	snprintf(expected, sizeof(expected), "reading fd 7: %s", strerror(error));
	ck_assert_int_eq(pmem2_fail_errno(error, "reading fd %d", 7), -error);
	ck_assert_str_eq(pmem2_errormsg(), expected);
	ck_assert_str_eq(pmem2_errno_text(error), strerror(error));
}
END_TEST

START_TEST(unknown_system_error_has_a_text_too)
{
	ck_assert_int_eq(pmem2_fail_errno(4000, "call"), -4000);
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), TEXT_UNKNOWN));
}
END_TEST

/* ---- printing ---------------------------------------------------------------- */

/* Where stderr leads during a test; a packet socket keeps the bounds of each write. */
static int packets[2];
static int saved_stderr;

static void redirect_stderr(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, packets), 0);
	saved_stderr = dup(STDERR_FILENO);
	ck_assert_int_eq(dup2(packets[1], STDERR_FILENO), STDERR_FILENO);
}

static void restore_stderr(void)
{
	ck_assert_int_eq(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
	close(saved_stderr);
	close(packets[0]);
	close(packets[1]);
}

/* The next write to stderr, as a text; empty when there was none. */
static const char *next_write(void)
{
	static char text[1024];
	ssize_t got = recv(packets[0], text, sizeof(text) - 1, MSG_DONTWAIT);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

START_TEST(perror_without_a_failure_prints_an_empty_message)
{
	pmem2_perror("pfx %d %c", 5, 'x');
	ck_assert_str_eq(next_write(), "pfx 5 x: \n");
}
END_TEST

START_TEST(perror_prints_prefix_and_message_in_one_write)
{
	pmem2_fail(-1, "what went wrong");
	pmem2_perror("%s at %05.1f", "mapping", 2.25);
	ck_assert_str_eq(next_write(), "mapping at 002.2: what went wrong\n");
	ck_assert_str_eq(next_write(), "");
}
END_TEST

START_TEST(perror_leaves_the_message)
{
	pmem2_fail(-1, "what went wrong");
	pmem2_perror("%s", "once");
	ck_assert_str_eq(pmem2_errormsg(), "what went wrong");
}
END_TEST

START_TEST(perror_prints_percent_signs_of_the_message_as_they_are)
{
	pmem2_fail(-1, "%s", "100%s full");
	pmem2_perror("disk");
	ck_assert_str_eq(next_write(), "disk: 100%s full\n");
}
END_TEST

START_TEST(perror_survives_a_closed_stderr)
{
	close(STDERR_FILENO);
	pmem2_perror("nobody reads this");
	ck_assert_int_eq(dup2(packets[1], STDERR_FILENO), STDERR_FILENO);
	ck_assert_str_eq(next_write(), "");
}
END_TEST

START_TEST(dying_prints_one_line_and_aborts)
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		pmem2_die("page %p is lost, error %d", (void *)0x1000, 5);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	ck_assert_str_eq(next_write(), "libpmem2: page 0x1000 is lost, error 5\n");
	ck_assert_str_eq(next_write(), "");
}
END_TEST

/* ---- codes ---------------------------------------------------------------------- */

static const struct {
	int code;
	int error;
} conversions[] = {
	{0, 0},
	{PMEM2_E_NOSUPP, ENOTSUP},
	{PMEM2_E_UNKNOWN, EINVAL},
	{PMEM2_E_FILE_HANDLE_NOT_SET, EINVAL},
	{PMEM2_E_MAP_RANGE, EINVAL},
	{PMEM2_E_IO_FAIL, EINVAL},
	{-ENOMEM, ENOMEM},
	{-EACCES, EACCES},
	{-EPERM, EPERM},
	{-4095, 4095},
	{-4096, EINVAL},
	{1, EINVAL},
	{ENOMEM, EINVAL},
	{INT32_MAX, EINVAL},
	{INT32_MIN, EINVAL},
};

START_TEST(code_turns_into_the_closest_errno)
{
	ck_assert_int_eq(pmem2_err_to_errno(conversions[_i].code), conversions[_i].error);
}
END_TEST

static const struct {
	int code;
	int number;
} codes[] = {
	{PMEM2_E_UNKNOWN, -100000},
	{PMEM2_E_NOSUPP, -100001},
	{PMEM2_E_FILE_HANDLE_NOT_SET, -100003},
	{PMEM2_E_INVALID_FILE_HANDLE, -100004},
	{PMEM2_E_INVALID_FILE_TYPE, -100005},
	{PMEM2_E_MAP_RANGE, -100006},
	{PMEM2_E_MAPPING_EXISTS, -100007},
	{PMEM2_E_GRANULARITY_NOT_SET, -100008},
	{PMEM2_E_GRANULARITY_NOT_SUPPORTED, -100009},
	{PMEM2_E_OFFSET_OUT_OF_RANGE, -100010},
	{PMEM2_E_OFFSET_UNALIGNED, -100011},
	{PMEM2_E_INVALID_ALIGNMENT_FORMAT, -100012},
	{PMEM2_E_INVALID_ALIGNMENT_VALUE, -100013},
	{PMEM2_E_INVALID_SIZE_FORMAT, -100014},
	{PMEM2_E_LENGTH_UNALIGNED, -100015},
	{PMEM2_E_MAPPING_NOT_FOUND, -100016},
	{PMEM2_E_BUFFER_TOO_SMALL, -100017},
	{PMEM2_E_SOURCE_EMPTY, -100018},
	{PMEM2_E_INVALID_SHARING_VALUE, -100019},
	{PMEM2_E_SRC_DEVDAX_PRIVATE, -100020},
	{PMEM2_E_INVALID_ADDRESS_REQUEST_TYPE, -100021},
	{PMEM2_E_ADDRESS_UNALIGNED, -100022},
	{PMEM2_E_ADDRESS_NULL, -100023},
	{PMEM2_E_DEEP_FLUSH_RANGE, -100024},
	{PMEM2_E_INVALID_REGION_FORMAT, -100025},
	{PMEM2_E_DAX_REGION_NOT_FOUND, -100026},
	{PMEM2_E_INVALID_DEV_FORMAT, -100027},
	{PMEM2_E_CANNOT_READ_BOUNDS, -100028},
	{PMEM2_E_NO_BAD_BLOCK_FOUND, -100029},
	{PMEM2_E_LENGTH_OUT_OF_RANGE, -100030},
	{PMEM2_E_INVALID_PROT_FLAG, -100031},
	{PMEM2_E_NO_ACCESS, -100032},
	{PMEM2_E_VM_RESERVATION_NOT_EMPTY, -100033},
	{PMEM2_E_MAP_EXISTS, -100034},
	{PMEM2_E_FILE_DESCRIPTOR_NOT_SET, -100035},
	{PMEM2_E_SOURCE_TYPE_NOT_SUPPORTED, -100036},
	{PMEM2_E_IO_FAIL, -100037},
};

START_TEST(codes_have_the_numbers_of_the_abi)
{
	ck_assert_int_eq(codes[_i].code, codes[_i].number);
}
END_TEST

/* ---- the suite -------------------------------------------------------------------- */

static TCase *message(void)
{
	TCase *tcase = tcase_create("message");

	tcase_add_test(tcase, message_is_empty_before_the_first_failure);
	tcase_add_test(tcase, failure_returns_its_code_and_sets_the_message);
	tcase_add_test(tcase, later_failure_replaces_the_message);
	tcase_add_test(tcase, success_leaves_the_message);
	tcase_add_test(tcase, pointer_to_the_message_stays_the_same);
	tcase_add_test(tcase, each_thread_has_its_own_message);
	tcase_add_loop_test(tcase, message_is_cut_at_255_characters, 0, COUNT(lengths));
	tcase_add_test(tcase, message_of_a_system_error_is_cut_at_255_characters);
	tcase_add_loop_test(tcase, system_error_is_returned_negative_and_ends_with_its_text, 0,
			    COUNT(system_errors));
	tcase_add_test(tcase, unknown_system_error_has_a_text_too);
	return tcase;
}

static TCase *printing(void)
{
	TCase *tcase = tcase_create("printing");

	tcase_add_checked_fixture(tcase, redirect_stderr, restore_stderr);
	tcase_add_test(tcase, perror_without_a_failure_prints_an_empty_message);
	tcase_add_test(tcase, perror_prints_prefix_and_message_in_one_write);
	tcase_add_test(tcase, perror_leaves_the_message);
	tcase_add_test(tcase, perror_prints_percent_signs_of_the_message_as_they_are);
	tcase_add_test(tcase, perror_survives_a_closed_stderr);
	tcase_add_test(tcase, dying_prints_one_line_and_aborts);
	return tcase;
}

static TCase *numbers(void)
{
	TCase *tcase = tcase_create("numbers");

	tcase_add_loop_test(tcase, code_turns_into_the_closest_errno, 0, COUNT(conversions));
	tcase_add_loop_test(tcase, codes_have_the_numbers_of_the_abi, 0, COUNT(codes));
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("err");

	suite_add_tcase(suite, message());
	suite_add_tcase(suite, printing());
	suite_add_tcase(suite, numbers());
	return suite;
}
