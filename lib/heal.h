/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replacing bad blocks by zeros on good media. Functions return 0, or a code with a
 * message. The offset and the length of a range are at most INT64_MAX.
 */
#ifndef PMEM2_HEAL_H
#define PMEM2_HEAL_H

#include "libpmem2.h"
#include "source.h"

/* A file on no region: it gets other blocks. */
int pmem2_heal_renew(const struct pmem2_source *src, const struct pmem2_badblock *range);

/* Files and device dax on regions. */
int pmem2_heal_file(const struct pmem2_source *src, const struct pmem2_badblock *range);
int pmem2_heal_devdax(const struct pmem2_source *src, const struct pmem2_badblock *range);

#endif
