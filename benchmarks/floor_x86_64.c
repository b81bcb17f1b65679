/* SPDX-License-Identifier: BSD-3-Clause */
#include "floor.h"

#include <cpuid.h>
#include <stdint.h>

#define LINE ((uintptr_t)64)

/* CPUID leaf 7, EBX. */
#define HAS_CLFLUSHOPT (1U << 23)
#define HAS_CLWB (1U << 24)

/* What is in the vector registers is clobbered. */
#define FOR_EACH_LINE(instructions, ptr, size)                                                     \
	for (uintptr_t line = (uintptr_t)(ptr) & ~(LINE - 1); line < (uintptr_t)(ptr) + (size);    \
	     line += LINE)                                                                         \
	__asm__ volatile(instructions : : "r"(line) : "memory", "xmm0", "xmm1", "xmm2", "xmm3")

/* Some CPUs store lines of zeros in half the time that others take, so these are ones. */
#define ONES_16 "pcmpeqd %%xmm0, %%xmm0\n\t"
#define ONES_32 "vpcmpeqd %%ymm0, %%ymm0, %%ymm0\n\t"
#define ONES_64 "vpternlogd $255, %%zmm0, %%zmm0, %%zmm0\n\t"

/* What leaves the upper halves of vector registers dirty slows down who comes after it. */
#define CLEAN_UP() __asm__ volatile("vzeroupper" : : : "memory")

static void fence(void *ptr, size_t size)
{
	(void)ptr;
	(void)size;
	__asm__ volatile("sfence" : : : "memory");
}

static void clwb_and_fence(void *ptr, size_t size)
{
	FOR_EACH_LINE("clwb (%0)", ptr, size);
	fence(ptr, size);
}

static void clflushopt_and_fence(void *ptr, size_t size)
{
	FOR_EACH_LINE("clflushopt (%0)", ptr, size);
	fence(ptr, size);
}

/* Ordered with stores by itself. */
static void clflush(void *ptr, size_t size)
{
	FOR_EACH_LINE("clflush (%0)", ptr, size);
}

static void read_16(void *ptr, size_t size)
{
	FOR_EACH_LINE("movdqa (%0), %%xmm0\n\tmovdqa 16(%0), %%xmm1\n\t"
		      "movdqa 32(%0), %%xmm2\n\tmovdqa 48(%0), %%xmm3",
		      ptr, size);
}

static void read_32(void *ptr, size_t size)
{
	FOR_EACH_LINE("vmovdqa (%0), %%ymm0\n\tvmovdqa 32(%0), %%ymm1", ptr, size);
	CLEAN_UP();
}

static void read_64(void *ptr, size_t size)
{
	FOR_EACH_LINE("vmovdqa64 (%0), %%zmm0", ptr, size);
	CLEAN_UP();
}

static void store_16(void *ptr, size_t size)
{
	FOR_EACH_LINE(ONES_16 "movdqa %%xmm0, (%0)\n\tmovdqa %%xmm0, 16(%0)\n\t"
			      "movdqa %%xmm0, 32(%0)\n\tmovdqa %%xmm0, 48(%0)",
		      ptr, size);
	fence(ptr, size);
}

static void store_32(void *ptr, size_t size)
{
	FOR_EACH_LINE(ONES_32 "vmovdqa %%ymm0, (%0)\n\tvmovdqa %%ymm0, 32(%0)", ptr, size);
	CLEAN_UP();
	fence(ptr, size);
}

static void store_64(void *ptr, size_t size)
{
	FOR_EACH_LINE(ONES_64 "vmovdqa64 %%zmm0, (%0)", ptr, size);
	CLEAN_UP();
	fence(ptr, size);
}

static void stream_16(void *ptr, size_t size)
{
	FOR_EACH_LINE(ONES_16 "movntdq %%xmm0, (%0)\n\tmovntdq %%xmm0, 16(%0)\n\t"
			      "movntdq %%xmm0, 32(%0)\n\tmovntdq %%xmm0, 48(%0)",
		      ptr, size);
	fence(ptr, size);
}

static void stream_32(void *ptr, size_t size)
{
	FOR_EACH_LINE(ONES_32 "vmovntdq %%ymm0, (%0)\n\tvmovntdq %%ymm0, 32(%0)", ptr, size);
	CLEAN_UP();
	fence(ptr, size);
}

static void stream_64(void *ptr, size_t size)
{
	FOR_EACH_LINE(ONES_64 "vmovntdq %%zmm0, (%0)", ptr, size);
	CLEAN_UP();
	fence(ptr, size);
}

bench_floor_fn bench_floor_flush(enum pmem2_granularity granularity)
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

/* Of the functions for the three widths of vectors, the one for this CPU's. */
static bench_floor_fn widest(bench_floor_fn by_16, bench_floor_fn by_32, bench_floor_fn by_64)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f"))
		return by_64;
	return __builtin_cpu_supports("avx2") ? by_32 : by_16;
}

bench_floor_fn bench_floor_read(void)
{
	return widest(read_16, read_32, read_64);
}

bench_floor_fn bench_floor_store(enum pmem2_granularity granularity)
{
	if (granularity == PMEM2_GRANULARITY_BYTE)
		return widest(store_16, store_32, store_64);
	return widest(stream_16, stream_32, stream_64);
}
