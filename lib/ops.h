/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions a mapping gets, and the same for callers inside the library. */
#ifndef PMEM2_OPS_H
#define PMEM2_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

struct pmem2_arch_ops;

/* The functions that a map hands out. */
const struct pmem2_arch_ops *pmem2_ops_of(const struct pmem2_map *map);

/* Whether they write back with msync, and end the program when that fails. */
bool pmem2_ops_sync_pages(const struct pmem2_map *map);

/*
 * Write the pages of [ptr, ptr + length) back. Parts outside every live map are
 * passed over. Returns 0 or a negative errno, without a message.
 */
int pmem2_ops_sync(const void *ptr, size_t length);

/* Write the cache lines back and drain. Only where pmem2_arch_has_writeback. */
void pmem2_ops_persist_lines(const void *ptr, size_t length);

/* Copy durably by cache lines, and copy without any durability. */
void pmem2_ops_copy_lines(void *dest, const void *src, size_t length);
void pmem2_ops_copy(void *dest, const void *src, size_t length);

#endif
