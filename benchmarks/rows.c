/* SPDX-License-Identifier: BSD-3-Clause */
#include "rows.h"

/* By its place: with lib/ among the include directories, lib/err.h would hide <err.h>. */
#include "../lib/arch.h"

size_t bench_rows(enum pmem2_granularity granularity, struct bench_row *rows, size_t max)
{
	const struct pmem2_arch_row *row;
	size_t count = 0;

	for (size_t i = 0; count < max && (row = pmem2_arch_row_at(i)) != NULL; i++) {
		const struct pmem2_arch_ops *ops =
			granularity == PMEM2_GRANULARITY_BYTE ? &row->byte : &row->cache_line;
		if (!pmem2_arch_row_runs_here(row) || ops->persist == NULL)
			continue;
		rows[count++] =
			(struct bench_row){row->name, ops->memmove, ops->memset, ops->persist};
	}
	return count;
}
