/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_AARCH64_DEEP_H
#define PMEM2_AARCH64_DEEP_H

#include "libpmem2.h"

#pragma GCC visibility push(hidden)

/* What deep flush uses on a CPU with these PMEM2_CPU_ bits; NULL: the flush of its row. */
pmem2_flush_fn pmem2_cpu_deep_flush(unsigned features);

#pragma GCC visibility pop

#endif
