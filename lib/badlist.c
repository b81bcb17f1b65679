/* SPDX-License-Identifier: BSD-3-Clause */
#include "badlist.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "bits.h"
#include "err.h"
#include "extent.h"
#include "region.h"

/* Sets no message. */
static int add(struct pmem2_badlist *list, size_t offset, size_t length)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : 2 * list->room;
		struct pmem2_badblock *grown = calloc(room, sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		for (size_t i = 0; i < list->count; i++)
			grown[i] = list->block[i];
		free(list->block);
		list->block = grown;
		list->room = room;
	}
	list->block[list->count].offset = offset;
	list->block[list->count].length = length;
	list->count++;
	return 0;
}

static int add_listed(const struct pmem2_badblock *bad, void *data)
{
	if (add(data, bad->offset, bad->length) != 0)
		return pmem2_fail_errno(ENOMEM, "bad blocks: keeping %zu bytes at offset %zu",
					bad->length, bad->offset);
	return 0;
}

int pmem2_badlist_of_device(const struct pmem2_source *src, struct pmem2_badlist *list)
{
	return pmem2_region_badblocks(src, add_listed, list);
}

/* ---- files -------------------------------------------------------------- */

struct range {
	unsigned long long start, end;
};

/* Bad ranges of the device on their way to a list, through the extents of a file. */
struct projection {
	const struct pmem2_badlist *device;
	int (*add)(const struct projection *projection, const struct pmem2_extent *extent,
		   struct range bad);
	struct pmem2_badlist *list;
	size_t block, end;                  /* of the file system; of the file's last block */
	const struct pmem2_badlist *blocks; /* of the file, whose ranges of the device matter */
	bool *shared;
};

/* The common part of two ranges; false if there is none. */
static bool intersect(struct range *range, unsigned long long from, unsigned long long to)
{
	if (range->start < from)
		range->start = from;
	if (range->end > to)
		range->end = to;
	return range->start < range->end;
}

/* What of a file lies on a part of an extent. */
static struct range part_of_file(const struct pmem2_extent *extent, struct range part)
{
	if (extent->encoded)
		return (struct range){extent->offset, extent->offset + extent->length};
	return (struct range){part.start - extent->place + extent->offset,
			      part.end - extent->place + extent->offset};
}

/* Nothing behind the last block of the file can be read. */
static int add_blocks(const struct projection *projection, const struct pmem2_extent *extent,
		      struct range bad)
{
	struct range file = part_of_file(extent, bad);
	size_t start;

	if (!intersect(&file, 0, projection->end))
		return 0;
	start = pmem2_align_down(file.start, projection->block);
	return add(projection->list, start, pmem2_align_up(file.end, projection->block) - start);
}

static int add_beneath(const struct projection *projection, const struct pmem2_extent *extent,
		       struct range bad)
{
	int ret = 0;

	for (size_t i = 0; i < projection->blocks->count && ret == 0; i++) {
		const struct pmem2_badblock *block = &projection->blocks->block[i];
		struct range file = part_of_file(extent, bad);
		struct range part = bad;
		if (!intersect(&file, block->offset, block->offset + block->length))
			continue;
		if (!extent->encoded)
			part = (struct range){file.start - extent->offset + extent->place,
					      file.end - extent->offset + extent->place};
		ret = add(projection->list, part.start, part.end - part.start);
		*projection->shared |= extent->shared;
	}
	return ret;
}

static int project(const struct pmem2_extent *extent, void *data)
{
	const struct projection *projection = data;
	int ret = 0;

	for (size_t i = 0; i < projection->device->count && ret == 0; i++) {
		const struct pmem2_badblock *bad = &projection->device->block[i];
		struct range part = {bad->offset, bad->offset + bad->length};
		if (intersect(&part, extent->place, extent->place + extent->length))
			ret = projection->add(projection, extent, part);
	}
	return ret;
}

static int compare(const void *left, const void *right)
{
	const struct pmem2_badblock *a = left, *b = right;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Sort, and make one of those that overlap. */
static void tidy(struct pmem2_badlist *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->block, list->count, sizeof(*list->block), compare);
	for (size_t i = 1; i < list->count; i++) {
		struct pmem2_badblock *last = &list->block[kept];
		const struct pmem2_badblock *next = &list->block[i];
		size_t end = last->offset + last->length;
		if (next->offset >= end)
			list->block[++kept] = *next;
		else if (next->offset + next->length > end)
			last->length = next->offset + next->length - last->offset;
	}
	list->count = kept + 1;
}

static int walk(const struct pmem2_source *src, struct projection *projection)
{
	int ret = pmem2_extents(src->file, projection->end, project, projection);

	if (ret != 0)
		return pmem2_fail_errno(-ret, "bad blocks: finding them in the extents of fd %d",
					src->file);
	tidy(projection->list);
	return 0;
}

int pmem2_badlist_of_file(const struct pmem2_source *src, const struct pmem2_badlist *device,
			  struct pmem2_badlist *list)
{
	struct pmem2_os_stat stat;
	struct projection projection = {.device = device, .add = add_blocks, .list = list};
	int ret;

	if (device->count == 0)
		return 0;
	ret = pmem2_os_stat(src->file, &stat);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "bad blocks: asking for the size of fd %d",
					src->file);
	projection.block = stat.block;
	projection.end = pmem2_align_up(stat.size, stat.block);
	return walk(src, &projection);
}

int pmem2_badlist_beneath(const struct pmem2_source *src, const struct pmem2_badlist *blocks,
			  const struct pmem2_badlist *device, struct pmem2_badlist *list,
			  bool *shared)
{
	struct projection projection = {
		.device = device,
		.add = add_beneath,
		.list = list,
		.blocks = blocks,
		.shared = shared,
	};

	*shared = false;
	if (blocks->count == 0)
		return 0;
	projection.end =
		blocks->block[blocks->count - 1].offset + blocks->block[blocks->count - 1].length;
	return walk(src, &projection);
}

static bool overlap(const struct pmem2_badblock *a, const struct pmem2_badblock *b)
{
	return a->offset < b->offset + b->length && b->offset < a->offset + a->length;
}

void pmem2_badlist_clip(struct pmem2_badlist *list, const struct pmem2_badblock *range)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct pmem2_badblock *block = &list->block[i];
		struct range left = {block->offset, block->offset + block->length};
		if (intersect(&left, range->offset, range->offset + range->length))
			list->block[kept++] = (struct pmem2_badblock){
				(size_t)left.start, (size_t)(left.end - left.start)};
	}
	list->count = kept;
}

const struct pmem2_badblock *pmem2_badlist_find(const struct pmem2_badlist *list,
						const struct pmem2_badblock *range)
{
	for (size_t i = 0; i < list->count; i++)
		if (overlap(&list->block[i], range))
			return &list->block[i];
	return NULL;
}

void pmem2_badlist_free(struct pmem2_badlist *list)
{
	free(list->block);
	list->block = NULL;
	list->count = 0;
	list->room = 0;
}
