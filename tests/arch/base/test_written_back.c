/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the compiled kernels of each row write back, seen where this CPU lacks the instruction:
 * each line of the destination once, and complete by then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "cpu.h"
#include "missing.h"
#include "support.h"

#define ALL_FLAGS (PMEM2_F_MEM_VALID_FLAGS + 1)
#define AREA 32768
#define LINES (AREA / 16)
#define CALLS 3000
#define LEN_MAX 9000

static char area[AREA] __attribute__((aligned(4096)));
static char expected[AREA];
static char source[AREA];
static const struct pmem2_arch_row *row;

static struct {
	char *dest;
	size_t len;
	unsigned lines[LINES];  /* how often each was written back */
	unsigned strays, early; /* outside the destination; before its last store */
	unsigned write_backs, fences;
	bool fenced_last;
} seen;

static bool is_complete(uintptr_t line)
{
	uintptr_t from = line > (uintptr_t)seen.dest ? line : (uintptr_t)seen.dest;
	uintptr_t to = line + pmem2_line_size;
	uintptr_t end = (uintptr_t)seen.dest + seen.len;

	if (to > end)
		to = end;
	return memcmp((void *)from, expected + (from - (uintptr_t)area), to - from) == 0;
}

static void on_missing(enum missing_kind kind, uintptr_t address)
{
	uintptr_t line = address & ~(pmem2_line_size - 1);

	seen.fenced_last = kind == MISSING_FENCE;
	if (kind == MISSING_FENCE) {
		seen.fences++;
		return;
	}
	seen.write_backs++;
	if (line + pmem2_line_size <= (uintptr_t)seen.dest ||
	    line >= (uintptr_t)seen.dest + seen.len) {
		seen.strays++;
		return;
	}
	seen.early += !is_complete(line);
	seen.lines[(line - (uintptr_t)area) / pmem2_line_size]++;
}

static size_t below(size_t limit)
{
	return (size_t)rand() % limit;
}

static void set_up(void)
{
	srand(pmem2_test_seed());
	for (size_t i = 0; i < AREA; i++)
		source[i] = (char)rand();
	/* Alignments of lines that are counted from the start of the area hold only then. */
	ck_assert_uint_le(pmem2_line_size, 4096);
	ck_assert_uint_ge(pmem2_line_size, 16);
	missing_record(on_missing);
}

/* Any length, most of them short. */
static size_t any_length(void)
{
	return below(below(4) ? 300 : LEN_MAX);
}

/* Every fourth range consists of whole words. */
static char *any_dest(size_t *len)
{
	size_t at = 4096 + below(4096);

	*len = any_length();
	if (below(4) != 0)
		return area + at;
	*len = below(9) * 8;
	return area + at / 8 * 8;
}

static void begin(char *dest, size_t len)
{
	memset(&seen, 0, sizeof(seen));
	seen.dest = dest;
	seen.len = len;
}

static unsigned lines_of(const char *dest, size_t len)
{
	uintptr_t first = (uintptr_t)dest / pmem2_line_size;

	return len == 0 ? 0 : (unsigned)(((uintptr_t)dest + len - 1) / pmem2_line_size - first + 1);
}

static void check(const char *what, unsigned lines, bool fenced)
{
	unsigned once = 0;

	for (size_t i = 0; i < LINES; i++)
		once += seen.lines[i] == 1;
	if (seen.strays != 0 || seen.early != 0 || once != lines || seen.write_backs != lines)
		ck_abort_msg("%s: %s of %zu bytes to %#zx wrote back %u lines, not %u: "
			     "%u once, %u elsewhere, %u too early",
			     row->name, what, seen.len, (size_t)(seen.dest - area),
			     seen.write_backs, lines, once, seen.strays, seen.early);
	if (seen.fences != 0 && (seen.fences != 1 || !fenced || !seen.fenced_last))
		ck_abort_msg("%s: %s: %u fences%s, %s expected", row->name, what, seen.fences,
			     seen.fenced_last ? "" : ", not last", fenced ? "1" : "none");
}

static bool is_drained(unsigned flags)
{
	return !(flags & (PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NOFLUSH));
}

