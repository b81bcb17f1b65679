/* SPDX-License-Identifier: BSD-3-Clause */
/* Searching a reservation for the maps in it. */
#include <stddef.h>

#include "err.h"
#include "export.h"
#include "libpmem2.h"
#include "map.h"
#include "reservation.h"
#include "trace.h"

/* Store the map of `claim`, or tell that there is none `where`. */
static int found(const struct pmem2_vm_reservation *rsv, struct pmem2_claim *claim,
		 const char *where, struct pmem2_map **map)
{
	*map = pmem2_map_of_claim(claim);
	if (claim == NULL)
		return pmem2_fail(PMEM2_E_MAPPING_NOT_FOUND,
				  "reservation: no map %s the %zu bytes at %p", where, rsv->size,
				  rsv->addr);
	return 0;
}

PMEM2_API(pmem2_vm_reservation_map_find)
int pmem2_vm_reservation_map_find(struct pmem2_vm_reservation *rsv, size_t reserv_offset,
				  size_t len, struct pmem2_map **map)
{
	PMEM2_CALLED(rsv != NULL && map != NULL, "rsv %p, offset %zu, len %zu", (void *)rsv,
		     reserv_offset, len);
	struct pmem2_claim *claim = pmem2_reservation_find(rsv, reserv_offset, len);

	*map = pmem2_map_of_claim(claim);
	if (claim == NULL)
		return pmem2_fail(
			PMEM2_E_MAPPING_NOT_FOUND,
			"reservation: no map in %zu bytes at offset %zu of the %zu bytes at "
			"%p",
			len, reserv_offset, rsv->size, rsv->addr);
	return 0;
}

PMEM2_API(pmem2_vm_reservation_map_find_prev)
int pmem2_vm_reservation_map_find_prev(struct pmem2_vm_reservation *rsv, struct pmem2_map *map,
				       struct pmem2_map **prev_map)
{
	PMEM2_CALLED(rsv != NULL && map != NULL && prev_map != NULL && map->reservation == rsv,
		     "rsv %p, map %p", (void *)rsv, (void *)map);
	return found(rsv, pmem2_reservation_prev(rsv, &map->claim), "before the one given in",
		     prev_map);
}

PMEM2_API(pmem2_vm_reservation_map_find_next)
int pmem2_vm_reservation_map_find_next(struct pmem2_vm_reservation *rsv, struct pmem2_map *map,
				       struct pmem2_map **next_map)
{
	PMEM2_CALLED(rsv != NULL && map != NULL && next_map != NULL && map->reservation == rsv,
		     "rsv %p, map %p", (void *)rsv, (void *)map);
	return found(rsv, pmem2_reservation_next(rsv, &map->claim), "behind the one given in",
		     next_map);
}

PMEM2_API(pmem2_vm_reservation_map_find_first)
int pmem2_vm_reservation_map_find_first(struct pmem2_vm_reservation *rsv, struct pmem2_map **map)
{
	PMEM2_CALLED(rsv != NULL && map != NULL, "rsv %p", (void *)rsv);
	return found(rsv, pmem2_reservation_next(rsv, NULL), "in", map);
}

PMEM2_API(pmem2_vm_reservation_map_find_last)
int pmem2_vm_reservation_map_find_last(struct pmem2_vm_reservation *rsv, struct pmem2_map **map)
{
	PMEM2_CALLED(rsv != NULL && map != NULL, "rsv %p", (void *)rsv);
	return found(rsv, pmem2_reservation_prev(rsv, NULL), "in", map);
}
