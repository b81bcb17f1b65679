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

/* Bad ranges of the device on their way to a list, through the extents of a file. */
struct projection {
	const struct pmem2_badlist *device;
	const struct pmem2_badblock *part; /* of the file that matters */
	struct pmem2_badlist *list;
	size_t block; /* of the file system; 0: list ranges of the device instead */
};

/* The common part of two ranges; false if there is none. */
static bool intersect(unsigned long long *start, unsigned long long *end, unsigned long long from,
		      unsigned long long to)
{
	if (*start < from)
		*start = from;
	if (*end > to)
		*end = to;
	return *start < *end;
}

static int project(const struct projection *projection, const struct pmem2_extent *extent,
		   const struct pmem2_badblock *bad)
{
	const struct pmem2_badblock *part = projection->part;
	unsigned long long start = bad->offset;
	unsigned long long end = start + bad->length;
	size_t block = projection->block;

	if (!intersect(&start, &end, extent->place, extent->place + extent->length))
		return 0;
	start = start - extent->place + extent->offset;
	end = end - extent->place + extent->offset;
	if (!intersect(&start, &end, part->offset, (unsigned long long)part->offset + part->length))
		return 0;
	if (block == 0)
		return add(projection->list, bad->offset, bad->length);
	start = pmem2_align_down(start, block);
	return add(projection->list, start, pmem2_align_up(end, block) - start);
}

static int project_all(const struct pmem2_extent *extent, void *data)
{
	const struct projection *projection = data;
	int ret = 0;

	for (size_t i = 0; i < projection->device->count && ret == 0; i++)
		ret = project(projection, extent, &projection->device->block[i]);
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

static int walk(const struct pmem2_source *src, struct projection *projection, size_t size)
{
	int ret = pmem2_extents(src->file, size, project_all, projection);

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
	struct pmem2_badblock all = {0, 0};
	struct projection projection = {.device = device, .part = &all, .list = list};
	int ret;

	if (device->count == 0)
		return 0;
	ret = pmem2_os_stat(src->file, &stat);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "bad blocks: asking for the size of fd %d",
					src->file);
	all.length = stat.size;
	projection.block = stat.block;
	return walk(src, &projection, stat.size);
}

int pmem2_badlist_beneath(const struct pmem2_source *src, const struct pmem2_badblock *part,
			  const struct pmem2_badlist *device, struct pmem2_badlist *list)
{
	struct projection projection = {.device = device, .part = part, .list = list};

	return walk(src, &projection, part->offset + part->length);
}

const struct pmem2_badblock *pmem2_badlist_find(const struct pmem2_badlist *list,
						const struct pmem2_badblock *range)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct pmem2_badblock *block = &list->block[i];
		if (block->offset < range->offset + range->length &&
		    range->offset < block->offset + block->length)
			return block;
	}
	return NULL;
}

void pmem2_badlist_free(struct pmem2_badlist *list)
{
	free(list->block);
	list->block = NULL;
	list->count = 0;
	list->room = 0;
}
