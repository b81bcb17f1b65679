/* SPDX-License-Identifier: BSD-3-Clause */
/* A CPU that there is not. */
#ifndef PMEM2_CPU_TRAITS_H
#define PMEM2_CPU_TRAITS_H

#include "rename.h"

#define PMEM2_CPU_clean (1U << 0)

#define PMEM2_FLUSHES(ROW, stream) ROW(clean, stream)
#define PMEM2_DEEP_FLUSHES(ROW, stream)
#define PMEM2_CPU_WRITE_BACK PMEM2_CPU_clean

#define PMEM2_CPU_ISA "anywhere"
#define PMEM2_CPU_STORES_ANYWHERE 1
#define PMEM2_CPU_STREAMS 1
#define PMEM2_CPU_STREAM_MIN 256

#endif
