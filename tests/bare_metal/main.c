/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of the variant table on a CPU with nothing but it: each that the CPU
 * says it can execute moves and fills exactly the bytes it was given. What happened is
 * printed; the last line says how many calls were right.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "platform.h"

#define LEN_LAST 320
#define AROUND 80
#define AREA (AROUND + LEN_LAST + 64 + AROUND)
#define TRIES 4
#define FLAGS (PMEM2_F_MEM_VALID_FLAGS + 1)

static unsigned char source[AREA + 64] __attribute__((aligned(64)));
static unsigned char target[2 * AREA] __attribute__((aligned(64)));
static unsigned char expected[2 * AREA];
static unsigned cases, failures;

static void print_number(size_t number)
{
	char digits[21];
	char *p = digits + sizeof(digits) - 1;

	*p = '\0';
	do
		*--p = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	platform_print(p);
}

static void report(const char *row, const char *what, size_t to, size_t len, unsigned flags)
{
	platform_print("wrong: ");
	platform_print(row);
	platform_print(what);
	platform_print(" at ");
	print_number(to);
	platform_print(", length ");
	print_number(len);
	platform_print(", flags ");
	print_number(flags);
	platform_print("\n");
}

/* Any sequence without a pattern that copies could repeat. */
static unsigned next_random(void)
{
	static uint32_t state = 1;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void fill_randomly(void)
{
	for (size_t i = 0; i < sizeof(source); i++)
		source[i] = (unsigned char)next_random();
	for (size_t i = 0; i < sizeof(target); i++)
		target[i] = expected[i] = (unsigned char)next_random();
}

/* Compares the target with what it should be, and makes it so. */
static bool is_expected(void)
{
	unsigned char difference = 0;

	for (size_t i = 0; i < sizeof(target); i++) {
		difference |= target[i] ^ expected[i];
		target[i] = expected[i];
	}
	return difference == 0;
}

static void count(bool right, const char *row, const char *what, size_t to, size_t len,
		  unsigned flags)
{
	cases++;
	if (right)
		return;
	if (failures++ < 10)
		report(row, what, to, len, flags);
}

static void check_move(const struct pmem2_arch_row *row, const struct pmem2_arch_ops *ops,
		       size_t to, const unsigned char *from, size_t len)
{
	unsigned flags = next_random() % FLAGS;
	static unsigned char moved[LEN_LAST];
	bool returned;

	for (size_t i = 0; i < len; i++)
		moved[i] = from[i];
	for (size_t i = 0; i < len; i++)
		expected[to + i] = moved[i];
	returned = ops->memmove(target + to, from, len, flags) == target + to;
	count(is_expected() && returned, row->name, " memmove", to, len, flags);
}

static void check_fill(const struct pmem2_arch_row *row, const struct pmem2_arch_ops *ops,
		       size_t to, size_t len)
{
	unsigned flags = next_random() % FLAGS;
	int c = (int)next_random();
	bool returned;

	for (size_t i = 0; i < len; i++)
		expected[to + i] = (unsigned char)c;
	returned = ops->memset(target + to, c, len, flags) == target + to;
	count(is_expected() && returned, row->name, " memset", to, len, flags);
}

/* Writing lines back changes no byte. */
static void check_flush(const struct pmem2_arch_row *row, const struct pmem2_arch_ops *ops,
			size_t to, size_t len)
{
	if (ops->flush != NULL) {
		ops->flush(target + to, len);
		ops->persist(target + to, len);
	}
	ops->drain();
	count(is_expected(), row->name, " flush", to, len, 0);
}

static void check_functions(const struct pmem2_arch_row *row, const struct pmem2_arch_ops *ops)
{
	const struct pmem2_arch_tune tune = {.has_movnt_threshold = true,
					     .movnt_threshold = next_random() % LEN_LAST};

	pmem2_arch_tuned_row(&tune);
	fill_randomly();
	for (size_t i = 0; i < TRIES * (LEN_LAST + 1); i++) {
		size_t len = i % (LEN_LAST + 1);
		size_t to = AROUND + next_random() % 64;

		check_move(row, ops, to, source + next_random() % 64, len);
		check_move(row, ops, to, target + to - AROUND + next_random() % (2 * AROUND), len);
		check_move(row, ops, AROUND + 48, source + len % 64, len);
		check_fill(row, ops, to, len);
		check_flush(row, ops, to, len);
	}
}

void bare_main(void)
{
	platform_start();
	platform_print("bound: ");
	platform_print(pmem2_arch_bound_row()->name);
	platform_print("\n");
	for (size_t i = 0; pmem2_arch_row_at(i) != NULL; i++) {
		const struct pmem2_arch_row *row = pmem2_arch_row_at(i);

		if (!pmem2_arch_row_runs_here(row))
			continue;
		platform_print("row: ");
		platform_print(row->name);
		platform_print("\n");
		check_functions(row, &row->cache_line);
		check_functions(row, &row->byte);
	}
	print_number(cases - failures);
	platform_print(" of ");
	print_number(cases);
	platform_print(" calls were right\n");
	platform_stop();
}
