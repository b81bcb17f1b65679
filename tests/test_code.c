/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "libpmem2/ext.h"
#include "support.h"

#define CODES 38 /* those of the ABI are numbered from -100000 downwards */

/* One number was never given out. */
#define FREE (-100002)

static const struct {
	int code;
	const char *name;
} named[] = {
	{0, "0"},
	{PMEM2_E_UNKNOWN, "PMEM2_E_UNKNOWN"},
	{PMEM2_E_NOSUPP, "PMEM2_E_NOSUPP"},
	{PMEM2_E_GRANULARITY_NOT_SUPPORTED, "PMEM2_E_GRANULARITY_NOT_SUPPORTED"},
	{PMEM2_E_IO_FAIL, "PMEM2_E_IO_FAIL"},
	{-EIO, "EIO"},
	{-EPERM, "EPERM"},
	{-ENOTSUP, "EOPNOTSUPP"},
	{-EAGAIN, "EAGAIN"},
	{-EHWPOISON, "EHWPOISON"},
	{FREE, "unknown"},
	{-100038, "unknown"},
	{-99999, "unknown"},
	{-4095, "unknown"},
	{-200, "unknown"},
	{EIO, "unknown"},
	{1, "unknown"},
	{INT_MAX, "unknown"},
	{INT_MIN, "unknown"},
};

START_TEST(code_is_named)
{
	ck_assert_str_eq(pmem2_err_name(named[_i].code), named[_i].name);
}
END_TEST

START_TEST(every_code_of_the_library_has_a_name_of_its_own)
{
	for (int i = 0; i < CODES; i++) {
		const char *name = pmem2_err_name(PMEM2_E_UNKNOWN - i);

		if (PMEM2_E_UNKNOWN - i == FREE)
			continue;
		ck_assert_int_eq(strncmp(name, "PMEM2_E_", 8), 0);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(name, pmem2_err_name(PMEM2_E_UNKNOWN - j));
	}
}
END_TEST

/* The C library of other systems has no such function. */
#ifdef HAS_STRERRORNAME
START_TEST(errno_values_are_named_as_the_c_library_does)
{
	for (int error = 1; error < 4096; error++) {
		const char *name = strerrorname_np(error);

		ck_assert_str_eq(pmem2_err_name(-error), name != NULL ? name : "unknown");
	}
}
END_TEST
#endif

Suite *test_suite(void)
{
	Suite *suite = suite_create("code");
	TCase *tests = tcase_create("code");

	tcase_add_loop_test(tests, code_is_named, 0, (int)(sizeof(named) / sizeof(named[0])));
	tcase_add_test(tests, every_code_of_the_library_has_a_name_of_its_own);
#ifdef HAS_STRERRORNAME
	tcase_add_test(tests, errno_values_are_named_as_the_c_library_does);
#endif
	suite_add_tcase(suite, tests);
	return suite;
}
