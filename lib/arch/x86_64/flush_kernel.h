/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_X86_FLUSH_KERNEL_H
#define PMEM2_X86_FLUSH_KERNEL_H

#include "kernels.h"

INLINE void flush_lines(const void *ptr, size_t size)
{
	const char *end = (const char *)ptr + size;
	const char *p = (const char *)((uintptr_t)ptr & ~(LINE - 1));

	if (size == 0)
		return;
	do {
		FLUSH_LINE(p);
		p += LINE;
	} while (p < end);
}

void FLUSH_FUNCTION(const void *ptr, size_t size)
{
	flush_lines(ptr, size);
}

void PERSIST_FUNCTION(const void *ptr, size_t size)
{
	flush_lines(ptr, size);
	fence();
}

#endif
