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

/*
 * The known bad ranges of the device that a source is or lies on, as offsets into
 * it, in any order. Calls `visit` with each until it returns other than 0; that value is
 * the result.
 */
int pmem2_region_badblocks(const struct pmem2_source *src,
			   int (*visit)(const struct pmem2_badblock *bad, void *data), void *data);

/* Have the NVDIMMs forget errors in a range of that device, whose contents are lost. */
int pmem2_region_clear(const struct pmem2_source *src, const struct pmem2_badblock *bad);

#endif
