/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loads and stores of up to 8 bytes, and the fence.
 *
 * Persistent stores are assembly: a compiler must neither split, trim, merge
 * nor drop them, however they overlap. Their memory clobber also keeps loads
 * that the source has before a store before it.
 */
#ifndef PMEM2_X86_STORE_H
#define PMEM2_X86_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "arch/unaligned.h"

#define LINE ((size_t)64)

/* Memory of a given width, of any type and alignment. */
#define UNALIGNED(bytes)                                                                           \
	struct __attribute__((packed, may_alias)) {                                                \
		char byte[bytes];                                                                  \
	}

INLINE void store1(char *d, uint8_t word)
{
	__asm__ volatile("movb %1, %0" : "=m"(*d) : "q"(word) : "memory");
}

INLINE void store2(char *d, uint16_t word)
{
	__asm__ volatile("movw %1, %0" : "=m"(*(UNALIGNED(2) *)d) : "r"(word) : "memory");
}

INLINE void store4(char *d, uint32_t word)
{
	__asm__ volatile("movl %1, %0" : "=m"(*(UNALIGNED(4) *)d) : "r"(word) : "memory");
}

INLINE void store8(char *d, uint64_t word)
{
	__asm__ volatile("movq %1, %0" : "=m"(*(UNALIGNED(8) *)d) : "r"(word) : "memory");
}

/* `d` is a multiple of the width. */
INLINE void stream4(char *d, uint32_t word)
{
	__asm__ volatile("movntil %1, %0" : "=m"(*(UNALIGNED(4) *)d) : "r"(word) : "memory");
}

INLINE void stream8(char *d, uint64_t word)
{
	__asm__ volatile("movntiq %1, %0" : "=m"(*(UNALIGNED(8) *)d) : "r"(word) : "memory");
}

/*
 * End what the compiler knows of `value`: code behind this is neither specialised for how it came
 * about, nor does the compiler keep something else that it can be computed from.
 */
INLINE void forget(size_t *value)
{
	__asm__("" : "+r"(*value));
}

INLINE void fence(void)
{
	__asm__ volatile("sfence" : : : "memory");
}

#endif
