/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of each map. */
#include "map.h"

#include "announce.h"
#include "bits.h"
#include "os.h"
#include "trace.h"

const char *pmem2_debug_name(enum pmem2_granularity granularity)
{
	static const char *const names[] = {"BYTE", "CACHE_LINE", "PAGE"};

	return names[granularity];
}

/* Private memory and anonymous memory end with the process, whatever is done to them. */
static bool is_durable(const struct pmem2_map *map)
{
	return map->shared && map->kind != PMEM2_SOURCE_ANON && map->length != 0;
}

static bool lies_in(const struct pmem2_map *map, const struct pmem2_vm_reservation *rsv)
{
	uintptr_t start = (uintptr_t)rsv->addr;

	return map->claim.span.start == (uintptr_t)map->addr && map->claim.span.start >= start &&
	       map->claim.span.end - start <= rsv->size;
}

static void check(const struct pmem2_map *map)
{
	PMEM2_INVARIANT(map->reason.granularity >= PMEM2_GRANULARITY_BYTE &&
			map->reason.granularity <= PMEM2_GRANULARITY_PAGE);
	PMEM2_INVARIANT(map->entry.span.start == (uintptr_t)map->addr &&
			map->entry.span.end - map->entry.span.start == map->length);
	PMEM2_INVARIANT(!map->owned || map->length > 0);
	PMEM2_INVARIANT(!map->owned ||
			pmem2_is_aligned((uintptr_t)map->addr, pmem2_os_page_size()));
	PMEM2_INVARIANT(map->reservation == NULL || lies_in(map, map->reservation));
}

void pmem2_debug_mapped(const struct pmem2_debug_place *place, const struct pmem2_map *map,
			int file, size_t offset)
{
	check(map);
	if (pmem2_debug_level() >= PMEM2_DEBUG_DONE)
		pmem2_debug_log(PMEM2_DEBUG_DONE, place,
				"map %p: %zu bytes at %p, %s, %s, fd %d, offset %zu",
				(const void *)map, map->length, map->addr,
				pmem2_debug_name(map->reason.granularity),
				map->shared ? "SHARED" : "PRIVATE", file, offset);
	if (is_durable(map))
		pmem2_announce_map(file, map->addr, map->length, offset);
}

/* The place of a dead map is somebody else's now. */
void pmem2_debug_unmapped(const struct pmem2_debug_place *place, const struct pmem2_map *map,
			  bool dead)
{
	if (pmem2_debug_level() >= PMEM2_DEBUG_DONE)
		pmem2_debug_log(PMEM2_DEBUG_DONE, place, "map %p: %zu bytes at %p, %s",
				(const void *)map, map->length, map->addr,
				dead ? "was dead" : "gone");
	check(map);
	if (!dead && is_durable(map))
		pmem2_announce_unmap(map->addr, map->length);
}

void pmem2_debug_persisted(const void *addr, size_t length)
{
	pmem2_announce_flush(addr, length);
	pmem2_announce_fence();
}
