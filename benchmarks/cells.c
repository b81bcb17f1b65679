/* SPDX-License-Identifier: BSD-3-Clause */
#include "cells.h"

#include <stdint.h>
#include <stdio.h>

#define PAGE ((size_t)4096)
#define LINE 64

static const char *const placement_names[BENCH_PLACEMENTS] = {"apart",
							      "apart +1",
							      "4K-aliased",
							      "4K-aliased -1",
							      "4K-aliased -64",
							      "overlap forward near",
							      "overlap forward half",
							      "overlap backward near",
							      "overlap backward half"};

static const struct {
	unsigned flags;
	const char *name;
} flag_names[] = {
	{PMEM2_F_MEM_NODRAIN, " NODRAIN"},
	{PMEM2_F_MEM_NOFLUSH, " NOFLUSH"},
	{PMEM2_F_MEM_TEMPORAL, " TEMPORAL"},
	{PMEM2_F_MEM_NONTEMPORAL, " NONTEMPORAL"},
	{PMEM2_F_MEM_WC, " WC"},
	{PMEM2_F_MEM_WB, " WB"},
};

size_t bench_field_size(size_t length)
{
	return 4 * PAGE + 2 * length;
}

static bool overlaps(const struct bench_cell *cell)
{
	return cell->placement >= BENCH_FORWARD_NEAR;
}

bool bench_cell_exists(const struct bench_cell *cell)
{
	if (cell->fills)
		return cell->placement == BENCH_APART;
	return !overlaps(cell) || cell->length > 1;
}

/* Far enough in that an overlapping source may begin before. */
char *bench_cell_dest(const struct bench_cell *cell, const struct bench_field *field)
{
	size_t before = (cell->length / 2 + PAGE - 1) & ~(PAGE - 1);

	return field->dest + PAGE + before + cell->offset;
}

static size_t near_distance(const struct bench_cell *cell)
{
	return cell->length > 8 ? 8 : 1;
}

const char *bench_cell_src(const struct bench_cell *cell, const struct bench_field *field)
{
	const char *dest = bench_cell_dest(cell, field);
	const char *aliased = field->src + PAGE + ((uintptr_t)dest & (PAGE - 1));

	switch (cell->placement) {
	case BENCH_APART:
		return field->src + PAGE + PAGE / 2;
	case BENCH_APART_ODD:
		return field->src + PAGE + PAGE / 2 + 1;
	case BENCH_ALIASED_ODD:
		return aliased - 1;
	case BENCH_ALIASED_LINE:
		return aliased - LINE;
	case BENCH_FORWARD_NEAR:
		return dest + near_distance(cell);
	case BENCH_FORWARD_HALF:
		return dest + cell->length / 2;
	case BENCH_BACKWARD_NEAR:
		return dest - near_distance(cell);
	case BENCH_BACKWARD_HALF:
		return dest - cell->length / 2;
	default:
		return aliased;
	}
}

int bench_cell_operation(const struct bench_cell *cell, char *text, size_t size)
{
	int length = snprintf(text, size, "%s %s",
			      cell->granularity == PMEM2_GRANULARITY_BYTE ? "BYTE" : "CACHE_LINE",
			      cell->fills ? "memset" : "memmove");

	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if ((cell->flags & flag_names[i].flags) != 0)
			length += snprintf(text + length, size - (size_t)length, "%s",
					   flag_names[i].name);
	}
	return length;
}

void bench_cell_name(const struct bench_cell *cell, char *name, size_t size)
{
	int length = bench_cell_operation(cell, name, size);

	length += snprintf(name + length, size - (size_t)length, " to +%zu", cell->offset);
	if (!cell->fills)
		snprintf(name + length, size - (size_t)length, " from %s",
			 placement_names[cell->placement]);
}

/* The greatest lengths of the classes, which are coarser where there are flags. */
static const size_t byte_limits[] = {16, 64, 256, 4096, SIZE_MAX};
static const size_t line_limits[] = {64, 256, 16384, SIZE_MAX};
static const size_t flag_limits[] = {64, 256, SIZE_MAX};

void bench_cell_class(const struct bench_cell *cell, char *name, size_t size)
{
	const size_t *limit =
		cell->granularity == PMEM2_GRANULARITY_BYTE ? byte_limits : line_limits;
	size_t from = 1;
	int length = bench_cell_operation(cell, name, size);

	if (cell->flags != 0)
		limit = flag_limits;
	for (; cell->length > *limit; limit++)
		from = *limit + 1;
	length += snprintf(name + length, size - (size_t)length, "%s",
			   overlaps(cell) ? " overlapping" : "");
	if (*limit == SIZE_MAX)
		snprintf(name + length, size - (size_t)length, " %zu B and more", from);
	else
		snprintf(name + length, size - (size_t)length, " %zu-%zu B", from, *limit);
}
