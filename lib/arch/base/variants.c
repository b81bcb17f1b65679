/* SPDX-License-Identifier: BSD-3-Clause */
/* The variant table: the functions of every row. */
#include "arch.h"
#include "cpu.h"
#include "kernels.h"
#include "rows.h"

#define STREAM_SUFFIX_fixed ""
#define STREAM_SUFFIX_tuned "-threshold"
#define STREAM_SUFFIX_never "-nomovnt"

/* A flush that does nothing stands in no row of files: see pmem2_arch_has_writeback. */
#define FLUSHES(flush_kind) (PMEM2_CPU_##flush_kind != PMEM2_CPU_none)

#define ROW(flush_kind, stream)                                                                    \
	[PMEM2_ROW_ID(flush_kind, stream)] = {                                                     \
		.name = PMEM2_CPU_ISA "-" #flush_kind STREAM_SUFFIX_##stream,                      \
		.needs = PMEM2_CPU_##flush_kind,                                                   \
		.cache_line =                                                                      \
			{                                                                          \
				.memmove = pmem2_memmove_##flush_kind##_##stream,                  \
				.memset = pmem2_memset_##flush_kind##_##stream,                    \
				.flush = FLUSHES(flush_kind) ? pmem2_flush_##flush_kind : NULL,    \
				.persist =                                                         \
					FLUSHES(flush_kind) ? pmem2_persist_##flush_kind : NULL,   \
				.drain = pmem2_drain_##flush_kind,                                 \
			},                                                                         \
		.byte =                                                                            \
			{                                                                          \
				.memmove = pmem2_memmove_none_##stream,                            \
				.memset = pmem2_memset_none_##stream,                              \
				.flush = pmem2_flush_none,                                         \
				.persist = pmem2_persist_none,                                     \
				.drain = pmem2_drain_##flush_kind,                                 \
			},                                                                         \
	},

static const struct pmem2_arch_row rows[PMEM2_ROW_COUNT] = {PMEM2_ROWS(ROW)};

size_t pmem2_movnt_threshold;

const struct pmem2_arch_row *pmem2_arch_bound_row(void)
{
	return &rows[pmem2_select_bound_row(pmem2_cpu_features())];
}

const struct pmem2_arch_row *pmem2_arch_tuned_row(const struct pmem2_arch_tune *tune)
{
	if (tune->has_movnt_threshold)
		__atomic_store_n(&pmem2_movnt_threshold, tune->movnt_threshold, __ATOMIC_RELAXED);
	return &rows[pmem2_select_row(pmem2_cpu_features(), tune)];
}

bool pmem2_arch_has_writeback(void)
{
	return (pmem2_cpu_features() & PMEM2_CPU_WRITE_BACK) != 0;
}

const struct pmem2_arch_row *pmem2_arch_row_at(size_t index)
{
	return index < PMEM2_ROW_COUNT ? &rows[index] : NULL;
}

bool pmem2_arch_row_runs_here(const struct pmem2_arch_row *row)
{
	return (row->needs & ~pmem2_cpu_features()) == 0;
}
