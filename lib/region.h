/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The NVDIMMs behind a source that lies on a region: identity, unsafe-shutdown
 * count and bad blocks. Functions return 0, or a code with a message.
 */
#ifndef PMEM2_REGION_H
#define PMEM2_REGION_H

#include <stddef.h>
#include <stdint.h>

#include "source.h"

/* As pmem2_source_device_id and pmem2_source_device_usc. */
int pmem2_region_device_id(const struct pmem2_source *src, char *id, size_t *len);
int pmem2_region_device_usc(const struct pmem2_source *src, uint64_t *usc);

/* Whether the bad blocks of the source's region can be listed. */
int pmem2_region_check_badblocks(const struct pmem2_source *src);

#endif
