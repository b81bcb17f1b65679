/* SPDX-License-Identifier: BSD-3-Clause */
/* A mapping of a source, or memory that the caller mapped. */
#ifndef PMEM2_MAP_H
#define PMEM2_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "libpmem2.h"
#include "reason.h"
#include "registry.h"
#include "reservation.h"
#include "source.h"

struct pmem2_map {
	void *addr;
	size_t length;              /* as asked for, not rounded */
	struct pmem2_reason reason; /* what granularity it has, and why */
	enum pmem2_source_kind kind;
	dev_t device; /* of the source */
	bool shared;
	bool owned;                               /* mapped, and to be unmapped, by the library */
	struct pmem2_vm_reservation *reservation; /* or NULL */
	struct pmem2_claim claim;                 /* in the reservation */
	struct pmem2_registered entry;
};

/* The map that made a claim; NULL for NULL. */
struct pmem2_map *pmem2_map_of_claim(struct pmem2_claim *claim);

#endif
