/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The least that a durable copy or fill owes on this CPU; written apart from
 * lib/, which is measured against it. Each function returns NULL where the CPU
 * is not known.
 */
#ifndef PMEM2_BENCH_FLOOR_H
#define PMEM2_BENCH_FLOOR_H

#include <stddef.h>

#include "libpmem2.h"

/* Works on every line that the range touches, as a whole. */
typedef void (*bench_floor_fn)(void *ptr, size_t size);

/* Flush and fence, as every durable store at `granularity`, and no data. */
bench_floor_fn bench_floor_flush(enum pmem2_granularity granularity);

/* Load all bytes, as a copy must. */
bench_floor_fn bench_floor_read(void);

/* Store all bytes, around the cache where lines must be written back, and fence. */
bench_floor_fn bench_floor_store(enum pmem2_granularity granularity);

#endif
