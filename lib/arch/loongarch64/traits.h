/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CACOP, which writes cache lines back, is privileged (LoongArch manual, volume 1, 4.2.2.1):
 * programs have no way to, and get PAGE granularity.
 */
#ifndef PMEM2_CPU_TRAITS_H
#define PMEM2_CPU_TRAITS_H

#define PMEM2_FLUSHES(ROW, stream)
#define PMEM2_DEEP_FLUSHES(ROW, stream)
#define PMEM2_CPU_WRITE_BACK 0U

#define PMEM2_CPU_ISA "la64"
#define PMEM2_CPU_STORES_ANYWHERE 0
#define PMEM2_CPU_STREAMS 0
#define PMEM2_CPU_STREAM_MIN SIZE_MAX

#endif
