/* SPDX-License-Identifier: BSD-3-Clause */
/* Identity, unsafe-shutdown count and NUMA node of the device behind a source. */
#include <errno.h>
#include <stdbool.h>

#include "devnode.h"
#include "err.h"
#include "export.h"
#include "os.h"
#include "region.h"
#include "source.h"
#include "trace.h"

static enum pmem2_devnode_class class_of(const struct pmem2_source *src)
{
	return src->kind == PMEM2_SOURCE_DEVDAX ? PMEM2_DEVNODE_CHAR : PMEM2_DEVNODE_BLOCK;
}

static int fail_anonymous(const char *what, const struct pmem2_source *src)
{
	return pmem2_fail(PMEM2_E_NOSUPP, "%s: anonymous memory of %zu bytes is on no device", what,
			  src->size);
}

/* A region was found beneath the file system; `code` tells that the file lies elsewhere. */
static int check_place(const char *what, const struct pmem2_source *src, int code)
{
	int ret = src->kind == PMEM2_SOURCE_FILE ? pmem2_os_is_elsewhere(src->file) : 0;

	if (ret < 0)
		return pmem2_fail_errno(
			-ret, "%s: asking whether fd %d is on its file system's realtime device",
			what, src->file);
	if (ret == 1)
		return pmem2_fail(code,
				  "%s: fd %d is on its file system's realtime device, for which "
				  "no NVDIMM region was identified",
				  what, src->file);
	return 0;
}

/* 0 when there is a region whose DIMMs can be asked. */
static int check_region(const char *what, const struct pmem2_source *src)
{
	struct pmem2_devnode_region region;

	if (src->kind == PMEM2_SOURCE_ANON)
		return fail_anonymous(what, src);
	pmem2_devnode_region(class_of(src), src->device, &region);
	if (region.found)
		return check_place(what, src, PMEM2_E_NOSUPP);
	if (region.error != -ENOENT)
		return pmem2_fail_errno(-region.error,
					"%s: looking in sysfs for the region beneath fd %d", what,
					src->file);
	return pmem2_fail(PMEM2_E_NOSUPP, "%s: fd %d is on no NVDIMM region", what, src->file);
}

PMEM2_API(pmem2_source_device_id)
int pmem2_source_device_id(const struct pmem2_source *src, char *id, size_t *len)
{
	PMEM2_CALLED(src != NULL, "src %p, id %p", (const void *)src, (void *)id);
	int ret = check_region("device id", src);

	return ret != 0 ? ret : pmem2_region_device_id(src, id, len);
}

PMEM2_API(pmem2_source_device_usc)
int pmem2_source_device_usc(const struct pmem2_source *src, uint64_t *usc)
{
	PMEM2_CALLED(src != NULL, "src %p", (const void *)src);
	int ret = check_region("unsafe-shutdown count", src);

	return ret != 0 ? ret : pmem2_region_device_usc(src, usc);
}

PMEM2_API(pmem2_source_numa_node)
int pmem2_source_numa_node(const struct pmem2_source *src, int *numa_node)
{
	PMEM2_CALLED(src != NULL, "src %p", (const void *)src);
	int node;
	int ret;

	if (src->kind == PMEM2_SOURCE_ANON)
		return fail_anonymous("NUMA node", src);
	ret = pmem2_devnode_numa_node(class_of(src), src->device, &node);
	if (ret == -ENOENT)
		return pmem2_fail(PMEM2_E_DAX_REGION_NOT_FOUND,
				  "NUMA node: fd %d is on no NVDIMM region", src->file);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "NUMA node: reading that of the region behind fd %d",
					src->file);
	ret = check_place("NUMA node", src, PMEM2_E_DAX_REGION_NOT_FOUND);
	if (ret == 0)
		*numa_node = node;
	return ret;
}
