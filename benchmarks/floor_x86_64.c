/* SPDX-License-Identifier: BSD-3-Clause */
#include "floor.h"

#include <cpuid.h>
#include <stddef.h>
#include <stdint.h>

#define LINE ((uintptr_t)64)

/* CPUID leaf 7, EBX. */
#define HAS_CLFLUSHOPT (1U << 23)
#define HAS_CLWB (1U << 24)

#define FLUSH_EACH_LINE(instruction, ptr, size)                                                    \
	for (uintptr_t line = (uintptr_t)(ptr) & ~(LINE - 1); line < (uintptr_t)(ptr) + (size);    \
	     line += LINE)                                                                         \
	__asm__ volatile(instruction " (%0)" : : "r"(line) : "memory")

static void fence(const void *ptr, size_t size)
{
	(void)ptr;
	(void)size;
	__asm__ volatile("sfence" : : : "memory");
}

static void clwb_and_fence(const void *ptr, size_t size)
{
	FLUSH_EACH_LINE("clwb", ptr, size);
	fence(ptr, size);
}

static void clflushopt_and_fence(const void *ptr, size_t size)
{
	FLUSH_EACH_LINE("clflushopt", ptr, size);
	fence(ptr, size);
}

/* Ordered with stores by itself. */
static void clflush(const void *ptr, size_t size)
{
	FLUSH_EACH_LINE("clflush", ptr, size);
}

pmem2_persist_fn bench_floor(enum pmem2_granularity granularity)
{
	unsigned eax;
	unsigned ebx;
	unsigned ecx;
	unsigned edx;

	if (granularity == PMEM2_GRANULARITY_BYTE)
		return fence;
	if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0)
		return clflush;
	if ((ebx & HAS_CLWB) != 0)
		return clwb_and_fence;
	return (ebx & HAS_CLFLUSHOPT) != 0 ? clflushopt_and_fence : clflush;
}
