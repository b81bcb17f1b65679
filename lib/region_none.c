/* SPDX-License-Identifier: BSD-3-Clause */
/* A library built without libndctl and libdaxctl cannot ask a region's DIMMs. */
#include "err.h"
#include "region.h"

static int fail_without_libndctl(const char *what, const struct pmem2_source *src)
{
	return pmem2_fail(PMEM2_E_NOSUPP,
			  "%s of fd %d on an NVDIMM region: this library was built without "
			  "libndctl and libdaxctl",
			  what, src->file);
}

int pmem2_region_device_id(const struct pmem2_source *src, char *id, size_t *len)
{
	return fail_without_libndctl("device id", src);
}

int pmem2_region_device_usc(const struct pmem2_source *src, uint64_t *usc)
{
	return fail_without_libndctl("unsafe-shutdown count", src);
}

int pmem2_region_badblocks(const struct pmem2_source *src,
			   int (*visit)(const struct pmem2_badblock *bad, void *data), void *data)
{
	(void)visit;
	(void)data;
	return fail_without_libndctl("bad blocks", src);
}

int pmem2_region_clear(const struct pmem2_source *src, const struct pmem2_badblock *bad)
{
	(void)bad;
	return fail_without_libndctl("clearing bad blocks", src);
}
