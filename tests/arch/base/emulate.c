/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows lack write-backs and fences at most, which change nothing that a program sees, and
 * emulators may lack what they announce.
 */
#include "emulate.h"

#include <stddef.h>

#include "missing.h"

bool emulate_row_runs(const struct pmem2_arch_row *row)
{
	(void)row;
	missing_record(NULL);
	return true;
}
