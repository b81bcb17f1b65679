/* SPDX-License-Identifier: BSD-3-Clause */
/* What this x86 CPU, under this operating system, can execute. */
#ifndef PMEM2_X86_CPU_H
#define PMEM2_X86_CPU_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

#define PMEM2_CPU_sse2 (1U << 0)
#define PMEM2_CPU_clflush (1U << 1)
#define PMEM2_CPU_clflushopt (1U << 2)
#define PMEM2_CPU_clwb (1U << 3)
#define PMEM2_CPU_avx (1U << 4)
#define PMEM2_CPU_avx2 (1U << 5)
#define PMEM2_CPU_avx512f (1U << 6)
#define PMEM2_CPU_avx512vl (1U << 7)
#define PMEM2_CPU_avx512bw (1U << 8)
#define PMEM2_CPU_movdir64b (1U << 9)

/* What the kernels of each instruction set execute. */
#define PMEM2_ISA_sse2 PMEM2_CPU_sse2
#define PMEM2_ISA_avx2 (PMEM2_ISA_sse2 | PMEM2_CPU_avx | PMEM2_CPU_avx2)
#define PMEM2_ISA_avx512                                                                           \
	(PMEM2_ISA_avx2 | PMEM2_CPU_avx512f | PMEM2_CPU_avx512vl | PMEM2_CPU_avx512bw)
#define PMEM2_ISA_movdir64b (PMEM2_ISA_avx2 | PMEM2_CPU_movdir64b)

/* The answers of the CPU that matter here; 0 where a leaf is missing. */
struct pmem2_cpuid {
	uint32_t leaf1_ecx;
	uint32_t leaf1_edx;
	uint32_t leaf7_ebx;
	uint32_t leaf7_ecx;
	uint32_t xcr0; /* 0 unless the operating system enabled XSAVE */
};

/* The PMEM2_CPU_ bits of a CPU that answers so. */
unsigned pmem2_cpu_decode(const struct pmem2_cpuid *cpuid);

/* The bits of this CPU, asked for once: in virtual machines CPUID traps. */
unsigned pmem2_cpu_features(void);

#pragma GCC visibility pop

#endif
