/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Choosing a row. Runs inside ifunc resolvers, before relocation: no calls out of the
 * resolver objects, no data with addresses in it.
 */
#include "arch/resolver.h"
#include "rows.h"

#define NEEDS_AND_STREAM(flush, stream) {PMEM2_CPU_##flush, PMEM2_STREAM_##stream},

static const struct {
	unsigned needs;
	enum pmem2_stream stream;
} rows[PMEM2_ROW_COUNT] = {PMEM2_ROWS(NEEDS_AND_STREAM)};

static const struct pmem2_arch_tune nothing_tuned;

RESOLVER static enum pmem2_stream tuned_stream(const struct pmem2_arch_tune *tune)
{
	if (!PMEM2_CPU_STREAMS)
		return PMEM2_STREAM_fixed;
	if (tune->no_movnt)
		return PMEM2_STREAM_never;
	return tune->has_movnt_threshold ? PMEM2_STREAM_tuned : PMEM2_STREAM_fixed;
}

RESOLVER enum pmem2_row_id pmem2_select_row(unsigned features, const struct pmem2_arch_tune *tune)
{
	enum pmem2_stream stream = tuned_stream(tune);
	unsigned id = 0;

	while (rows[id].stream != stream || (rows[id].needs & ~features))
		id++;
	return id;
}

RESOLVER enum pmem2_row_id pmem2_select_bound_row(unsigned features)
{
	return pmem2_select_row(features, &nothing_tuned);
}
