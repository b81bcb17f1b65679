/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs inside ifunc resolvers too; see select.c for what that forbids. */
#include "arch/resolver.h"
#include "cpu.h"

/* The architecture knows no smallest line; no 64-bit CPU had a shorter one. */
size_t pmem2_line_size = 32;

RESOLVER unsigned pmem2_cpu_decode(unsigned long has_isa_3_1)
{
	return has_isa_3_1 ? PMEM2_CPU_dcbf | PMEM2_CPU_dcbstps : PMEM2_CPU_dcbf;
}
