/* SPDX-License-Identifier: BSD-3-Clause */
#include "floor.h"

bench_floor_fn bench_floor_flush(enum pmem2_granularity granularity)
{
	(void)granularity;
	return NULL;
}

bench_floor_fn bench_floor_read(void)
{
	return NULL;
}

bench_floor_fn bench_floor_store(enum pmem2_granularity granularity)
{
	(void)granularity;
	return NULL;
}