static void check_move(const struct pmem2_arch_ops *ops, bool writes_back)
{
	size_t len;
	char *dest = any_dest(&len);
	const unsigned flags = (unsigned)below(ALL_FLAGS);
	const char *src = below(2) ? source + below(512) * 8 : dest + below(1024) - 512;

	memcpy(area, source, AREA);
	memcpy(expected, area, AREA);
	memmove(expected + (dest - area), src, len);
	begin(dest, len);
	ops->memmove(dest, src, len, flags);
	check("memmove", writes_back && !(flags & PMEM2_F_MEM_NOFLUSH) ? lines_of(dest, len) : 0,
	      is_drained(flags));
	ck_assert(memcmp(area, expected, AREA) == 0);
}

static void check_fill(const struct pmem2_arch_ops *ops, bool writes_back)
{
	size_t len;
	char *dest = any_dest(&len);
	const unsigned flags = (unsigned)below(ALL_FLAGS);

	memcpy(area, source, AREA);
	memcpy(expected, area, AREA);
	memset(expected + (dest - area), 0xa5, len);
	begin(dest, len);
	ops->memset(dest, 0xa5, len, flags);
	check("memset", writes_back && !(flags & PMEM2_F_MEM_NOFLUSH) ? lines_of(dest, len) : 0,
	      is_drained(flags));
	ck_assert(memcmp(area, expected, AREA) == 0);
}

static void check_flush(const struct pmem2_arch_ops *ops, bool writes_back)
{
	const size_t len = any_length();
	char *dest = area + 4096 + below(4096);
	const unsigned lines = writes_back ? lines_of(dest, len) : 0;

	memcpy(expected, area, AREA);
	begin(dest, len);
	ops->flush(dest, len);
	check("flush", lines, false);
	begin(dest, len);
	ops->persist(dest, len);
	check("persist", lines, true);
	begin(dest, 0);
	ops->drain();
	check("drain", 0, true);
}

static void check_ops(const struct pmem2_arch_ops *ops, bool writes_back)
{
	for (unsigned i = 0; i < CALLS; i++) {
		check_move(ops, writes_back);
		check_fill(ops, writes_back);
		if (ops->flush != NULL)
			check_flush(ops, writes_back);
	}
}

/* Whether write-backs of the row raise SIGILL here, and can so be seen. */
static bool is_seen(void)
{
	begin(area, 1);
	memcpy(expected, area, AREA);
	row->cache_line.flush(area, 1);
	return seen.write_backs != 0;
}

START_TEST(each_line_is_written_back_once_and_last)
{
	row = pmem2_arch_row_at((size_t)_i);
	if (row->cache_line.flush == NULL)
		return;
	if (!is_seen()) {
		printf("%s: this CPU has its write-back: none was seen\n", row->name);
		return;
	}
	printf("%s: this CPU lacks its write-back: seen\n", row->name);
	check_ops(&row->cache_line, true);
}
END_TEST

START_TEST(nothing_is_written_back_where_none_is_due)
{
	row = pmem2_arch_row_at((size_t)_i);
	check_ops(&row->byte, false);
	if (row->cache_line.flush == NULL)
		check_ops(&row->cache_line, false);
}
END_TEST

START_TEST(deep_flush_writes_each_line_back)
{
	const pmem2_flush_fn deep = pmem2_arch_deep_flush_fn();

	row = pmem2_arch_bound_row();
	if (deep == NULL || !is_seen())
		return;
	for (unsigned i = 0; i < CALLS; i++) {
		const size_t len = any_length();
		char *dest = area + below(4096);

		memcpy(expected, area, AREA);
		begin(dest, len);
		deep(dest, len);
		check("deep flush", lines_of(dest, len), false);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("written back");
	TCase *lines = tcase_create("lines");
	int rows = 0;

	while (pmem2_arch_row_at((size_t)rows) != NULL)
		rows++;
	tcase_set_timeout(lines, 300);
	tcase_add_checked_fixture(lines, set_up, NULL);
	tcase_add_loop_test(lines, each_line_is_written_back_once_and_last, 0, rows);
	tcase_add_loop_test(lines, nothing_is_written_back_where_none_is_due, 0, rows);
	tcase_add_test(lines, deep_flush_writes_each_line_back);
	suite_add_tcase(suite, lines);
	return suite;
}
