/* SPDX-License-Identifier: BSD-3-Clause */
/* What programs on this POWER CPU may execute: Power ISA 3.1, Book II 4.3.2 and 4.6.3. */
#ifndef PMEM2_CPU_TRAITS_H
#define PMEM2_CPU_TRAITS_H

#define PMEM2_CPU_dcbf (1U << 0)    /* each: to memory, and out of the cache */
#define PMEM2_CPU_dcbstps (1U << 1) /* ISA 3.1: to persistent storage, and phwsync */

#define PMEM2_FLUSHES(ROW, stream) ROW(dcbstps, stream) ROW(dcbf, stream)
#define PMEM2_DEEP_FLUSHES(ROW, stream)
#define PMEM2_CPU_WRITE_BACK PMEM2_CPU_dcbf

#define PMEM2_CPU_ISA "vsx"
#define PMEM2_CPU_STORES_ANYWHERE 1
#define PMEM2_CPU_STREAMS 0
#define PMEM2_CPU_STREAM_MIN SIZE_MAX

#pragma GCC visibility push(hidden)

/* The bits of a CPU with or without ISA 3.1. */
unsigned pmem2_cpu_decode(unsigned long has_isa_3_1);

#pragma GCC visibility pop

#endif
