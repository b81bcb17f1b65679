/* SPDX-License-Identifier: BSD-3-Clause */
#include "arch.h"
#include "bits.h"
#include "devnode.h"
#include "err.h"
#include "export.h"
#include "map.h"
#include "ops.h"
#include "trace.h"

static int flush_pages(const void *ptr, size_t size)
{
	int ret = pmem2_ops_sync(ptr, size);

	if (ret != 0)
		return pmem2_fail_errno(-ret, "deep flush: synchronising %zu bytes at %p", size,
					ptr);
	PMEM2_PERSISTED(ptr, size);
	return 0;
}

static void write_back(const void *ptr, size_t size)
{
	const pmem2_flush_fn deep = pmem2_arch_deep_flush_fn();

	if (deep == NULL) {
		pmem2_ops_persist_lines(ptr, size);
		return;
	}
	deep(ptr, size);
	pmem2_arch_drain();
}

/* The lines first: the region empties only what has left the CPU caches. */
static int flush_devdax(const struct pmem2_map *map, const void *ptr, size_t size)
{
	if (!pmem2_arch_has_writeback())
		return pmem2_fail(
			PMEM2_E_NOSUPP,
			"deep flush: the library knows no way for programs to write cache "
			"lines back on this CPU");
	write_back(ptr, size);
	PMEM2_PERSISTED(ptr, size);
	return pmem2_devnode_deep_flush(map->device);
}

static int check_range(const struct pmem2_map *map, const void *ptr, size_t size)
{
	uintptr_t start = (uintptr_t)map->addr;

	if ((uintptr_t)ptr >= start && pmem2_fits((uintptr_t)ptr - start, size, map->length))
		return 0;
	return pmem2_fail(PMEM2_E_DEEP_FLUSH_RANGE,
			  "deep flush: %zu bytes at %p do not lie inside the map's %zu bytes at %p",
			  size, ptr, map->length, map->addr);
}

PMEM2_API(pmem2_deep_flush)
int pmem2_deep_flush(struct pmem2_map *map, void *ptr, size_t size)
{
	PMEM2_CALLED(map != NULL, "map %p, ptr %p, size %zu", (void *)map, ptr, size);
	int ret = check_range(map, ptr, size);

	if (ret != 0)
		return ret;
	switch (map->kind) {
	case PMEM2_SOURCE_ANON:
		return pmem2_fail(PMEM2_E_NOSUPP,
				  "deep flush: anonymous memory at %p has nothing to flush to",
				  map->addr);
	case PMEM2_SOURCE_DEVDAX:
		return flush_devdax(map, ptr, size);
	default:
		return map->shared ? flush_pages(ptr, size) : 0;
	}
}
