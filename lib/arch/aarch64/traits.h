/* SPDX-License-Identifier: BSD-3-Clause */
/* What programs on this Arm CPU may execute: see Arm ARM D7.5 and the kernel's elf_hwcaps.rst. */
#ifndef PMEM2_CPU_TRAITS_H
#define PMEM2_CPU_TRAITS_H

#define PMEM2_CPU_cvap (1U << 0)  /* FEAT_DPB: to the point of persistence */
#define PMEM2_CPU_cvadp (1U << 1) /* FEAT_DPB2: to the point of deep persistence */

#define PMEM2_FLUSHES(ROW, stream) ROW(cvap, stream)
#define PMEM2_DEEP_FLUSHES(ROW, stream) ROW(cvadp, stream)
#define PMEM2_CPU_WRITE_BACK PMEM2_CPU_cvap

#define PMEM2_CPU_ISA "neon"
#define PMEM2_CPU_STORES_ANYWHERE 1
#define PMEM2_CPU_STREAMS 1
#define PMEM2_CPU_STREAM_MIN 256

#pragma GCC visibility push(hidden)

/* The bits of a CPU that the kernel describes so, and the line size of a CTR_EL0. */
unsigned pmem2_cpu_decode(unsigned long hwcap, unsigned long hwcap2);
unsigned long pmem2_cpu_decode_line(unsigned long ctr);

/* Ask this CPU for its line size. */
void pmem2_cpu_learn_line(void);

#pragma GCC visibility pop

#endif
