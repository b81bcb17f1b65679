/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "badlist.h"
#include "devnode.h"
#include "err.h"
#include "export.h"
#include "heal.h"
#include "os.h"
#include "source.h"
#include "trace.h"

struct pmem2_badblock_context {
	struct pmem2_source src;
	bool on_region;
	struct pmem2_badlist list;
	size_t next; /* in the list */
};

/* 1 when there is a region whose bad blocks may be the source's, 0 when there is none. */
static int is_on_region(const struct pmem2_source *src)
{
	struct pmem2_devnode_region region;
	int ret;

	pmem2_devnode_region(src->kind == PMEM2_SOURCE_DEVDAX ? PMEM2_DEVNODE_CHAR
							      : PMEM2_DEVNODE_BLOCK,
			     src->device, &region);
	if (!region.found && region.error == -ENOENT)
		return 0;
	if (!region.found)
		return pmem2_fail_errno(-region.error,
					"bad blocks: looking in sysfs for the region beneath fd %d",
					src->file);
	ret = src->kind == PMEM2_SOURCE_FILE ? pmem2_os_is_elsewhere(src->file) : 0;
	if (ret < 0)
		return pmem2_fail_errno(-ret,
					"bad blocks: asking whether fd %d is on its file system's "
					"realtime device",
					src->file);
	if (ret == 1)
		return pmem2_fail(PMEM2_E_NOSUPP,
				  "bad blocks: fd %d is on its file system's realtime device, for "
				  "which no NVDIMM region was identified",
				  src->file);
	return 1;
}

/* Into an empty list. */
static int list(const struct pmem2_badblock_context *ctx, struct pmem2_badlist *found)
{
	struct pmem2_badlist device = {NULL, 0, 0};
	int ret = pmem2_badlist_of_device(&ctx->src, &device);

	if (ret == 0 && ctx->src.kind == PMEM2_SOURCE_DEVDAX) {
		*found = device;
		return 0;
	}
	if (ret == 0)
		ret = pmem2_badlist_of_file(&ctx->src, &device, found);
	pmem2_badlist_free(&device);
	return ret;
}

static int create(const struct pmem2_source *src, struct pmem2_badblock_context **created)
{
	struct pmem2_badblock_context *ctx;
	int on_region = is_on_region(src);
	int ret;

	if (on_region < 0)
		return on_region;
	ctx = calloc(1, sizeof(*ctx));
	if (ctx == NULL)
		return pmem2_fail_errno(ENOMEM, "bad blocks: allocating %zu bytes", sizeof(*ctx));
	ctx->src.kind = src->kind;
	ctx->src.file = src->file;
	ctx->src.device = src->device;
	ctx->src.unit = src->unit;
	ctx->on_region = on_region == 1;
	ret = ctx->on_region ? list(ctx, &ctx->list) : 0;
	if (ret != 0) {
		pmem2_badlist_free(&ctx->list);
		free(ctx);
		return ret;
	}
	PMEM2_TRACE_DONE("%zu bad ranges in fd %d", ctx->list.count, src->file);
	*created = ctx;
	return 0;
}

PMEM2_API(pmem2_badblock_context_new)
int pmem2_badblock_context_new(struct pmem2_badblock_context **bbctx,
			       const struct pmem2_source *src)
{
	PMEM2_CALLED(src != NULL && (bbctx != NULL || src->kind == PMEM2_SOURCE_ANON), "src %p",
		     (const void *)src);
	if (src->kind == PMEM2_SOURCE_ANON) {
		if (bbctx != NULL)
			*bbctx = NULL;
		return pmem2_fail(PMEM2_E_NOSUPP,
				  "bad blocks: anonymous memory of %zu bytes is on no device",
				  src->size);
	}
	*bbctx = NULL;
	return create(src, bbctx);
}

PMEM2_API(pmem2_badblock_next)
int pmem2_badblock_next(struct pmem2_badblock_context *bbctx, struct pmem2_badblock *bb)
{
	PMEM2_CALLED(bbctx != NULL && bb != NULL, "bbctx %p", (void *)bbctx);
	if (bbctx->next == bbctx->list.count)
		return pmem2_fail(PMEM2_E_NO_BAD_BLOCK_FOUND, "bad blocks: no further one in fd %d",
				  bbctx->src.file);
	*bb = bbctx->list.block[bbctx->next++];
	return 0;
}

/* ---- clearing ----------------------------------------------------------- */

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

static int clear_devdax(const struct pmem2_badblock_context *ctx, const struct pmem2_badblock *bb)
{
	if (ctx->on_region)
		return pmem2_heal_devdax(&ctx->src, bb);
	return pmem2_fail(PMEM2_E_NOSUPP,
			  "bad blocks: clearing %zu bytes at offset %zu of device dax fd %d, "
			  "which is on no NVDIMM region",
			  bb->length, bb->offset, ctx->src.file);
}

PMEM2_API(pmem2_badblock_clear)
int pmem2_badblock_clear(struct pmem2_badblock_context *bbctx, const struct pmem2_badblock *bb)
{
	PMEM2_CALLED(bbctx != NULL && bb != NULL, "bbctx %p, bb %p", (void *)bbctx,
		     (const void *)bb);
	int ret = check_range(bb);

	if (ret != 0)
		return ret;
	PMEM2_TRACE_DONE("%zu bytes at offset %zu of fd %d", bb->length, bb->offset,
			 bbctx->src.file);
	if (bbctx->src.kind == PMEM2_SOURCE_DEVDAX)
		return clear_devdax(bbctx, bb);
	return bbctx->on_region ? pmem2_heal_file(&bbctx->src, bb)
				: pmem2_heal_renew(&bbctx->src, bb);
}

PMEM2_API(pmem2_badblock_context_delete)
void pmem2_badblock_context_delete(struct pmem2_badblock_context **bbctx)
{
	PMEM2_CALLED(bbctx != NULL, "bbctx %p", (void *)bbctx);
	if (*bbctx == NULL)
		return;
	pmem2_badlist_free(&(*bbctx)->list);
	free(*bbctx);
	*bbctx = NULL;
}
