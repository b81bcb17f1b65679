/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every row of the variant table, best first: ROW(isa, flush, stream).
 *
 * isa and flush name the PMEM2_CPU_ bits that the row executes. stream is one
 * of enum pmem2_stream. The build makes the kernels of each row from kernel.c.in.
 */
#ifndef PMEM2_X86_ROWS_H
#define PMEM2_X86_ROWS_H

#include "arch.h"
#include "arch/stream.h"

#define PMEM2_ROWS_OF_ISA(ROW, isa, stream)                                                        \
	ROW(isa, clwb, stream)                                                                     \
	ROW(isa, clflushopt, stream)                                                               \
	ROW(isa, clflush, stream)

#define PMEM2_ROWS_OF_VECTORS(ROW, stream)                                                         \
	PMEM2_ROWS_OF_ISA(ROW, avx512, stream)                                                     \
	PMEM2_ROWS_OF_ISA(ROW, avx2, stream)                                                       \
	PMEM2_ROWS_OF_ISA(ROW, sse2, stream)

#define PMEM2_ROWS(ROW)                                                                            \
	PMEM2_ROWS_OF_ISA(ROW, movdir64b, fixed)                                                   \
	PMEM2_ROWS_OF_ISA(ROW, movdir64b, tuned)                                                   \
	PMEM2_ROWS_OF_VECTORS(ROW, fixed)                                                          \
	PMEM2_ROWS_OF_VECTORS(ROW, tuned)                                                          \
	PMEM2_ROWS_OF_VECTORS(ROW, never)

/* The rows that are chosen when nothing is tuned: MOVDIR64B has to be asked for. */
#define PMEM2_BOUND_ROWS(ROW) PMEM2_ROWS_OF_VECTORS(ROW, fixed)

#define PMEM2_ROW_ID(isa, flush, stream) PMEM2_ROW_##isa##_##flush##_##stream
#define PMEM2_ROW_ID_COMMA(isa, flush, stream) PMEM2_ROW_ID(isa, flush, stream),

enum pmem2_row_id { PMEM2_ROWS(PMEM2_ROW_ID_COMMA) PMEM2_ROW_COUNT };

#pragma GCC visibility push(hidden)

/*
 * The first row that a CPU with these PMEM2_CPU_ bits can execute and that does
 * what `tune` asks.
 */
enum pmem2_row_id pmem2_select_row(unsigned features, const struct pmem2_arch_tune *tune);

/* The row of this CPU with nothing tuned. */
enum pmem2_row_id pmem2_select_bound_row(void);

#pragma GCC visibility pop

#endif
