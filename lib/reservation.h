/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Address ranges held for later mappings. A reservation knows which parts of it
 * are claimed, but not by whom: claims are embedded in what lies there.
 */
#ifndef PMEM2_RESERVATION_H
#define PMEM2_RESERVATION_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"
#include "registry.h"
#include "span.h"

struct pmem2_vm_reservation {
	void *addr;
	size_t size;
	struct pmem2_span_set claims;
};

struct pmem2_claim {
	struct pmem2_span span; /* whole pages */
	uintptr_t content_end;
	const struct pmem2_registered *settler; /* the map that is there, or NULL */
	void *keeper; /* the memory the claim lies in, once its place is lost; else NULL */
};

/*
 * Claim room for `length` bytes at `offset`, where a device asks for addresses
 * that are multiples of `alignment`. Stores the address. Searches find the
 * claim while it is settled by a live map, and NULL unsettles it.
 */
int pmem2_reservation_claim(struct pmem2_vm_reservation *rsv, size_t offset, size_t length,
			    size_t alignment, struct pmem2_claim *claim, void **addr);
void pmem2_reservation_settle(struct pmem2_claim *claim, const struct pmem2_registered *settler);
void pmem2_reservation_release(struct pmem2_vm_reservation *rsv, struct pmem2_claim *claim);

/*
 * Give a claim up whose place belongs to somebody else now, who must be neither mapped over
 * nor unmapped. The reservation keeps it, and frees `keeper` when it is deleted.
 */
void pmem2_reservation_lose(struct pmem2_claim *claim, void *keeper);

/*
 * The lowest settled claim with content in [offset, offset + length); the next
 * and the previous settled one from a member, or from the ends for NULL. NULL if none.
 */
struct pmem2_claim *pmem2_reservation_find(struct pmem2_vm_reservation *rsv, size_t offset,
					   size_t length);
struct pmem2_claim *pmem2_reservation_next(struct pmem2_vm_reservation *rsv,
					   struct pmem2_claim *claim);
struct pmem2_claim *pmem2_reservation_prev(struct pmem2_vm_reservation *rsv,
					   struct pmem2_claim *claim);

/* The alignment of mappings and reservations of `length` bytes: huge pages fit into them. */
size_t pmem2_reservation_natural_alignment(size_t length);

#endif
