/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one row of a CPU whose write-back instructions this library does not
 * know. Nothing finer than PAGE may be offered for files there, so nobody may
 * flush a cache line, and nobody can: doing nothing would lose data silently.
 */
#include "arch.h"
#include "kernels.h"

static void flush_nothing(const void *ptr, size_t size)
{
	(void)ptr;
	(void)size;
}

static void persist_by_fence(const void *ptr, size_t size)
{
	(void)ptr;
	(void)size;
	pmem2_drain_generic();
}

static const struct pmem2_arch_row generic = {
	.name = "generic",
	.cache_line =
		{
			.memmove = pmem2_memmove_generic,
			.memset = pmem2_memset_generic,
			.drain = pmem2_drain_generic,
		},
	.byte =
		{
			.memmove = pmem2_memmove_generic,
			.memset = pmem2_memset_generic,
			.flush = flush_nothing,
			.persist = persist_by_fence,
			.drain = pmem2_drain_generic,
		},
};

void *pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags)
{
	return pmem2_memmove_generic(dest, src, len, flags);
}

void *pmem2_arch_memset_cache_line(void *dest, int c, size_t len, unsigned flags)
{
	return pmem2_memset_generic(dest, c, len, flags);
}

void pmem2_arch_flush_cache_line(const void *ptr, size_t len)
{
	(void)ptr;
	(void)len;
	__builtin_trap();
}

void *pmem2_arch_memmove_byte(void *dest, const void *src, size_t len, unsigned flags)
{
	return pmem2_memmove_generic(dest, src, len, flags);
}

void *pmem2_arch_memset_byte(void *dest, int c, size_t len, unsigned flags)
{
	return pmem2_memset_generic(dest, c, len, flags);
}

void pmem2_arch_drain(void)
{
	pmem2_drain_generic();
}

const struct pmem2_arch_row *pmem2_arch_bound_row(void)
{
	return &generic;
}

const struct pmem2_arch_row *pmem2_arch_tuned_row(const struct pmem2_arch_tune *tune)
{
	(void)tune;
	return &generic;
}

bool pmem2_arch_has_writeback(void)
{
	return false;
}

pmem2_flush_fn pmem2_arch_deep_flush_fn(void)
{
	return NULL;
}

const struct pmem2_arch_row *pmem2_arch_row_at(size_t index)
{
	return index == 0 ? &generic : NULL;
}

bool pmem2_arch_row_runs_here(const struct pmem2_arch_row *row)
{
	(void)row;
	return true;
}
