/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_BENCH_FLOOR_H
#define PMEM2_BENCH_FLOOR_H

#include "libpmem2.h"

/*
 * The flush and fence that any durable store owes at `granularity` on this CPU,
 * and nothing else; written apart from lib/, which is measured against it. NULL
 * where it is not known.
 */
pmem2_persist_fn bench_floor(enum pmem2_granularity granularity);

#endif
