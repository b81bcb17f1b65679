/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Moving more than 256 bytes through the cache in a direction that suits how
 * the ranges overlap.
 */
#ifndef PMEM2_X86_MEMMOVE_LONG_H
#define PMEM2_X86_MEMMOVE_LONG_H

#include <stdbool.h>

#include "lines.h"

INLINE bool ends_above_start(const char *dest, const char *src, size_t len)
{
	return (uintptr_t)dest - (uintptr_t)src < len;
}

/* Two lines, or what is as long; loaded before they are stored. */
INLINE void move_2_lines(char *d, const char *s)
{
	v64 even, odd;

	load64(&even, s);
	load64(&odd, s + LINE);
	store64(d, &even);
	store64(d + LINE, &odd);
}

INLINE void move_line(char *d, const char *s)
{
	v64 line;

	load64(&line, s);
	store64(d, &line);
}

/*
 * Ascending, for destinations below the source. The first and the last 64
 * bytes, which need not begin and end lines, are loaded before the loop can
 * overwrite them.
 */
INLINE void move_up(char *dest, const char *src, size_t len)
{
	v64 first, last;
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	size_t left = len - head;
	const char *s = src + head;
	char *d = dest + head;

	load64(&first, src);
	load64(&last, src + len - LINE);
	for (; left > 4 * LINE; left -= 4 * LINE) {
		move_2_lines(d, s);
		move_2_lines(d + 2 * LINE, s + 2 * LINE);
		d += 4 * LINE;
		s += 4 * LINE;
	}
	for (; left > LINE; left -= LINE) {
		move_line(d, s);
		d += LINE;
		s += LINE;
	}
	store64(dest, &first);
	store64(dest + len - LINE, &last);
}

/* The mirror image, for destinations above the source. */
INLINE void move_down(char *dest, const char *src, size_t len)
{
	v64 first, last;
	char *d = line_of(dest + len - 1);
	size_t left = (size_t)(d - dest);
	const char *s = src + left;

	load64(&first, src);
	load64(&last, src + len - LINE);
	for (; left > 4 * LINE; left -= 4 * LINE) {
		move_2_lines(d - 2 * LINE, s - 2 * LINE);
		d -= 4 * LINE;
		s -= 4 * LINE;
		move_2_lines(d, s);
	}
	for (; left > LINE; left -= LINE) {
		d -= LINE;
		s -= LINE;
		move_line(d, s);
	}
	store64(dest + len - LINE, &last);
	store64(dest, &first);
}

/*
 * Ascending, each line written back after its last store. The first 64 bytes
 * reach into the second line, so the line after them is loaded before they are
 * stored, and each line is written back one step late. The last 64 bytes
 * likewise reach back into the last line but one.
 */
INLINE void move_flush_up(char *dest, const char *src, size_t len)
{
	v64 first, last, line;
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	char *d = dest + head;
	const char *s = src + head;
	const char *last_line = line_of(dest + len - 1);

	load64(&first, src);
	load64(&last, src + len - LINE);
	load64(&line, s);
	store64(dest, &first);
	for (;;) {
		store64(d, &line);
		FLUSH_LINE(d - LINE);
		d += LINE;
		s += LINE;
		if (d == last_line)
			break;
		load64(&line, s);
	}
	store64(dest + len - LINE, &last);
	FLUSH_LINE(d - LINE);
	FLUSH_LINE(d);
}

/* The mirror image. */
INLINE void move_flush_down(char *dest, const char *src, size_t len)
{
	v64 first, last, line;
	const char *first_line = line_of(dest);
	char *d = line_of(dest + len - 1);
	const char *s = src + (d - dest);

	load64(&first, src);
	load64(&last, src + len - LINE);
	load64(&line, s - LINE);
	store64(dest + len - LINE, &last);
	for (;;) {
		d -= LINE;
		s -= LINE;
		store64(d, &line);
		FLUSH_LINE(d + LINE);
		if (d - LINE == first_line)
			break;
		load64(&line, s - LINE);
	}
	store64(dest, &first);
	FLUSH_LINE(d);
	FLUSH_LINE(d - LINE);
}

INLINE void move_long(char *dest, const char *src, size_t len, bool flush)
{
	bool down = ends_above_start(dest, src, len);

	if (flush && down)
		move_flush_down(dest, src, len);
	else if (flush)
		move_flush_up(dest, src, len);
	else if (down)
		move_down(dest, src, len);
	else
		move_up(dest, src, len);
}

#endif
