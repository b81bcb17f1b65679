/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing a range back, line by line. How long a line is the CPU tells when the program runs. */
#ifndef PMEM2_BASE_LINES_H
#define PMEM2_BASE_LINES_H

#include "cpu.h"
#include "words.h"

INLINE size_t line_size(void)
{
	return __atomic_load_n(&pmem2_line_size, __ATOMIC_RELAXED);
}

INLINE void write_back(const char *p, size_t len)
{
	const size_t line = line_size();
	const char *end = p + len;

	if (len == 0)
		return;
	p -= (uintptr_t)p & (line - 1);
	before_write_back();
	do {
		FLUSH_LINE(p);
		p += line;
	} while (p < end);
}

#endif
