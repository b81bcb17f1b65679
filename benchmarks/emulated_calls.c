/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls each function once, for a tracer to follow: emulated_count. With --list it names
 * the calls instead, a line each, in the order in which it makes them.
 */
#include <stdio.h>
#include <string.h>

#include "../tests/arch/base/missing.h"
#include "arch.h"
#include "arch/generic/kernels.h"

static const size_t sizes[] = {8, 64, 100, 256, 512, 4096};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static char source[8192] __attribute__((aligned(4096)));
static char target[8192] __attribute__((aligned(4096)));

void begin_call(void);
void end_call(void);

/* The tracer looks for these. */
__attribute__((noinline)) void begin_call(void)
{
	__asm__ volatile("" : : : "memory");
}

__attribute__((noinline)) void end_call(void)
{
	__asm__ volatile("" : : : "memory");
}

static void persist_nothing(const void *ptr, size_t size)
{
	(void)ptr;
	(void)size;
	pmem2_drain_generic();
}

/* The functions that the library itself calls, which the loader has bound to a row. */
static void *move_lines(void *dest, const void *src, size_t len, unsigned flags)
{
	return pmem2_arch_memmove_cache_line(dest, src, len, flags);
}

static void *fill_lines(void *dest, int c, size_t len, unsigned flags)
{
	return pmem2_arch_memset_cache_line(dest, c, len, flags);
}

static void persist_lines(const void *ptr, size_t size)
{
	pmem2_arch_flush_cache_line(ptr, size);
	pmem2_arch_drain();
}

static void *move_bytes(void *dest, const void *src, size_t len, unsigned flags)
{
	return pmem2_arch_memmove_byte(dest, src, len, flags);
}

static void *fill_bytes(void *dest, int c, size_t len, unsigned flags)
{
	return pmem2_arch_memset_byte(dest, c, len, flags);
}

static void persist_bytes(const void *ptr, size_t size)
{
	(void)ptr;
	(void)size;
	pmem2_arch_drain();
}

static void call_all(const struct pmem2_arch_ops *ops, size_t size)
{
	begin_call();
	ops->memmove(target, source, size, 0);
	end_call();
	begin_call();
	ops->memset(target, 1, size, 0);
	end_call();
	begin_call();
	ops->persist(target, size);
	end_call();
}

static void visit_row(const char *name, const char *granularity, const struct pmem2_arch_ops *ops,
		      bool lists)
{
	static const char *const calls[] = {"memmove", "memset", "persist"};

	for (size_t i = 0; i < SIZES; i++) {
		if (!lists)
			call_all(ops, sizes[i]);
		for (size_t call = 0; lists && call < 3; call++)
			printf("%s,%s,%s,%zu\n", name, granularity, calls[call], sizes[i]);
	}
}

static void visit(const char *name, const struct pmem2_arch_row *row, bool lists)
{
	if (row->cache_line.flush != NULL)
		visit_row(name, "CACHE_LINE", &row->cache_line, lists);
	else
		visit_row(name, "BYTE", &row->byte, lists);
}

static void visit_bound(bool lists)
{
	const struct pmem2_arch_ops lines = {
		.memmove = move_lines, .memset = fill_lines, .persist = persist_lines};
	const struct pmem2_arch_ops bytes = {
		.memmove = move_bytes, .memset = fill_bytes, .persist = persist_bytes};

	if (pmem2_arch_has_writeback())
		visit_row("bound", "CACHE_LINE", &lines, lists);
	else
		visit_row("bound", "BYTE", &bytes, lists);
}

int main(int argc, char **argv)
{
	const bool lists = argc > 1 && strcmp(argv[1], "--list") == 0;
	const struct pmem2_arch_ops generic = {
		.memmove = pmem2_memmove_generic,
		.memset = pmem2_memset_generic,
		.persist = persist_nothing,
	};
	const struct pmem2_arch_row *row;

	missing_record(NULL);
	/* Learns the line size. */
	(void)pmem2_arch_bound_row();
	visit_row("generic", "BYTE", &generic, lists);
	for (size_t i = 0; (row = pmem2_arch_row_at(i)) != NULL; i++)
		visit(row->name, row, lists);
	/* The same row twice: what it does, and what is done through the bound functions. */
	visit("chosen", pmem2_arch_bound_row(), lists);
	visit_bound(lists);
	return 0;
}
