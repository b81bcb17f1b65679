/* SPDX-License-Identifier: BSD-3-Clause */
/* Persist, copy and fill, and return the error where the functions of a map end the program. */
#include <stdint.h>

#include "arch.h"
#include "bits.h"
#include "err.h"
#include "export.h"
#include "libpmem2/ext.h"
#include "map.h"
#include "ops.h"
#include "trace.h"

static int check_range(const char *what, const struct pmem2_map *map, const void *ptr, size_t size)
{
	uintptr_t start = (uintptr_t)map->addr;

	if ((uintptr_t)ptr >= start && pmem2_fits((uintptr_t)ptr - start, size, map->length))
		return 0;
	return pmem2_fail(PMEM2_E_LENGTH_OUT_OF_RANGE,
			  "%s: %zu bytes at %p do not lie inside the map's %zu bytes at %p", what,
			  size, ptr, map->length, map->addr);
}

static int sync_pages(const char *what, const void *ptr, size_t size)
{
	int ret = pmem2_ops_sync(ptr, size);

	if (ret != 0)
		return pmem2_fail_errno(-ret, "%s: writing back %zu bytes at %p", what, size, ptr);
	PMEM2_PERSISTED(ptr, size);
	return 0;
}

/* Of the pages that a copy or fill has changed; the other granularities have flushed already. */
static int finish(const char *what, const struct pmem2_map *map, const void *ptr, size_t size,
		  unsigned flags)
{
	if (!pmem2_ops_sync_pages(map) || (flags & PMEM2_F_MEM_NOFLUSH) != 0)
		return 0;
	return sync_pages(what, ptr, size);
}

/* Those functions of the map would write back themselves. */
static unsigned store_flags(const struct pmem2_map *map, unsigned flags)
{
	return pmem2_ops_sync_pages(map) ? flags | PMEM2_F_MEM_NOFLUSH : flags;
}

PMEM2_EXT_API(pmem2_map_persist)
int pmem2_map_persist(struct pmem2_map *map, const void *ptr, size_t size)
{
	PMEM2_CALLED(map != NULL, "map %p, ptr %p, size %zu", (void *)map, ptr, size);
	int ret = check_range("persist", map, ptr, size);

	if (ret != 0)
		return ret;
	if (pmem2_ops_sync_pages(map))
		return sync_pages("persist", ptr, size);
	pmem2_ops_of(map)->persist(ptr, size);
	return 0;
}

PMEM2_EXT_API(pmem2_map_memmove)
int pmem2_map_memmove(struct pmem2_map *map, void *pmemdest, const void *src, size_t len,
		      unsigned flags)
{
	PMEM2_CALLED(map != NULL, "map %p, pmemdest %p, src %p, len %zu, flags 0x%x", (void *)map,
		     pmemdest, src, len, flags);
	int ret = check_range("memmove", map, pmemdest, len);

	if (ret != 0)
		return ret;
	pmem2_ops_of(map)->memmove(pmemdest, src, len, store_flags(map, flags));
	return finish("memmove", map, pmemdest, len, flags);
}

PMEM2_EXT_API(pmem2_map_memset)
int pmem2_map_memset(struct pmem2_map *map, void *pmemdest, int c, size_t len, unsigned flags)
{
	PMEM2_CALLED(map != NULL, "map %p, pmemdest %p, c %d, len %zu, flags 0x%x", (void *)map,
		     pmemdest, c, len, flags);
	int ret = check_range("memset", map, pmemdest, len);

	if (ret != 0)
		return ret;
	pmem2_ops_of(map)->memset(pmemdest, c, len, store_flags(map, flags));
	return finish("memset", map, pmemdest, len, flags);
}
