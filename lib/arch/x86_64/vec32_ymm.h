/* SPDX-License-Identifier: BSD-3-Clause */
/* 32 bytes in one register. */
#ifndef PMEM2_X86_VEC32_H
#define PMEM2_X86_VEC32_H

#include "vec16.h"

typedef __m256i v32;

INLINE void load32(v32 *v, const char *s)
{
	*v = _mm256_loadu_si256((const __m256i *)s);
}

INLINE void repeat32(v32 *v, uint64_t word)
{
	v16 low;

	/* gcc goes through the stack if it is given the choice. */
	__asm__("vmovq %1, %0" : "=x"(low) : "r"(word));
	*v = _mm256_broadcastq_epi64(low);
}

INLINE void store32(char *d, const v32 *v)
{
	__asm__ volatile("vmovdqu %1, %0" : "=m"(*(UNALIGNED(32) *)d) : "x"(*v) : "memory");
}

/* `d` is a multiple of 32. */
INLINE void stream32(char *d, const v32 *v)
{
	__asm__ volatile("vmovntdq %1, %0" : "=m"(*(UNALIGNED(32) *)d) : "x"(*v) : "memory");
}

/*
 * Clean the upper halves, without which instructions of older programs are slow afterwards. Comes
 * before a fence: what stands between it and the return, where compilers would put this, waits.
 * They are told not to (-mno-vzeroupper).
 */
INLINE void leave_vectors(void)
{
	__asm__ volatile("vzeroupper"
			 :
			 :
			 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
			   "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

#endif
