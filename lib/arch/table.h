/* SPDX-License-Identifier: BSD-3-Clause */
/* The bound row where the loader cannot bind ifuncs. */
#ifndef PMEM2_TABLE_H
#define PMEM2_TABLE_H

#include "arch.h"

#pragma GCC visibility push(hidden)

/* Any thread may ask, at any time; the first one finds the row. */
const struct pmem2_arch_row *pmem2_table_row(void);

#pragma GCC visibility pop

#endif
