/* SPDX-License-Identifier: BSD-3-Clause */
/* The live maps of the process, by address. Every function takes the lock itself. */
#ifndef PMEM2_REGISTRY_H
#define PMEM2_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

struct pmem2_registered {
	struct pmem2_span span; /* empty: in no set, and never in anybody's way */
	bool device_dax;        /* msync does not work on it */
	bool live;
	uint64_t number; /* of no other map, nor of this one when it was added before */
};

/*
 * Add what the system has just mapped, which is never empty. Maps that it
 * overlaps must have been unmapped behind the library's back: they are dead from now on.
 */
void pmem2_registry_add(struct pmem2_registered *entry);

/*
 * The system has just given [start, end) to somebody else in the library: maps that were
 * registered there are dead.
 */
void pmem2_registry_evict(uintptr_t start, uintptr_t end);

/* Add what somebody else mapped; false, and no change, when it overlaps a live map. */
bool pmem2_registry_claim(struct pmem2_registered *entry);

/* Take a map out; false when it had died before. */
bool pmem2_registry_remove(struct pmem2_registered *entry);

/* Clip the lowest live map in [start, end) to that range and store it; false when there is none. */
bool pmem2_registry_find(uintptr_t start, uintptr_t end, struct pmem2_registered *found);

#endif
