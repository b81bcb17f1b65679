/* SPDX-License-Identifier: BSD-3-Clause */
/* What the test programs share. Each defines test_suite; main is in support.c. */
#ifndef PMEM2_TEST_SUPPORT_H
#define PMEM2_TEST_SUPPORT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

/* The type of ioctl's request, and texts of error numbers: C libraries differ. */
#ifdef __GLIBC__
typedef unsigned long pmem2_test_request;
#define TEXT_EIO "Input/output error"
#define TEXT_EMFILE "Too many open files"
#define TEXT_ENOMEM "Cannot allocate memory"
#define TEXT_EOPNOTSUPP "Operation not supported"
#define TEXT_UNKNOWN "nknown error" /* in capitals from strerror only */
#else
typedef int pmem2_test_request;
#define TEXT_EIO "I/O error"
#define TEXT_EMFILE "No file descriptors available"
#define TEXT_ENOMEM "Out of memory"
#define TEXT_EOPNOTSUPP "Not supported"
#define TEXT_UNKNOWN "No error information"
#endif

/* To be defined by each test program. */
Suite *test_suite(void);

/* Check's own assertion prints the code only; this one prints the library's message too. */
#define assert_success(call)                                                                       \
	do {                                                                                       \
		int assert_ret = (call);                                                           \
		ck_assert_msg(assert_ret == 0, "%s: %d, %s", #call, assert_ret, pmem2_errormsg()); \
	} while (0)

/* The call returns `code` and sets a message that contains `text`. */
#define assert_failure(call, code, text)                                                           \
	do {                                                                                       \
		pmem2_test_spoil_message();                                                        \
		int assert_ret = (call);                                                           \
		ck_assert_msg(assert_ret == (code), "%s: %d instead of %d, %s", #call, assert_ret, \
			      (code), pmem2_errormsg());                                           \
		pmem2_test_check_message(#call, text);                                             \
	} while (0)

/* Replace the message, so that one left over from before is noticed. */
void pmem2_test_spoil_message(void);
void pmem2_test_check_message(const char *call, const char *text);

/* A new, empty or `size` bytes long, already unlinked file; open for reading and writing. */
int pmem2_test_file(size_t size);

/* The same as a file with a name, in a directory that is removed when the program ends. */
const char *pmem2_test_named_file(size_t size);
const char *pmem2_test_directory(void);

/* End a program whose subject the machine lacks; called by test_suite. */
_Noreturn void pmem2_test_skip(const char *reason);

/* Shorthands that assert success. */
struct pmem2_source *pmem2_test_source(int fd);
struct pmem2_config *pmem2_test_config(enum pmem2_granularity granularity);
struct pmem2_map *pmem2_test_map(int fd, enum pmem2_granularity granularity);

/* Whether valgrind runs this: it is slow, and maps memory of its own at any time. */
bool pmem2_test_under_valgrind(void);

/*
 * Whether the program has its address space to itself. ThreadSanitizer, valgrind and
 * musl's allocator map memory of their own all the time; the first two drop hints that
 * they do not like, too.
 */
bool pmem2_test_is_alone(void);

/*
 * Whether a child can allocate whatever threads of its parent did at the time of the fork: not with
 * AddressSanitizer of gcc 12 and clang 14, whose allocator stays locked if it was.
 */
bool pmem2_test_allocates_after_fork(void);

/* How many descriptors are open, and how many bytes of address space are mapped, in this process.
 */
size_t pmem2_test_open_descriptors(void);
size_t pmem2_test_mapped_bytes(void);
#define assert_mapped_bytes(expected)                                                              \
	do {                                                                                       \
		size_t assert_expected = (expected);                                               \
		if (pmem2_test_is_alone())                                                         \
			ck_assert_uint_eq(pmem2_test_mapped_bytes(), assert_expected);             \
	} while (0)

/* Let the process map `bytes` more than it has mapped now, and not give itself more again. */
void pmem2_test_limit_address_space(size_t bytes);

/* The access to an address as in /proc/self/maps, such as "rw-s"; "" where nothing is mapped. */
const char *pmem2_test_access(const void *addr);
#define assert_unmapped(addr)                                                                      \
	do {                                                                                       \
		if (pmem2_test_is_alone())                                                         \
			ck_assert_str_eq(pmem2_test_access(addr), "");                             \
	} while (0)

/* The seed of random tests: PMEM2_TEST_SEED from the environment or a new one; printed. */
unsigned pmem2_test_seed(void);

#endif
