/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pmem2_arch_ functions as GNU ifuncs: the dynamic loader binds each to its
 * function of the bound row. See cpu.c for what a resolver may not do; the
 * comparisons below must not become a table of addresses, which would not be
 * relocated yet.
 */
#include "arch.h"
#include "arch/resolver.h"
#include "kernels.h"
#include "rows.h"

#define MEMMOVE_CACHE_LINE(isa, flush, stream)                                                     \
	RETURN_IF(id, PMEM2_ROW_ID(isa, flush, stream), pmem2_memmove_##isa##_##flush##_##stream)
#define MEMSET_CACHE_LINE(isa, flush, stream)                                                      \
	RETURN_IF(id, PMEM2_ROW_ID(isa, flush, stream), pmem2_memset_##isa##_##flush##_##stream)
#define FLUSH_CACHE_LINE(isa, flush, stream)                                                       \
	RETURN_IF(id, PMEM2_ROW_ID(isa, flush, stream), pmem2_flush_##flush)
#define MEMMOVE_BYTE(isa, flush, stream)                                                           \
	RETURN_IF(id, PMEM2_ROW_ID(isa, flush, stream), pmem2_memmove_##isa##_none_##stream)
#define MEMSET_BYTE(isa, flush, stream)                                                            \
	RETURN_IF(id, PMEM2_ROW_ID(isa, flush, stream), pmem2_memset_##isa##_none_##stream)

#define DEFINE_RESOLVER(name, function_type, ROW)                                                  \
	RESOLVER static function_type resolve_##name(void)                                         \
	{                                                                                          \
		enum pmem2_row_id id = pmem2_select_bound_row();                                   \
                                                                                                   \
		PMEM2_BOUND_ROWS(ROW)                                                              \
		__builtin_trap();                                                                  \
	}

DEFINE_RESOLVER(memmove_cache_line, pmem2_memmove_fn, MEMMOVE_CACHE_LINE)
DEFINE_RESOLVER(memset_cache_line, pmem2_memset_fn, MEMSET_CACHE_LINE)
DEFINE_RESOLVER(flush_cache_line, pmem2_flush_fn, FLUSH_CACHE_LINE)
DEFINE_RESOLVER(memmove_byte, pmem2_memmove_fn, MEMMOVE_BYTE)
DEFINE_RESOLVER(memset_byte, pmem2_memset_fn, MEMSET_BYTE)

#define BOUND_BY(name) __attribute__((ifunc("resolve_" #name)))

BOUND_BY(memmove_cache_line)
void *pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags);

BOUND_BY(memset_cache_line)
void *pmem2_arch_memset_cache_line(void *dest, int c, size_t len, unsigned flags);

BOUND_BY(flush_cache_line)
void pmem2_arch_flush_cache_line(const void *ptr, size_t len);

BOUND_BY(memmove_byte)
void *pmem2_arch_memmove_byte(void *dest, const void *src, size_t len, unsigned flags);

BOUND_BY(memset_byte)
void *pmem2_arch_memset_byte(void *dest, int c, size_t len, unsigned flags);
