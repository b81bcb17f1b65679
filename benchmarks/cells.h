/* SPDX-License-Identifier: BSD-3-Clause */
/* Cells of the grid of copies and fills: what is done, from where to where. */
#ifndef PMEM2_BENCH_CELLS_H
#define PMEM2_BENCH_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

/* Where the source lies, seen from the destination. */
enum bench_placement {
	BENCH_APART,         /* half a page further in its page */
	BENCH_APART_ODD,     /* and one byte more */
	BENCH_ALIASED,       /* at the same place in another page */
	BENCH_ALIASED_ODD,   /* one byte before that, */
	BENCH_ALIASED_LINE,  /* or a line: loads of what looks as if it was just stored */
	BENCH_FORWARD_NEAR,  /* overlapping: a few bytes further */
	BENCH_FORWARD_HALF,  /* half the length further */
	BENCH_BACKWARD_NEAR, /* a few bytes before */
	BENCH_BACKWARD_HALF, /* half the length before */
	BENCH_PLACEMENTS
};

struct bench_cell {
	enum pmem2_granularity granularity;
	bool fills; /* else copies */
	size_t length;
	size_t offset; /* of the destination in its line */
	enum bench_placement placement;
	unsigned flags;
};

/* Page-aligned memory. */
struct bench_field {
	char *dest;
	char *src;
};

/* How much memory each part of a field needs for cells of up to `length` bytes. */
size_t bench_field_size(size_t length);

/*
 * Whether the grid has such a cell. A fill has no source, and one byte cannot
 * overlap in part. Copies to the very place of their source are left out: the
 * peer flushes nothing there.
 */
bool bench_cell_exists(const struct bench_cell *cell);

char *bench_cell_dest(const struct bench_cell *cell, const struct bench_field *field);
const char *bench_cell_src(const struct bench_cell *cell, const struct bench_field *field);

/* Such as "BYTE memmove NODRAIN". Returns how long it is. */
int bench_cell_operation(const struct bench_cell *cell, char *text, size_t size);

/* All but the length. */
void bench_cell_name(const struct bench_cell *cell, char *name, size_t size);

/* What is summed up together. */
void bench_cell_class(const struct bench_cell *cell, char *name, size_t size);

#endif
