/* SPDX-License-Identifier: BSD-3-Clause */
/* Cache lines of a destination, and their write-back with FLUSH_LINE. */
#ifndef PMEM2_X86_LINES_H
#define PMEM2_X86_LINES_H

#include <stdbool.h>

#include "fetch.h"
#include "flush.h"

INLINE char *line_of(const char *p)
{
	return (char *)((uintptr_t)p & ~(LINE - 1));
}

INLINE bool is_one_line(const char *p, size_t len)
{
	return len == LINE && ((uintptr_t)p & (LINE - 1)) == 0;
}

/* How many of the `len` bytes at `p` precede the first line that starts there. */
INLINE size_t bytes_to_line(const char *p, size_t len)
{
	size_t bytes = -(uintptr_t)p & (LINE - 1);

	return bytes < len ? bytes : len;
}

/* The line or the two lines of up to 64 bytes. */
INLINE void fetch_two_lines(const char *p, size_t len)
{
	fetch_line(p);
	fetch_line(p + len - 1);
}

/* The lines of 65 to 256 bytes, or some of more. */
INLINE void fetch_five_lines(const char *p, size_t len)
{
	fetch_line(p);
	fetch_line(p + LINE);
	if (len > 2 * LINE) {
		fetch_line(p + 2 * LINE);
		fetch_line(p + len - LINE - 1);
	}
	fetch_line(p + len - 1);
}

/* A tail that takes one store, and can be streamed. */
INLINE bool is_one_store(size_t tail)
{
	return tail == 32 || tail == 16 || tail == 8 || tail == 4;
}

/* The first and the last line, of which a part is stored to; the others are streamed. */
INLINE void fetch_parts(const char *p, size_t len, size_t head, size_t tail)
{
	if (head != 0)
		fetch_line(p);
	if (tail != 0 && !is_one_store(tail))
		fetch_line(p + len - 1);
}

/* A store of 64 bytes across the boundary of two pages takes ten times as long as another. */
INLINE bool crosses_page(const char *line)
{
	return ((uintptr_t)line & 4095) > 4096 - LINE;
}

INLINE void flush_4_lines(const char *p)
{
	FLUSH_LINE(p);
	FLUSH_LINE(p + LINE);
	FLUSH_LINE(p + 2 * LINE);
	FLUSH_LINE(p + 3 * LINE);
}

/* Write back the line or the two lines of 1 to 64 bytes. */
INLINE void flush_two_lines(const char *p, size_t len)
{
	uintptr_t last;

	if (!FLUSHES)
		return;
	forget(&len);
	FLUSH_LINE(p);
	last = (uintptr_t)p + len - 1;
	if (((uintptr_t)p ^ last) >= LINE)
		FLUSH_LINE((const char *)last);
}

#endif
