/* SPDX-License-Identifier: BSD-3-Clause */
#include "emulate.h"

bool emulate_row_runs(const struct pmem2_arch_row *row)
{
	return pmem2_arch_row_runs_here(row);
}
