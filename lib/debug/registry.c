/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry of live maps, and what is known of a map beyond its place. */
#include "../registry.c" /* NOLINT(bugprone-suspicious-include) */

#include "live.h"
#include "map.h"

static const struct pmem2_map *map_of(struct pmem2_registered *entry)
{
	return (struct pmem2_map *)((char *)entry - offsetof(struct pmem2_map, entry));
}

bool pmem2_debug_find_live(uintptr_t start, uintptr_t end, struct pmem2_debug_live *live)
{
	struct pmem2_span *span = pmem2_span_find(&registry, start, end);

	if (span == NULL)
		return false;
	live->start = span->start;
	live->end = span->end;
	live->granularity = map_of(entry_of(span))->reason.granularity;
	return true;
}
