/* SPDX-License-Identifier: BSD-3-Clause */
/* Filling more than 256 bytes through the cache. */
#ifndef PMEM2_X86_MEMSET_LONG_H
#define PMEM2_X86_MEMSET_LONG_H

#include <stdbool.h>

#include "lines.h"

/* The first and the last 64 bytes need not begin and end lines. */
INLINE void fill_up(char *dest, uint64_t word, size_t len)
{
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	size_t left = len - head;
	char *d = dest + head;
	v64 line;

	repeat64(&line, word);
	store64(dest, &line);
	for (; left > 4 * LINE; left -= 4 * LINE) {
		store64(d, &line);
		store64(d + LINE, &line);
		store64(d + 2 * LINE, &line);
		store64(d + 3 * LINE, &line);
		d += 4 * LINE;
	}
	for (; left > LINE; left -= LINE) {
		store64(d, &line);
		d += LINE;
	}
	store64(dest + len - LINE, &line);
}

/* The first and the last 64 bytes reach into their neighbour lines. */
INLINE void fill_flush_up(char *dest, uint64_t word, size_t len)
{
	char *d = line_of(dest) + LINE;
	const char *last_line = line_of(dest + len - 1);
	v64 line;

	repeat64(&line, word);
	store64(dest, &line);
	do {
		store64(d, &line);
		FLUSH_LINE(d - LINE);
		d += LINE;
	} while (d != last_line);
	store64(dest + len - LINE, &line);
	FLUSH_LINE(d - LINE);
	FLUSH_LINE(d);
}

INLINE void fill_long(char *dest, uint64_t word, size_t len, bool flush)
{
	if (flush)
		fill_flush_up(dest, word, len);
	else
		fill_up(dest, word, len);
}

#endif
