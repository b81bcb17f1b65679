/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A small /sys for the library to read: one NVDIMM region with persistent CPU caches
 * and a deep flush, and on it a device dax, a block device, and a
 * device-mapper volume over the latter.
 */
#ifndef PMEM2_TEST_FAKE_SYSFS_H
#define PMEM2_TEST_FAKE_SYSFS_H

#include <sys/sysmacros.h>

#include "bits.h"

#define FAKE_SYSFS_DAX makedev(250, 7)
#define FAKE_SYSFS_BLOCK makedev(259, 1)
#define FAKE_SYSFS_MAPPER makedev(253, 3)

#define FAKE_SYSFS_DAX_SIZE (4 * PMEM2_MIB)
#define FAKE_SYSFS_DAX_ALIGNMENT (2 * PMEM2_MIB)

/* Unchecked fixtures: make the tree and let the library read it; remove it. */
void fake_sysfs_make(void);
void fake_sysfs_remove(void);

#endif
