/* SPDX-License-Identifier: BSD-3-Clause */
#include "subjects.h"

#include <stdio.h>

#include "arch/generic/kernels.h"
#include "emulate.h"

int subject_count(void)
{
	size_t rows = 0;

	while (pmem2_arch_row_at(rows) != NULL)
		rows++;
	return 1 + 2 * (int)rows;
}

static struct subject subject_of(const struct pmem2_arch_row *row, const struct pmem2_arch_ops *ops)
{
	struct subject subject = {.memmove = ops->memmove,
				  .memset = ops->memset,
				  .slow = !pmem2_arch_row_runs_here(row)};

	snprintf(subject.name, sizeof(subject.name), "%s %s", row->name,
		 ops == &row->byte ? "BYTE" : "CACHE_LINE");
	return subject;
}

/* Rows that differ in how they write back share what writes nothing back. */
static bool has_byte_functions_of_another(const struct pmem2_arch_row *row)
{
	size_t i = 0;

	while (pmem2_arch_row_at(i)->byte.memmove != row->byte.memmove)
		i++;
	return pmem2_arch_row_at(i) != row;
}

struct subject subject_at(int index)
{
	struct subject none = {.name = ""};
	const struct pmem2_arch_row *row;

	if (index == 0)
		return (struct subject){"portable", pmem2_memmove_generic, pmem2_memset_generic,
					false};
	row = pmem2_arch_row_at((size_t)(index - 1) / 2);
	if (!emulate_row_runs(row) || (index % 2 == 0 && has_byte_functions_of_another(row)))
		return none;
	return subject_of(row, index % 2 ? &row->cache_line : &row->byte);
}
