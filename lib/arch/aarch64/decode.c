/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs inside ifunc resolvers too; see select.c for what that forbids. */
#include "arch/resolver.h"
#include "cpu.h"

/* Of the kernel's uapi/asm/hwcap.h; not every C library has them. */
#define DCPOP (1UL << 16)
#define DCPODP (1UL << 0)

/* Log2 of the number of 4-byte words in the smallest data cache line (Arm ARM D19.2.34). */
#define DMINLINE(ctr) ((ctr) >> 16 & 0xf)

#define SMALLEST_LINE 16

size_t pmem2_line_size = SMALLEST_LINE;

RESOLVER unsigned pmem2_cpu_decode(unsigned long hwcap, unsigned long hwcap2)
{
	unsigned features = 0;

	if (hwcap & DCPOP)
		features |= PMEM2_CPU_cvap;
	/* DPB2 includes DPB; a kernel that hides the latter hides both. */
	if ((hwcap & DCPOP) && (hwcap2 & DCPODP))
		features |= PMEM2_CPU_cvadp;
	return features;
}

RESOLVER unsigned long pmem2_cpu_decode_line(unsigned long ctr)
{
	unsigned long line = 4UL << DMINLINE(ctr);

	return line < SMALLEST_LINE ? SMALLEST_LINE : line;
}

/* Where cores differ, the kernel answers with the smallest of all. */
RESOLVER void pmem2_cpu_learn_line(void)
{
	unsigned long ctr;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	__atomic_store_n(&pmem2_line_size, pmem2_cpu_decode_line(ctr), __ATOMIC_RELAXED);
}
