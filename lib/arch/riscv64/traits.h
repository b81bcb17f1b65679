/* SPDX-License-Identifier: BSD-3-Clause */
/* What programs on this RISC-V CPU may execute: see the kernel's arch/riscv/hwprobe.rst. */
#ifndef PMEM2_CPU_TRAITS_H
#define PMEM2_CPU_TRAITS_H

#include <stdint.h>

#define PMEM2_CPU_cbo (1U << 0) /* Zicbom, and the kernel lets user space clean blocks */

#define PMEM2_FLUSHES(ROW, stream) ROW(cbo, stream)
#define PMEM2_DEEP_FLUSHES(ROW, stream)
#define PMEM2_CPU_WRITE_BACK PMEM2_CPU_cbo

#define PMEM2_CPU_ISA "rv64"
#define PMEM2_CPU_STORES_ANYWHERE 0
#define PMEM2_CPU_STREAMS 1
/* A hint costs an instruction before each store: only whoever asks for it gets it. */
#define PMEM2_CPU_STREAM_MIN SIZE_MAX

/* A question of riscv_hwprobe(2), and the answer; the key is -1 where it is not known. */
struct pmem2_hwprobe {
	int64_t key;
	uint64_t value;
};

#define PMEM2_HWPROBE_EXTENSIONS 4
#define PMEM2_HWPROBE_ZICBOM_BLOCK 12

#pragma GCC visibility push(hidden)

/* The bits of a CPU that answers so; stores the block size if they include write-back. */
unsigned pmem2_cpu_decode(const struct pmem2_hwprobe *extensions, const struct pmem2_hwprobe *block,
			  unsigned long *line_size);

/* The bits of this CPU, asked for once. */
unsigned pmem2_cpu_probe(void);

#pragma GCC visibility pop

#endif
