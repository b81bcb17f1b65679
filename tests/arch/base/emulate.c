/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows lack write-backs and fences at most: none changes what a program sees. */
#include "emulate.h"

#include "missing.h"

bool emulate_row_runs(const struct pmem2_arch_row *row)
{
	if (!pmem2_arch_row_runs_here(row))
		missing_record(NULL);
	return true;
}
