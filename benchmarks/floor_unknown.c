/* SPDX-License-Identifier: BSD-3-Clause */
#include "floor.h"

#include <stddef.h>

pmem2_persist_fn bench_floor(enum pmem2_granularity granularity)
{
	(void)granularity;
	return NULL;
}
