/* SPDX-License-Identifier: BSD-3-Clause */
#include "ops.h"

#include <errno.h>
#include <stdint.h>

#include "arch.h"
#include "bits.h"
#include "err.h"
#include "export.h"
#include "map.h"
#include "os.h"
#include "registry.h"
#include "trace.h"
#include "tune.h"

void pmem2_ops_persist_lines(const void *ptr, size_t length)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	if (__builtin_expect(row != NULL, 0))
		row->cache_line.flush(ptr, length);
	else
		pmem2_arch_flush_cache_line(ptr, length);
	pmem2_arch_drain();
}

void pmem2_ops_copy_lines(void *dest, const void *src, size_t length)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	if (__builtin_expect(row != NULL, 0))
		row->cache_line.memmove(dest, src, length, 0);
	else
		pmem2_arch_memmove_cache_line(dest, src, length, 0);
}

void pmem2_ops_copy(void *dest, const void *src, size_t length)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	if (__builtin_expect(row != NULL, 0))
		row->byte.memmove(dest, src, length, PMEM2_F_MEM_NOFLUSH);
	else
		pmem2_arch_memmove_byte(dest, src, length, PMEM2_F_MEM_NOFLUSH);
}

static void fill(void *dest, int c, size_t length)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	if (__builtin_expect(row != NULL, 0))
		row->byte.memset(dest, c, length, PMEM2_F_MEM_NOFLUSH);
	else
		pmem2_arch_memset_byte(dest, c, length, PMEM2_F_MEM_NOFLUSH);
}

/* Write back [start, end), of which no part is device dax. */
static int sync_gap(uintptr_t start, uintptr_t end)
{
	int ret = 0;

	if (start < end)
		ret = pmem2_os_sync((const void *)start, end - start);
	/* Unmapped, or a device that has no fsync; in no live map in any case. */
	return ret == -ENOMEM || ret == -EINVAL ? 0 : ret;
}

/*
 * The functions for a range that one msync could not write back stay out of line: their
 * stack must not be every caller's.
 */
#define RARE __attribute__((noinline))

static uintptr_t page_behind(uintptr_t addr)
{
	size_t page = pmem2_os_page_size();

	return addr > UINTPTR_MAX - page ? UINTPTR_MAX : pmem2_align_up(addr, page);
}

/* The lowest live map that has part of a page in [start, end); clipped to that in whole pages. */
static inline bool find_pages(uintptr_t start, uintptr_t end, struct pmem2_registered *map)
{
	uintptr_t page = pmem2_os_page_size();

	if (!pmem2_registry_find(pmem2_align_down(start, page), page_behind(end), map))
		return false;
	map->span.start = pmem2_align_down(map->span.start, page);
	map->span.end = page_behind(map->span.end);
	if (map->span.start < start)
		map->span.start = start;
	if (map->span.end > end)
		map->span.end = end;
	return true;
}

/* Whether a map is still registered, and not another one in its place. */
RARE static bool still_live(const struct pmem2_registered *map)
{
	struct pmem2_registered now;

	return find_pages(map->span.start, map->span.end, &now) && now.number == map->number;
}

static int sync_live(const struct pmem2_registered *map)
{
	const void *start = (const void *)map->span.start;
	size_t length = map->span.end - map->span.start;
	int ret;

	if (map->device_dax && pmem2_arch_has_writeback()) {
		pmem2_ops_persist_lines(start, length);
		return 0;
	}
	ret = pmem2_os_sync(start, length);
	if (ret == -ENOMEM && !still_live(map))
		return 0; /* deleted meanwhile */
	return ret;
}

/*
 * One msync of the whole range did not do: take it apart by live maps. Device
 * dax has no fsync (EINVAL), holes are nobody's (ENOMEM) unless a live map lost its
 * memory there.
 */
RARE static int sync_by_maps(const void *ptr, size_t length)
{
	uintptr_t start = (uintptr_t)ptr;
	uintptr_t end = length <= UINTPTR_MAX - start ? start + length : UINTPTR_MAX;
	struct pmem2_registered map;
	int ret = 0;

	while (ret == 0 && start < end && find_pages(start, end, &map)) {
		ret = sync_gap(start, map.span.start);
		if (ret == 0)
			ret = sync_live(&map);
		start = map.span.end;
	}
	return ret == 0 ? sync_gap(start, end) : ret;
}

int pmem2_ops_sync(const void *ptr, size_t length)
{
	int ret;

	if (length == 0)
		return 0;
	ret = pmem2_os_sync(ptr, length);
	if (ret == -ENOMEM || ret == -EINVAL)
		ret = sync_by_maps(ptr, length);
	return ret;
}

static void persist_pages(const void *ptr, size_t length)
{
	int error = errno;
	int ret = pmem2_ops_sync(ptr, length);

	if (ret != 0)
		pmem2_die("writing back %zu bytes at %p failed, data would be lost: %s", length,
			  ptr, pmem2_errno_text(-ret));
	errno = error;
}

static void drain_pages(void)
{
}

static void *memmove_pages(void *dest, const void *src, size_t length, unsigned flags)
{
	pmem2_ops_copy(dest, src, length);
	if ((flags & PMEM2_F_MEM_NOFLUSH) == 0)
		persist_pages(dest, length);
	return dest;
}

static void *memset_pages(void *dest, int c, size_t length, unsigned flags)
{
	fill(dest, c, length);
	if ((flags & PMEM2_F_MEM_NOFLUSH) == 0)
		persist_pages(dest, length);
	return dest;
}

static const struct pmem2_arch_ops page_ops = {
	.memmove = memmove_pages,
	.memset = memset_pages,
	.flush = persist_pages,
	.persist = persist_pages,
	.drain = drain_pages,
};

/*
 * The functions of this CPU's row; without write-back, CACHE_LINE (forced, or trusted in
 * pmem2_map_from_existing) is kept with msync.
 */
static const struct pmem2_arch_ops *ops_for(enum pmem2_granularity granularity)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	if (row == NULL)
		row = pmem2_arch_bound_row();
	if (granularity == PMEM2_GRANULARITY_BYTE)
		return &row->byte;
	if (granularity == PMEM2_GRANULARITY_CACHE_LINE && pmem2_arch_has_writeback())
		return &row->cache_line;
	return &page_ops;
}

const struct pmem2_arch_ops *pmem2_ops_of(const struct pmem2_map *map)
{
	return PMEM2_CHECKED(ops_for(map->reason.granularity), map->reason.granularity);
}

bool pmem2_ops_sync_pages(const struct pmem2_map *map)
{
	return ops_for(map->reason.granularity) == &page_ops;
}

PMEM2_API(pmem2_get_persist_fn)
pmem2_persist_fn pmem2_get_persist_fn(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return pmem2_ops_of(map)->persist;
}

PMEM2_API(pmem2_get_flush_fn)
pmem2_flush_fn pmem2_get_flush_fn(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return pmem2_ops_of(map)->flush;
}

PMEM2_API(pmem2_get_drain_fn)
pmem2_drain_fn pmem2_get_drain_fn(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return pmem2_ops_of(map)->drain;
}

PMEM2_API(pmem2_get_memmove_fn)
pmem2_memmove_fn pmem2_get_memmove_fn(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return pmem2_ops_of(map)->memmove;
}

PMEM2_API(pmem2_get_memcpy_fn)
pmem2_memcpy_fn pmem2_get_memcpy_fn(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return pmem2_ops_of(map)->memmove;
}

PMEM2_API(pmem2_get_memset_fn)
pmem2_memset_fn pmem2_get_memset_fn(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return pmem2_ops_of(map)->memset;
}
