/* SPDX-License-Identifier: BSD-3-Clause */
/* What the debug library asks the registry of live maps, in signal handlers too. */
#ifndef PMEM2_DEBUG_LIVE_H
#define PMEM2_DEBUG_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "libpmem2.h"

#pragma GCC visibility push(hidden)

struct pmem2_debug_live {
	uintptr_t start;
	uintptr_t end;
	enum pmem2_granularity granularity;
};

/* Take the lock of the library; false when that would take long, or for ever. */
bool pmem2_debug_try_lock(void);

/* Under the lock: the lowest live map that has part of [start, end); false when there is none. */
bool pmem2_debug_find_live(uintptr_t start, uintptr_t end, struct pmem2_debug_live *live);

#pragma GCC visibility pop

#endif
