/* SPDX-License-Identifier: BSD-3-Clause */
#include "ndctl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "support.h"

/* dlopen and dlsym are replaced to lack a library, or one function of it. */
static const char *missing_library;
static bool no_library;
static const char *missing_function;
static int open_count;

void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);
void *__real_dlsym(void *library, const char *name);
void *__wrap_dlsym(void *library, const char *name);
int __real_dlclose(void *library);
int __wrap_dlclose(void *library);

void *__wrap_dlopen(const char *name, int flags)
{
	if (no_library || (missing_library != NULL && strcmp(name, missing_library) == 0))
		return NULL;
	open_count++;
	return __real_dlopen(name, flags);
}

void *__wrap_dlsym(void *library, const char *name)
{
	if (missing_function != NULL && strcmp(name, missing_function) == 0)
		return NULL;
	return __real_dlsym(library, name);
}

int __wrap_dlclose(void *library)
{
	open_count--;
	return __real_dlclose(library);
}

START_TEST(table_has_every_function)
{
	const char *missing = "";
	const struct pmem2_ndctl *table = pmem2_ndctl_table(&missing);

	ck_assert_ptr_nonnull(table);
	ck_assert_ptr_null(missing);
#define CHECK(function) ck_assert(table->function != NULL);
	PMEM2_NDCTL_FUNCTIONS(CHECK)
	PMEM2_DAXCTL_FUNCTIONS(CHECK)
	ck_assert_ptr_eq(pmem2_ndctl_table(&missing), table);
	ck_assert_int_eq(open_count, 2);
}
END_TEST

START_TEST(library_starts_and_ends)
{
	const char *missing;
	const struct pmem2_ndctl *table = pmem2_ndctl_table(&missing);
	struct ndctl_ctx *ctx = NULL;

	ck_assert_int_eq(table->ndctl_new(&ctx), 0);
	ck_assert_ptr_nonnull(ctx);
	ck_assert_ptr_null(table->ndctl_unref(ctx));
}
END_TEST

static const char *const libraries[] = {"libndctl.so.6", "libdaxctl.so.1"};

START_TEST(missing_library_is_named_until_it_is_there)
{
	const char *missing = NULL;

	missing_library = libraries[_i];
	ck_assert_ptr_null(pmem2_ndctl_table(&missing));
	ck_assert_str_eq(missing, libraries[_i]);
	ck_assert_int_eq(open_count, 0);
	missing_library = NULL;
	ck_assert_ptr_nonnull(pmem2_ndctl_table(&missing));
	ck_assert_ptr_null(missing);
}
END_TEST

START_TEST(libndctl_is_named_first)
{
	const char *missing = NULL;

	no_library = true;
	ck_assert_ptr_null(pmem2_ndctl_table(&missing));
	ck_assert_str_eq(missing, "libndctl.so.6");
}
END_TEST

static const char *const functions[] = {"ndctl_cmd_unref", "daxctl_dev_get_size"};

START_TEST(missing_function_is_named_and_the_libraries_let_go)
{
	const char *missing = NULL;

	missing_function = functions[_i];
	ck_assert_ptr_null(pmem2_ndctl_table(&missing));
	ck_assert_str_eq(missing, missing_function);
	ck_assert_int_eq(open_count, 0);
}
END_TEST

#define THREADS 8

static pthread_barrier_t barrier;

static void *ask(void *data)
{
	const char *missing;

	(void)data;
	(void)pthread_barrier_wait(&barrier);
	return (void *)pmem2_ndctl_table(&missing);
}

START_TEST(threads_that_ask_at_once_get_one_table)
{
	pthread_t threads[THREADS];
	void *tables[THREADS];

	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], &tables[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_ptr_nonnull(tables[i]);
		ck_assert_ptr_eq(tables[i], tables[0]);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("ndctl");
	TCase *tests = tcase_create("table");

	tcase_add_test(tests, table_has_every_function);
	tcase_add_test(tests, library_starts_and_ends);
	tcase_add_loop_test(tests, missing_library_is_named_until_it_is_there, 0, 2);
	tcase_add_test(tests, libndctl_is_named_first);
	tcase_add_loop_test(tests, missing_function_is_named_and_the_libraries_let_go, 0, 2);
	tcase_add_test(tests, threads_that_ask_at_once_get_one_table);
	suite_add_tcase(suite, tests);
	return suite;
}
