/* SPDX-License-Identifier: BSD-3-Clause */
/* Choosing a row. Runs inside ifunc resolvers; see cpu.c for what that forbids. */
#include "arch/resolver.h"
#include "cpu.h"
#include "rows.h"

#define NEEDS_AND_STREAM(isa, flush, stream)                                                       \
	{PMEM2_ISA_##isa | PMEM2_CPU_##flush, PMEM2_STREAM_##stream},

static const struct {
	unsigned needs;
	enum pmem2_stream stream;
} rows[PMEM2_ROW_COUNT] = {PMEM2_ROWS(NEEDS_AND_STREAM)};

static const struct pmem2_arch_tune nothing_tuned;

RESOLVER static unsigned without(unsigned features, bool unwanted, unsigned bits)
{
	return unwanted ? features & ~bits : features;
}

RESOLVER static unsigned tuned_features(unsigned features, const struct pmem2_arch_tune *tune)
{
	features = without(features, tune->no_clwb, PMEM2_CPU_clwb);
	features = without(features, tune->no_clflushopt, PMEM2_CPU_clflushopt);
	features = without(features, tune->no_avx, PMEM2_CPU_avx | PMEM2_CPU_avx2);
	features = without(features, tune->no_avx512f,
			   PMEM2_CPU_avx512f | PMEM2_CPU_avx512vl | PMEM2_CPU_avx512bw);
	return without(features, !tune->movdir64b, PMEM2_CPU_movdir64b);
}

RESOLVER static enum pmem2_stream tuned_stream(const struct pmem2_arch_tune *tune)
{
	if (tune->no_movnt)
		return PMEM2_STREAM_never;
	return tune->has_movnt_threshold ? PMEM2_STREAM_tuned : PMEM2_STREAM_fixed;
}

RESOLVER enum pmem2_row_id pmem2_select_row(unsigned features, const struct pmem2_arch_tune *tune)
{
	/* Whatever CPUID says, a CPU in 64-bit mode executes the baseline. */
	unsigned usable = tuned_features(features, tune) | PMEM2_CPU_sse2 | PMEM2_CPU_clflush;
	enum pmem2_stream stream = tuned_stream(tune);
	unsigned id = 0;

	while (rows[id].stream != stream || (rows[id].needs & ~usable))
		id++;
	return id;
}

RESOLVER enum pmem2_row_id pmem2_select_bound_row(void)
{
	return pmem2_select_row(pmem2_cpu_features(), &nothing_tuned);
}
