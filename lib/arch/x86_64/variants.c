/* SPDX-License-Identifier: BSD-3-Clause */
/* The variant table: the functions of every row. */
#include "arch.h"
#include "cpu.h"
#include "kernels.h"
#include "rows.h"

#define STREAM_SUFFIX_fixed ""
#define STREAM_SUFFIX_tuned "-threshold"
#define STREAM_SUFFIX_never "-nomovnt"

#define OPS(isa, flush_kind, stream)                                                               \
	{                                                                                          \
		.memmove = pmem2_memmove_##isa##_##flush_kind##_##stream,                          \
		.memset = pmem2_memset_##isa##_##flush_kind##_##stream,                            \
		.flush = pmem2_flush_##flush_kind, .persist = pmem2_persist_##flush_kind,          \
		.drain = pmem2_arch_drain,                                                         \
	}

#define ROW(isa, flush_kind, stream)                                                               \
	[PMEM2_ROW_ID(isa, flush_kind, stream)] = {                                                \
		.name = #isa "-" #flush_kind STREAM_SUFFIX_##stream,                               \
		.needs = PMEM2_ISA_##isa | PMEM2_CPU_##flush_kind,                                 \
		.cache_line = OPS(isa, flush_kind, stream),                                        \
		.byte = OPS(isa, none, stream),                                                    \
	},

static const struct pmem2_arch_row rows[PMEM2_ROW_COUNT] = {PMEM2_ROWS(ROW)};

size_t pmem2_movnt_threshold;

const struct pmem2_arch_row *pmem2_arch_bound_row(void)
{
	return &rows[pmem2_select_bound_row()];
}

const struct pmem2_arch_row *pmem2_arch_tuned_row(const struct pmem2_arch_tune *tune)
{
	if (tune->has_movnt_threshold)
		__atomic_store_n(&pmem2_movnt_threshold, tune->movnt_threshold, __ATOMIC_RELAXED);
	return &rows[pmem2_select_row(pmem2_cpu_features(), tune)];
}

bool pmem2_arch_has_writeback(void)
{
	return true;
}

pmem2_flush_fn pmem2_arch_deep_flush_fn(void)
{
	return NULL;
}

const struct pmem2_arch_row *pmem2_arch_row_at(size_t index)
{
	return index < PMEM2_ROW_COUNT ? &rows[index] : NULL;
}

bool pmem2_arch_row_runs_here(const struct pmem2_arch_row *row)
{
	return (row->needs & ~pmem2_cpu_features()) == 0;
}
