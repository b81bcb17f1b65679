/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers that kernels leave behind. */
#include <cpuid.h>
#include <stdint.h>
#include <stdlib.h>

#include "subjects.h"
#include "support.h"

#define LONGEST ((size_t)700)
#define ALL_FLAGS 64U

#define UPPER_HALVES 4U /* of XCR0 and of what XGETBV tells with ECX = 1: SDM 1, chapter 13 */

static char memory[8192] __attribute__((aligned(4096)));

static unsigned extended_state(unsigned which)
{
	unsigned low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(which));
	return low;
}

/* Whether the CPU tells which registers are as they were at the start. */
static bool knows_what_is_in_use(void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		return false;
	return (extended_state(0) & UPPER_HALVES) && __get_cpuid_count(0xd, 1, &a, &b, &c, &d) &&
	       (a & 4);
}

static bool is_dirty(void)
{
	return extended_state(1) & UPPER_HALVES;
}

static void soil(void)
{
	__asm__ volatile("vpcmpeqd %%xmm1, %%xmm1, %%xmm1; vinsertf128 $1, %%xmm1, %%ymm1, %%ymm1"
			 :
			 :
			 : "xmm1");
}

static void clean(void)
{
	__asm__ volatile("vzeroupper");
}

START_TEST(registers_in_use_can_be_told)
{
	soil();
	ck_assert(is_dirty());
	clean();
	ck_assert(!is_dirty());
}
END_TEST

/* Where the source begins: apart from the destination, within it, around its start. */
static const size_t sources[] = {4096, 1000 + 64, 1000 - 64};

static void assert_clean(const struct subject *subject, size_t len, unsigned flags)
{
	char *dest = memory + 1000;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		subject->memmove(dest, memory + sources[i], len, flags);
		ck_assert_msg(!is_dirty(), "%s: memmove of %zu bytes from %zu with flags %x",
			      subject->name, len, sources[i], flags);
	}
	subject->memset(dest, 1, len, flags);
	ck_assert_msg(!is_dirty(), "%s: memset of %zu bytes with flags %x", subject->name, len,
		      flags);
}

START_TEST(wide_registers_are_clean_after_each_call)
{
	struct subject subject = subject_at(_i);

	if (subject.name[0] == '\0' || subject.slow)
		return;
	clean();
	for (size_t len = 0; len <= LONGEST; len++)
		for (unsigned flags = 0; flags < ALL_FLAGS; flags++)
			assert_clean(&subject, len, flags);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("vectors");
	TCase *tests = tcase_create("upper halves");

	if (knows_what_is_in_use()) {
		tcase_add_test(tests, registers_in_use_can_be_told);
		tcase_add_loop_test(tests, wide_registers_are_clean_after_each_call, 0,
				    subject_count());
	}
	suite_add_tcase(suite, tests);
	return suite;
}
