/* SPDX-License-Identifier: BSD-3-Clause */
/* Filling more than 256 bytes through the cache. */
#ifndef PMEM2_X86_MEMSET_LONG_H
#define PMEM2_X86_MEMSET_LONG_H

#include <stdbool.h>

#include "lines.h"
#include "memset_pieces.h"

INLINE void fill_4_lines(char *d, const v64 *line)
{
	store64(d, line);
	store64(d + LINE, line);
	store64(d + 2 * LINE, line);
	store64(d + 3 * LINE, line);
}

/* All but the last line or part of it; how many bytes that is. */
INLINE size_t fill_most(char *d, const v64 *line, size_t len)
{
	for (; len > 4 * LINE; len -= 4 * LINE) {
		fill_4_lines(d, line);
		d += 4 * LINE;
		forget(&len);
	}
	for (; len > LINE; len -= LINE) {
		store64(d, line);
		d += LINE;
		forget(&len);
	}
	return len;
}

/* The first and the last 64 bytes need not begin and end lines. */
INLINE void fill_up(char *dest, uint64_t word, size_t len)
{
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	v64 line;

	repeat64(&line, word);
	store64(dest, &line);
	(void)fill_most(dest + head, &line, len - head);
	store64(dest + len - LINE, &line);
	leave_vectors();
}

/* The same without the stores of 64 bytes that begin in one line and end in the next. */
INLINE void fill_up_in_lines(char *dest, uint64_t word, size_t len)
{
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	size_t tail;
	v64 line;

	(void)fill_0_to_64(dest, word, head);
	repeat64(&line, word);
	tail = fill_most(dest + head, &line, len - head);
	(void)fill_0_to_64(dest + len - tail, word, tail);
	leave_vectors();
}

/* Each line written back after its last store, as in moves. */
INLINE void fill_flush_up(char *dest, uint64_t word, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	char *d = dest + head;
	size_t left = len - head;
	v64 line;

	fill_flush_below_64(dest, word, head);
	repeat64(&line, word);
	for (; left >= 4 * LINE; left -= 4 * LINE) {
		fill_4_lines(d, &line);
		flush_4_lines(d);
		d += 4 * LINE;
		forget(&left);
	}
	for (; left >= LINE; left -= LINE) {
		store64(d, &line);
		FLUSH_LINE(d);
		d += LINE;
		forget(&left);
	}
	fill_flush_below_64(d, word, left);
	leave_vectors();
}

#endif
