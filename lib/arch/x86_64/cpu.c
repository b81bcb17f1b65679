/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs inside ifunc resolvers, before relocation: no calls out of the resolver
 * objects, no data with addresses in it, no aggregate that a compiler might
 * clear with memset. That is also why the helper functions of cpuid.h, which
 * sanitizers instrument, are not used.
 */
#include "cpu.h"

#include <cpuid.h>

#include "arch/resolver.h"

#define LEAF1_ECX_OSXSAVE (1U << 27)
#define LEAF1_ECX_AVX (1U << 28)
#define LEAF1_EDX_CLFLUSH (1U << 19)
#define LEAF1_EDX_SSE2 (1U << 26)
#define LEAF7_EBX_AVX2 (1U << 5)
#define LEAF7_EBX_AVX512F (1U << 16)
#define LEAF7_EBX_CLFLUSHOPT (1U << 23)
#define LEAF7_EBX_CLWB (1U << 24)
#define LEAF7_EBX_AVX512BW (1U << 30)
#define LEAF7_EBX_AVX512VL (1U << 31)
#define LEAF7_ECX_MOVDIR64B (1U << 28)

/* Registers that the operating system saves: xmm and ymm; opmask and zmm too. */
#define XCR0_AVX 0x06U
#define XCR0_AVX512 0xe6U

/* Says that the other bits are there, since they may all be 0. */
#define KNOWN (1U << 31)

static unsigned cached_features;

RESOLVER static unsigned bit_if(unsigned condition, unsigned bit)
{
	return condition ? bit : 0;
}

RESOLVER static unsigned decode_vectors(const struct pmem2_cpuid *cpuid)
{
	unsigned avx = 0;
	unsigned avx512 = 0;

	if (!(cpuid->leaf1_ecx & LEAF1_ECX_AVX) || (cpuid->xcr0 & XCR0_AVX) != XCR0_AVX)
		return 0;
	avx = PMEM2_CPU_avx | bit_if(cpuid->leaf7_ebx & LEAF7_EBX_AVX2, PMEM2_CPU_avx2);
	if (!(cpuid->leaf7_ebx & LEAF7_EBX_AVX512F) || (cpuid->xcr0 & XCR0_AVX512) != XCR0_AVX512)
		return avx;
	avx512 = PMEM2_CPU_avx512f |
		 bit_if(cpuid->leaf7_ebx & LEAF7_EBX_AVX512VL, PMEM2_CPU_avx512vl) |
		 bit_if(cpuid->leaf7_ebx & LEAF7_EBX_AVX512BW, PMEM2_CPU_avx512bw);
	return avx | avx512;
}

RESOLVER unsigned pmem2_cpu_decode(const struct pmem2_cpuid *cpuid)
{
	return bit_if(cpuid->leaf1_edx & LEAF1_EDX_SSE2, PMEM2_CPU_sse2) |
	       bit_if(cpuid->leaf1_edx & LEAF1_EDX_CLFLUSH, PMEM2_CPU_clflush) |
	       bit_if(cpuid->leaf7_ebx & LEAF7_EBX_CLFLUSHOPT, PMEM2_CPU_clflushopt) |
	       bit_if(cpuid->leaf7_ebx & LEAF7_EBX_CLWB, PMEM2_CPU_clwb) |
	       bit_if(cpuid->leaf7_ecx & LEAF7_ECX_MOVDIR64B, PMEM2_CPU_movdir64b) |
	       decode_vectors(cpuid);
}

RESOLVER static uint32_t read_xcr0(void)
{
	uint32_t low, high;

	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

RESOLVER static void read_cpuid(struct pmem2_cpuid *cpuid)
{
	unsigned max_leaf, a, b, c, d;

	__cpuid_count(0, 0, max_leaf, b, c, d);
	__cpuid_count(1, 0, a, b, c, d);
	cpuid->leaf1_ecx = c;
	cpuid->leaf1_edx = d;
	cpuid->leaf7_ebx = 0;
	cpuid->leaf7_ecx = 0;
	if (max_leaf >= 7) {
		__cpuid_count(7, 0, a, b, c, d);
		cpuid->leaf7_ebx = b;
		cpuid->leaf7_ecx = c;
	}
	cpuid->xcr0 = (cpuid->leaf1_ecx & LEAF1_ECX_OSXSAVE) ? read_xcr0() : 0;
}

RESOLVER unsigned pmem2_cpu_features(void)
{
	unsigned features = __atomic_load_n(&cached_features, __ATOMIC_RELAXED);

	if (!features) {
		struct pmem2_cpuid cpuid;

		read_cpuid(&cpuid);
		features = pmem2_cpu_decode(&cpuid) | KNOWN;
		__atomic_store_n(&cached_features, features, __ATOMIC_RELAXED);
	}
	return features & ~KNOWN;
}
