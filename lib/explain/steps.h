/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps that led to a granularity, in the order in which the library takes them. */
#ifndef EXPLAIN_STEPS_H
#define EXPLAIN_STEPS_H

#include "facts.h"
#include "lines.h"

void explain_steps(struct explain_lines *steps, const struct explain_facts *facts);

/* BYTE, CACHE_LINE or PAGE. */
const char *explain_granularity(enum pmem2_granularity granularity);

/* A word for machines: "no_map_sync" for PMEM2_CAUSE_NO_MAP_SYNC. */
const char *explain_cause(enum pmem2_granularity_cause cause);

#endif
