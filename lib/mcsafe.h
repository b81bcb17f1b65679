/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_MCSAFE_H
#define PMEM2_MCSAFE_H

#include <stddef.h>

#include "source.h"

/* As pmem2_source_pwrite_mcsafe with a buffer of zeros. */
int pmem2_mcsafe_zero(const struct pmem2_source *src, size_t offset, size_t length);

#endif
