/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every row of the variant table, best first: ROW(flush, stream).
 *
 * flush names the PMEM2_CPU_ bit that the row needs; none is the row of a CPU that lets no
 * program write lines back. stream is one of enum pmem2_stream.
 */
#ifndef PMEM2_BASE_ROWS_H
#define PMEM2_BASE_ROWS_H

#include "arch.h"
#include "arch/stream.h"
#include "cpu.h"

#define PMEM2_ROWS_OF_STREAM(ROW, stream) PMEM2_FLUSHES(ROW, stream) ROW(none, stream)

/* The rows that are chosen when nothing is tuned. */
#define PMEM2_BOUND_ROWS(ROW) PMEM2_ROWS_OF_STREAM(ROW, fixed)

#if PMEM2_CPU_STREAMS
#define PMEM2_ROWS(ROW)                                                                            \
	PMEM2_ROWS_OF_STREAM(ROW, fixed)                                                           \
	PMEM2_ROWS_OF_STREAM(ROW, tuned)                                                           \
	PMEM2_ROWS_OF_STREAM(ROW, never)
#else
#define PMEM2_ROWS(ROW) PMEM2_BOUND_ROWS(ROW)
#endif

#define PMEM2_ROW_ID(flush, stream) PMEM2_ROW_##flush##_##stream
#define PMEM2_ROW_ID_COMMA(flush, stream) PMEM2_ROW_ID(flush, stream),

enum pmem2_row_id { PMEM2_ROWS(PMEM2_ROW_ID_COMMA) PMEM2_ROW_COUNT };

#pragma GCC visibility push(hidden)

/*
 * The first row that a CPU with these PMEM2_CPU_ bits can execute and that does
 * what `tune` asks, as far as there are rows that differ in it.
 */
enum pmem2_row_id pmem2_select_row(unsigned features, const struct pmem2_arch_tune *tune);

/* The row of a CPU with these bits and nothing tuned. */
enum pmem2_row_id pmem2_select_bound_row(unsigned features);

#pragma GCC visibility pop

#endif
