/* SPDX-License-Identifier: BSD-3-Clause */
/* Moving whole lines around the cache, and what shares its line through it. */
#ifndef PMEM2_X86_MEMMOVE_STREAM_H
#define PMEM2_X86_MEMMOVE_STREAM_H

#include "lines.h"
#include "memmove_pieces.h"

/* A head or a tail, which shares its line with other data. */
INLINE void move_flush_below_64(char *dest, const char *src, size_t len)
{
	if (len != 0) {
		(void)move_0_to_64(dest, src, len);
		FLUSH_LINE(dest);
	}
}

INLINE void stream_lines_up(char *d, const char *s, size_t len)
{
	for (; len >= 4 * LINE; len -= 4 * LINE) {
		stream_line_from(d, s);
		stream_line_from(d + LINE, s + LINE);
		stream_line_from(d + 2 * LINE, s + 2 * LINE);
		stream_line_from(d + 3 * LINE, s + 3 * LINE);
		d += 4 * LINE;
		s += 4 * LINE;
	}
	for (; len >= LINE; len -= LINE) {
		stream_line_from(d, s);
		d += LINE;
		s += LINE;
	}
	leave_vectors();
}

INLINE void stream_up(char *dest, const char *src, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	size_t tail = (len - head) & (LINE - 1);
	size_t left = len - tail;

	move_flush_below_64(dest, src, head);
	stream_lines_up(dest + head, src + head, left - head);
	move_flush_below_64(dest + left, src + left, tail);
}

INLINE void stream_down(char *dest, const char *src, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	size_t tail = (len - head) & (LINE - 1);
	size_t left = len - tail;

	move_flush_below_64(dest + left, src + left, tail);
	while (left > head) {
		left -= LINE;
		stream_line_from(dest + left, src + left);
	}
	leave_vectors();
	move_flush_below_64(dest, src, head);
}

#endif
