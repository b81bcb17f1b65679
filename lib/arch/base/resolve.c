/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pmem2_arch_ functions as GNU ifuncs: the dynamic loader binds each to its
 * function of the bound row. The comparisons below must not become a table of
 * addresses, which would not be relocated yet.
 */
#include "arch.h"
#include "arch/resolver.h"
#include "kernels.h"
#include "rows.h"

#define MEMMOVE_CACHE_LINE(flush, stream)                                                          \
	RETURN_IF(id, PMEM2_ROW_ID(flush, stream), pmem2_memmove_##flush##_##stream)
#define MEMSET_CACHE_LINE(flush, stream)                                                           \
	RETURN_IF(id, PMEM2_ROW_ID(flush, stream), pmem2_memset_##flush##_##stream)
#define FLUSH_CACHE_LINE(flush, stream)                                                            \
	RETURN_IF(id, PMEM2_ROW_ID(flush, stream), pmem2_flush_##flush)
#define DRAIN(flush, stream) RETURN_IF(id, PMEM2_ROW_ID(flush, stream), pmem2_drain_##flush)

/* Nobody may flush a line that cannot be written back: doing nothing would lose data. */
static void flush_in_vain(const void *ptr, size_t size)
{
	(void)ptr;
	(void)size;
	__builtin_trap();
}

#define DEFINE_RESOLVER(name, function_type, ROW)                                                  \
	RESOLVER static function_type resolve_##name(unsigned long hwcap, const void *more)        \
	{                                                                                          \
		enum pmem2_row_id id =                                                             \
			pmem2_select_bound_row(pmem2_cpu_features_at_load(hwcap, more));           \
                                                                                                   \
		PMEM2_BOUND_ROWS(ROW)                                                              \
		__builtin_trap();                                                                  \
	}

DEFINE_RESOLVER(memmove_cache_line, pmem2_memmove_fn, MEMMOVE_CACHE_LINE)
DEFINE_RESOLVER(memset_cache_line, pmem2_memset_fn, MEMSET_CACHE_LINE)
DEFINE_RESOLVER(drain, pmem2_drain_fn, DRAIN)

RESOLVER static pmem2_flush_fn resolve_flush_cache_line(unsigned long hwcap, const void *more)
{
	enum pmem2_row_id id = pmem2_select_bound_row(pmem2_cpu_features_at_load(hwcap, more));

	RETURN_IF(id, PMEM2_ROW_ID(none, fixed), flush_in_vain)
	PMEM2_BOUND_ROWS(FLUSH_CACHE_LINE)
	__builtin_trap();
}

void *pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags)
	__attribute__((ifunc("resolve_memmove_cache_line")));
void *pmem2_arch_memset_cache_line(void *dest, int c, size_t len, unsigned flags)
	__attribute__((ifunc("resolve_memset_cache_line")));
void pmem2_arch_flush_cache_line(const void *ptr, size_t len)
	__attribute__((ifunc("resolve_flush_cache_line")));
void pmem2_arch_drain(void) __attribute__((ifunc("resolve_drain")));

/* What writes nothing back is the same in all rows that can be bound. */
void *pmem2_arch_memmove_byte(void *dest, const void *src, size_t len, unsigned flags)
{
	return pmem2_memmove_none_fixed(dest, src, len, flags);
}

void *pmem2_arch_memset_byte(void *dest, int c, size_t len, unsigned flags)
{
	return pmem2_memset_none_fixed(dest, c, len, flags);
}
