/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pmem2_arch_ functions where the loader cannot bind ifuncs: each calls
 * through the bound row, which the first call finds. A constructor would come
 * too late for the constructors of other libraries.
 */
#include "arch/table.h"

static const struct pmem2_arch_row *bound;

__attribute__((noinline, cold)) static const struct pmem2_arch_row *find_row(void)
{
	const struct pmem2_arch_row *row = pmem2_arch_bound_row();

	__atomic_store_n(&bound, row, __ATOMIC_RELAXED);
	return row;
}

const struct pmem2_arch_row *pmem2_table_row(void)
{
	const struct pmem2_arch_row *found = __atomic_load_n(&bound, __ATOMIC_RELAXED);

	return __builtin_expect(found != NULL, 1) ? found : find_row();
}

void *pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags)
{
	return pmem2_table_row()->cache_line.memmove(dest, src, len, flags);
}

void *pmem2_arch_memset_cache_line(void *dest, int c, size_t len, unsigned flags)
{
	return pmem2_table_row()->cache_line.memset(dest, c, len, flags);
}

void pmem2_arch_flush_cache_line(const void *ptr, size_t len)
{
	pmem2_table_row()->cache_line.flush(ptr, len);
}

void *pmem2_arch_memmove_byte(void *dest, const void *src, size_t len, unsigned flags)
{
	return pmem2_table_row()->byte.memmove(dest, src, len, flags);
}

void *pmem2_arch_memset_byte(void *dest, int c, size_t len, unsigned flags)
{
	return pmem2_table_row()->byte.memset(dest, c, len, flags);
}
