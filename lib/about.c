/* SPDX-License-Identifier: BSD-3-Clause */
/* What programs may ask about the library itself. */
#include <stddef.h>

#include "arch.h"
#include "export.h"
#include "libpmem2/ext.h"
#include "trace.h"
#include "tune.h"

PMEM2_EXT_API(pmem2_version)
const char *pmem2_version(void)
{
	return PMEM2_VERSION;
}

PMEM2_EXT_API(pmem2_variant_name)
const char *pmem2_variant_name(void)
{
	const struct pmem2_arch_row *tuned;

	pmem2_tune_load();
	tuned = pmem2_tune_row();
	return (tuned != NULL ? tuned : pmem2_arch_bound_row())->name;
}

PMEM2_EXT_API(pmem2_variant_default_name)
const char *pmem2_variant_default_name(void)
{
	return pmem2_arch_bound_row()->name;
}
