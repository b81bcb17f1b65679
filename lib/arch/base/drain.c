/* SPDX-License-Identifier: BSD-3-Clause */
/* The fence of the bound row, where the loader cannot bind ifuncs. */
#include "arch/table.h"

void pmem2_arch_drain(void)
{
	pmem2_table_row()->cache_line.drain();
}
