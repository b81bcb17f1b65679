/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "devnode.h"
#include "err.h"
#include "export.h"
#include "os.h"
#include "region.h"
#include "source.h"

struct pmem2_badblock_context {
	enum pmem2_source_kind kind;
	pmem2_os_file file;
};

static int check_source(const struct pmem2_source *src)
{
	struct pmem2_devnode_region region;

	if (src->kind == PMEM2_SOURCE_ANON)
		return pmem2_fail(PMEM2_E_NOSUPP,
				  "bad blocks: anonymous memory of %zu bytes is on no device",
				  src->size);
	pmem2_devnode_region(src->kind == PMEM2_SOURCE_DEVDAX ? PMEM2_DEVNODE_CHAR
							      : PMEM2_DEVNODE_BLOCK,
			     src->device, &region);
	if (region.found)
		return pmem2_region_check_badblocks(src);
	if (region.error != -ENOENT)
		return pmem2_fail_errno(-region.error,
					"bad blocks: looking in sysfs for the region beneath fd %d",
					src->file);
	return 0;
}

PMEM2_API(pmem2_badblock_context_new)
int pmem2_badblock_context_new(struct pmem2_badblock_context **bbctx,
			       const struct pmem2_source *src)
{
	struct pmem2_badblock_context *created;
	int ret = check_source(src);

	if (bbctx == NULL) /* allowed for anonymous sources, which are refused */
		return ret;
	*bbctx = NULL;
	if (ret != 0)
		return ret;
	created = malloc(sizeof(*created));
	if (created == NULL)
		return pmem2_fail_errno(ENOMEM, "bad blocks: allocating %zu bytes",
					sizeof(*created));
	created->kind = src->kind;
	created->file = src->file;
	*bbctx = created;
	return 0;
}

PMEM2_API(pmem2_badblock_next)
int pmem2_badblock_next(struct pmem2_badblock_context *bbctx, struct pmem2_badblock *bb)
{
	return pmem2_fail(PMEM2_E_NO_BAD_BLOCK_FOUND, "bad blocks: no further one in fd %d",
			  bbctx->file);
}

static int check_range(const struct pmem2_badblock *bb)
{
	if (bb->offset > INT64_MAX)
		return pmem2_fail(PMEM2_E_OFFSET_OUT_OF_RANGE,
				  "bad blocks: offset %zu is above the largest file offset %llu",
				  bb->offset, (unsigned long long)INT64_MAX);
	if (bb->length > INT64_MAX)
		return pmem2_fail(PMEM2_E_LENGTH_OUT_OF_RANGE,
				  "bad blocks: length %zu is above the largest file offset %llu",
				  bb->length, (unsigned long long)INT64_MAX);
	if (bb->length == 0)
		return pmem2_fail(-EINVAL,
				  "bad blocks: length 0 at offset %zu, at least 1 byte is wanted",
				  bb->offset);
	return 0;
}

PMEM2_API(pmem2_badblock_clear)
int pmem2_badblock_clear(struct pmem2_badblock_context *bbctx, const struct pmem2_badblock *bb)
{
	int ret = check_range(bb);

	if (ret != 0)
		return ret;
	if (bbctx->kind == PMEM2_SOURCE_DEVDAX)
		return pmem2_fail(
			PMEM2_E_NOSUPP,
			"bad blocks: clearing %zu bytes at offset %zu of device dax fd %d, "
			"which is on no NVDIMM region",
			bb->length, bb->offset, bbctx->file);
	ret = pmem2_os_renew(bbctx->file, bb->offset, bb->length);
	if (ret != 0)
		return pmem2_fail_errno(-ret,
					"bad blocks: clearing %zu bytes at offset %zu of fd %d",
					bb->length, bb->offset, bbctx->file);
	return 0;
}

PMEM2_API(pmem2_badblock_context_delete)
void pmem2_badblock_context_delete(struct pmem2_badblock_context **bbctx)
{
	free(*bbctx);
	*bbctx = NULL;
}
