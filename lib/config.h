/* SPDX-License-Identifier: BSD-3-Clause */
/* How to map. */
#ifndef PMEM2_CONFIG_H
#define PMEM2_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

struct pmem2_config {
	size_t offset;
	size_t length; /* 0: to the end of the source */
	enum pmem2_sharing_type sharing;
	unsigned prot;
	bool has_granularity;
	enum pmem2_granularity granularity; /* the weakest accepted */
	bool has_forced;
	enum pmem2_granularity forced; /* whatever the media gives */
	struct pmem2_vm_reservation *reservation;
	size_t reservation_offset;
};

#endif
