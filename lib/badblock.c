/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "badlist.h"
#include "bits.h"
#include "devnode.h"
#include "err.h"
#include "export.h"
#include "mcsafe.h"
#include "os.h"
#include "region.h"
#include "source.h"

#define SECTOR 512

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
	*created = ctx;
	return 0;
}

PMEM2_API(pmem2_badblock_context_new)
int pmem2_badblock_context_new(struct pmem2_badblock_context **bbctx,
			       const struct pmem2_source *src)
{
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

static int fail_clearing(int error, const struct pmem2_badblock_context *ctx,
			 const struct pmem2_badblock *bb)
{
	return pmem2_fail_errno(error, "bad blocks: clearing %zu bytes at offset %zu of fd %d",
				bb->length, bb->offset, ctx->src.file);
}

static int renew(const struct pmem2_badblock_context *ctx, const struct pmem2_badblock *bb)
{
	int ret = pmem2_os_renew(ctx->src.file, bb->offset, bb->length);

	return ret != 0 ? fail_clearing(-ret, ctx, bb) : 0;
}

static int clear_devdax(const struct pmem2_badblock_context *ctx, const struct pmem2_badblock *bb)
{
	int ret;

	if (!ctx->on_region)
		return pmem2_fail(
			PMEM2_E_NOSUPP,
			"bad blocks: clearing %zu bytes at offset %zu of device dax fd %d, "
			"which is on no NVDIMM region",
			bb->length, bb->offset, ctx->src.file);
	ret = pmem2_region_clear(&ctx->src, bb);
	return ret != 0 ? ret : pmem2_mcsafe_zero(&ctx->src, bb->offset, bb->length);
}

/* Zeros over a range of a file, whole pages at a time where it consists of them. */
static int write_zeros(const struct pmem2_badblock_context *ctx, size_t offset, size_t length)
{
	static const char zeros[4096];

	while (length > 0) {
		size_t some = length < sizeof(zeros) ? length : sizeof(zeros);
		ssize_t written = pmem2_os_write(ctx->src.file, zeros, some, offset);
		if (written < 0)
			return (int)written;
		offset += (size_t)written;
		length -= (size_t)written;
	}
	return 0;
}

static bool overlaps(const struct pmem2_badblock *block, const struct pmem2_badblock *range)
{
	const struct pmem2_badlist one = {(struct pmem2_badblock *)block, 1, 1};

	return pmem2_badlist_find(&one, range) != NULL;
}

/*
 * Since Linux 6.0, writing whole pages of a DAX file heals them. A page of which a part
 * is bad is lost whole.
 */
static int overwrite(const struct pmem2_badblock_context *ctx, const struct pmem2_badlist *bad,
		     const struct pmem2_badblock *range)
{
	int ret = 0;

	for (size_t i = 0; i < bad->count && ret == 0; i++) {
		const struct pmem2_badblock *block = &bad->block[i];
		if (overlaps(block, range))
			ret = write_zeros(ctx, block->offset, block->length);
	}
	if (ret == 0)
		ret = write_zeros(ctx, range->offset, range->length);
	return ret == 0 ? pmem2_os_sync_file(ctx->src.file) : ret;
}

/* Have the file system put other blocks in the place of the bad ones. */
static int replace(const struct pmem2_badblock_context *ctx, const struct pmem2_badlist *bad,
		   const struct pmem2_badblock *range)
{
	int ret = 0;

	for (size_t i = 0; i < bad->count && ret == 0; i++)
		if (overlaps(&bad->block[i], range))
			ret = renew(ctx, &bad->block[i]);
	if (ret == 0)
		ret = renew(ctx, range);
	if (ret != 0)
		return ret;
	ret = pmem2_os_sync_file(ctx->src.file);
	return ret != 0 ? fail_clearing(-ret, ctx, range) : 0;
}

/* Whether the kernel still lists any of these ranges of the device; the first in `*left`. */
static int is_still_bad(const struct pmem2_badblock_context *ctx,
			const struct pmem2_badlist *ranges, struct pmem2_badblock *left)
{
	struct pmem2_badlist device = {NULL, 0, 0};
	int ret = pmem2_badlist_of_device(&ctx->src, &device);

	for (size_t i = 0; i < ranges->count && ret == 0; i++) {
		if (pmem2_badlist_find(&device, &ranges->block[i]) != NULL) {
			*left = ranges->block[i];
			ret = 1;
		}
	}
	pmem2_badlist_free(&device);
	return ret;
}

static int fail_still_bad(const struct pmem2_badblock_context *ctx,
			  const struct pmem2_badblock *range, const struct pmem2_badblock *left)
{
	return pmem2_fail(
		-EIO,
		"bad blocks: clearing %zu bytes at offset %zu of fd %d: sectors %zu to %zu of "
		"its device stay bad, which root may be able to mend",
		range->length, range->offset, ctx->src.file, left->offset / SECTOR,
		(left->offset + left->length - 1) / SECTOR);
}

/* Writing did not help: give the file other blocks, and have the NVDIMMs clear the old ones. */
static int heal_from_outside(const struct pmem2_badblock_context *ctx,
			     const struct pmem2_badlist *bad, const struct pmem2_badlist *beneath,
			     const struct pmem2_badblock *range)
{
	struct pmem2_badblock left = {0, 0};
	int ret = replace(ctx, bad, range);

	if (ret != 0)
		return ret;
	for (size_t i = 0; i < beneath->count; i++)
		(void)pmem2_region_clear(&ctx->src, &beneath->block[i]);
	ret = is_still_bad(ctx, beneath, &left);
	return ret == 1 ? fail_still_bad(ctx, range, &left) : ret;
}

static int heal(const struct pmem2_badblock_context *ctx, const struct pmem2_badlist *bad,
		const struct pmem2_badlist *beneath, const struct pmem2_badblock *range)
{
	struct pmem2_badblock left = {0, 0};
	int written = overwrite(ctx, bad, range);
	int ret;

	if (written == -EBADF)
		return fail_clearing(EBADF, ctx, range);
	ret = is_still_bad(ctx, beneath, &left);
	if (ret < 0 || (ret == 0 && written == 0))
		return ret;
	return heal_from_outside(ctx, bad, beneath, range);
}

static void clip(struct pmem2_badblock *range, size_t size)
{
	if (range->offset > size)
		range->offset = size;
	if (range->length > size - range->offset)
		range->length = size - range->offset;
}

/* What lies behind the end of the file is passed over, as writing there would extend it. */
static int clip_all(const struct pmem2_badblock_context *ctx, struct pmem2_badblock *range,
		    struct pmem2_badlist *bad)
{
	struct pmem2_os_stat stat;
	int ret = pmem2_os_stat(ctx->src.file, &stat);

	if (ret != 0)
		return fail_clearing(-ret, ctx, range);
	clip(range, stat.size);
	for (size_t i = 0; i < bad->count; i++)
		clip(&bad->block[i], stat.size);
	return 0;
}

static int clear_on_region(const struct pmem2_badblock_context *ctx,
			   const struct pmem2_badblock *bb, struct pmem2_badlist lists[3])
{
	struct pmem2_badlist *device = &lists[0], *bad = &lists[1], *beneath = &lists[2];
	struct pmem2_badblock range = *bb;
	int ret = pmem2_badlist_of_device(&ctx->src, device);

	if (ret == 0)
		ret = pmem2_badlist_of_file(&ctx->src, device, bad);
	if (ret == 0)
		ret = clip_all(ctx, &range, bad);
	if (ret != 0)
		return ret;
	if (pmem2_badlist_find(bad, &range) == NULL)
		return renew(ctx, bb);
	ret = pmem2_badlist_beneath(&ctx->src, &range, device, beneath);
	return ret != 0 ? ret : heal(ctx, bad, beneath, &range);
}

static int clear_file(const struct pmem2_badblock_context *ctx, const struct pmem2_badblock *bb)
{
	struct pmem2_badlist lists[3] = {{NULL, 0, 0}};
	int ret;

	if (!ctx->on_region)
		return renew(ctx, bb);
	ret = clear_on_region(ctx, bb, lists);
	for (size_t i = 0; i < 3; i++)
		pmem2_badlist_free(&lists[i]);
	return ret;
}

PMEM2_API(pmem2_badblock_clear)
int pmem2_badblock_clear(struct pmem2_badblock_context *bbctx, const struct pmem2_badblock *bb)
{
	int ret = check_range(bb);

	if (ret != 0)
		return ret;
	if (bbctx->src.kind == PMEM2_SOURCE_DEVDAX)
		return clear_devdax(bbctx, bb);
	return clear_file(bbctx, bb);
}

PMEM2_API(pmem2_badblock_context_delete)
void pmem2_badblock_context_delete(struct pmem2_badblock_context **bbctx)
{
	if (*bbctx == NULL)
		return;
	pmem2_badlist_free(&(*bbctx)->list);
	free(*bbctx);
	*bbctx = NULL;
}
