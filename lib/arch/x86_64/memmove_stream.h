/* SPDX-License-Identifier: BSD-3-Clause */
/* Moving whole lines around the cache, and what shares its line through it. */
#ifndef PMEM2_X86_MEMMOVE_STREAM_H
#define PMEM2_X86_MEMMOVE_STREAM_H

#include "lines.h"
#include "memmove_pieces.h"

/* A tail begins a line: what takes one store can be streamed too. */
INLINE void stream_tail(char *d, const char *s, size_t len)
{
	v32 v;

	switch (len) {
	case 32:
		load32(&v, s);
		stream32(d, &v);
		break;
	case 16:
		stream16(d, load16(s));
		break;
	case 8:
		stream8(d, load8(s));
		break;
	case 4:
		stream4(d, load4(s));
		break;
	default:
		move_flush_below_64(d, s, len);
	}
}

INLINE void stream_lines_up(char *d, const char *s, size_t len)
{
	for (; len >= 4 * LINE; len -= 4 * LINE) {
		stream_4_lines_up_from(d, s);
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

	fetch_parts(dest, len, head, tail);
	move_flush_below_64(dest, src, head);
	stream_lines_up(dest + head, src + head, left - head);
	stream_tail(dest + left, src + left, tail);
	leave_vectors();
}

INLINE void stream_down(char *dest, const char *src, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	size_t tail = (len - head) & (LINE - 1);
	size_t left = len - tail;

	fetch_parts(dest, len, head, tail);
	move_flush_below_64(dest + left, src + left, tail);
	for (; left >= head + 4 * LINE; forget(&left)) {
		left -= 4 * LINE;
		stream_4_lines_down_from(dest + left, src + left);
	}
	for (; left > head; forget(&left)) {
		left -= LINE;
		stream_line_from(dest + left, src + left);
	}
	leave_vectors();
	move_flush_below_64(dest, src, head);
}

#endif
