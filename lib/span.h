/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An ordered set of address ranges that do not overlap and are not empty.
 * Nodes are embedded in their owners, so that adding and removing allocates
 * nothing. The set has no lock of its own: see lock.h.
 */
#ifndef PMEM2_SPAN_H
#define PMEM2_SPAN_H

#include <bsd/sys/tree.h>
#include <stdint.h>

struct pmem2_span {
	RB_ENTRY(pmem2_span) link;
	uintptr_t start;
	uintptr_t end; /* first address behind */
};

RB_HEAD(pmem2_span_set, pmem2_span);

/* The span must overlap none of the set. */
void pmem2_span_add(struct pmem2_span_set *set, struct pmem2_span *span);
void pmem2_span_remove(struct pmem2_span_set *set, struct pmem2_span *span);

/* The lowest span that has an address in [start, end), or NULL. */
struct pmem2_span *pmem2_span_find(struct pmem2_span_set *set, uintptr_t start, uintptr_t end);

/* Neighbours by address of a member; the set's ends. NULL where there is none. */
struct pmem2_span *pmem2_span_next(struct pmem2_span *span);
struct pmem2_span *pmem2_span_prev(struct pmem2_span *span);
struct pmem2_span *pmem2_span_first(struct pmem2_span_set *set);
struct pmem2_span *pmem2_span_last(struct pmem2_span_set *set);

#endif
