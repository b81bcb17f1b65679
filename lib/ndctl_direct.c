/* SPDX-License-Identifier: BSD-3-Clause */
/* For builds that link libndctl and libdaxctl. */
#include "ndctl.h"

#include <stddef.h>

const struct pmem2_ndctl *pmem2_ndctl_table(const char **missing)
{
#define ENTRY(function) .function = (function),
	static const struct pmem2_ndctl table = {PMEM2_NDCTL_FUNCTIONS(ENTRY)
							 PMEM2_DAXCTL_FUNCTIONS(ENTRY)};

	*missing = NULL;
	return &table;
}
