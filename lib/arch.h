/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All that lib/ may know of lib/arch: the copy, fill and flush functions of
 * this CPU, and how to choose among them.
 *
 * A row is one complete choice: the functions of the CACHE_LINE and of the BYTE
 * granularity. The symbols pmem2_arch_* below are bound once (by ifunc, or
 * through a table, see the dispatch option) to the functions of the row that
 * pmem2_arch_bound_row returns.
 */
#ifndef PMEM2_ARCH_H
#define PMEM2_ARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

#pragma GCC visibility push(hidden)

struct pmem2_arch_ops {
	pmem2_memmove_fn memmove;
	pmem2_memset_fn memset;
	pmem2_flush_fn flush;
	pmem2_persist_fn persist;
	pmem2_drain_fn drain;
};

struct pmem2_arch_row {
	const char *name; /* such as "sse2-clwb" */
	unsigned needs;   /* feature bits of this CPU family that it executes */
	struct pmem2_arch_ops cache_line;
	struct pmem2_arch_ops byte;
};

/* What the environment asks of the choice; all zero asks for nothing. */
struct pmem2_arch_tune {
	bool no_clwb;
	bool no_clflushopt;
	bool no_movnt;
	bool no_avx;
	bool no_avx512f;
	bool movdir64b;
	bool has_movnt_threshold;
	size_t movnt_threshold;
};

/* The functions of the bound row. */
void *pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags);
void *pmem2_arch_memset_cache_line(void *dest, int c, size_t len, unsigned flags);
void pmem2_arch_flush_cache_line(const void *ptr, size_t len);
void *pmem2_arch_memmove_byte(void *dest, const void *src, size_t len, unsigned flags);
void *pmem2_arch_memset_byte(void *dest, int c, size_t len, unsigned flags);

/* The fence that every row's drain executes. */
void pmem2_arch_drain(void);

/* The row that the symbols above are bound to. */
const struct pmem2_arch_row *pmem2_arch_bound_row(void);

/*
 * The row for this CPU under `tune`. Stores the threshold, if there is one,
 * where the rows that read it from memory look.
 */
const struct pmem2_arch_row *pmem2_arch_tuned_row(const struct pmem2_arch_tune *tune);

/*
 * Whether user space on this CPU can write cache lines back to memory. Where it
 * cannot, no file may be given a granularity finer than PAGE, and the flush
 * members of every row are NULL.
 */
bool pmem2_arch_has_writeback(void);

/*
 * What writes lines back to where they survive even the loss of the energy that keeps the
 * rest of the persistence domain alive; NULL where this CPU has no such place.
 */
pmem2_flush_fn pmem2_arch_deep_flush_fn(void);

/* Every row compiled in, and whether this CPU can execute one. */
const struct pmem2_arch_row *pmem2_arch_row_at(size_t index); /* NULL past the last */
bool pmem2_arch_row_runs_here(const struct pmem2_arch_row *row);

#pragma GCC visibility pop

#endif
