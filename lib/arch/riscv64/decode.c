/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs inside ifunc resolvers too; see select.c for what that forbids. Not every
 * glibc tells them what the kernel knows, so that the kernel is asked here, without
 * the C library.
 */
#include <stdbool.h>

#include "arch/resolver.h"
#include "cpu.h"

#define SYS_RISCV_HWPROBE 258
#define ZICBOM (UINT64_C(1) << 55)

/* Says that the other bits are there, since they may all be 0. */
#define KNOWN (1U << 31)

static unsigned cached;

size_t pmem2_line_size = 16;

RESOLVER static bool is_line_size(uint64_t bytes)
{
	return bytes >= sizeof(uint64_t) && (bytes & (bytes - 1)) == 0;
}

RESOLVER unsigned pmem2_cpu_decode(const struct pmem2_hwprobe *extensions,
				   const struct pmem2_hwprobe *block, unsigned long *line_size)
{
	if (extensions->key != PMEM2_HWPROBE_EXTENSIONS || !(extensions->value & ZICBOM))
		return 0;
	if (block->key != PMEM2_HWPROBE_ZICBOM_BLOCK || !is_line_size(block->value))
		return 0;
	*line_size = block->value;
	return PMEM2_CPU_cbo;
}

/* Of all CPUs, what each of them answers. */
RESOLVER static long hwprobe(struct pmem2_hwprobe *questions, unsigned long count)
{
	register unsigned long a0 __asm__("a0") = (unsigned long)questions;
	register unsigned long a1 __asm__("a1") = count;
	register unsigned long a2 __asm__("a2") = 0;
	register unsigned long a3 __asm__("a3") = 0;
	register unsigned long a4 __asm__("a4") = 0;
	register unsigned long a7 __asm__("a7") = SYS_RISCV_HWPROBE;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7)
			 : "memory");
	return (long)a0;
}

RESOLVER unsigned pmem2_cpu_probe(void)
{
	unsigned features = __atomic_load_n(&cached, __ATOMIC_ACQUIRE);
	struct pmem2_hwprobe questions[2];
	unsigned long line;

	if (features)
		return features & ~KNOWN;
	questions[0].key = PMEM2_HWPROBE_EXTENSIONS;
	questions[0].value = 0;
	questions[1].key = PMEM2_HWPROBE_ZICBOM_BLOCK;
	questions[1].value = 0;
	if (hwprobe(questions, 2) == 0)
		features = pmem2_cpu_decode(&questions[0], &questions[1], &line);
	if (features)
		__atomic_store_n(&pmem2_line_size, line, __ATOMIC_RELAXED);
	__atomic_store_n(&cached, features | KNOWN, __ATOMIC_RELEASE);
	return features;
}
