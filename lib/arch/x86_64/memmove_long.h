/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Moving more than 256 bytes through the cache in a direction that suits how
 * the ranges overlap.
 */
#ifndef PMEM2_X86_MEMMOVE_LONG_H
#define PMEM2_X86_MEMMOVE_LONG_H

#include <stdbool.h>

#include "lines.h"
#include "memmove_pieces.h"

INLINE bool ends_above_start(const char *dest, const char *src, size_t len)
{
	return (uintptr_t)dest - (uintptr_t)src < len;
}

INLINE void move_2_lines(char *d, const char *s)
{
	v128 lines;

	load128(&lines, s);
	store128(d, &lines);
}

INLINE void move_4_lines(char *d, const char *s)
{
	v128 lo, hi;

	load128(&lo, s);
	load128(&hi, s + 2 * LINE);
	store128(d, &lo);
	store128(d + 2 * LINE, &hi);
}

INLINE void move_line(char *d, const char *s)
{
	v64 line;

	load64(&line, s);
	store64(d, &line);
}

/* What is left to move, to the start of a line. */
struct stretch {
	char *d;
	const char *s;
	size_t left;
};

INLINE void advance(struct stretch *stretch, size_t len)
{
	stretch->d += len;
	stretch->s += len;
	stretch->left -= len;
	forget(&stretch->left);
}

/* All but 1 to 5 lines, or parts of the last of them. */
INLINE void move_most(struct stretch *stretch)
{
	while (stretch->left >= 5 * LINE) {
		move_4_lines(stretch->d, stretch->s);
		advance(stretch, 4 * LINE);
	}
}

/* All but the last line or part of it. */
INLINE void move_rest(struct stretch *stretch)
{
	while (stretch->left > 2 * LINE) {
		move_2_lines(stretch->d, stretch->s);
		advance(stretch, 2 * LINE);
	}
	if (stretch->left > LINE) {
		move_line(stretch->d, stretch->s);
		advance(stretch, LINE);
	}
}

/*
 * Ascending, for destinations below the source. The first and the last 64 bytes need not begin
 * and end lines: the line that follows the first is loaded before they are stored, and the last
 * are loaded while they cannot have been overwritten.
 *
 * A load waits for an earlier store whose address has the same last 12 bits. So stores ascend
 * from the first byte on, for the sake of the next call, and few loads follow closely on stores.
 */
INLINE void move_up(char *dest, const char *src, size_t len)
{
	v64 first, second, last;
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	struct stretch stretch = {dest + head, src + head, len - head};

	load64(&first, src);
	load64(&second, src + head);
	store64(dest, &first);
	store64(dest + head, &second);
	advance(&stretch, LINE);
	move_most(&stretch);
	load64(&last, src + len - LINE);
	move_rest(&stretch);
	store64(dest + len - LINE, &last);
	leave_vectors();
}

/* The same without the stores of 64 bytes that begin in one line and end in the next. */
INLINE void move_up_in_lines(char *dest, const char *src, size_t len)
{
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	struct stretch stretch = {dest + head, src + head, len - head};

	(void)move_0_to_64(dest, src, head);
	move_most(&stretch);
	move_rest(&stretch);
	(void)move_0_to_64(stretch.d, stretch.s, stretch.left);
	leave_vectors();
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
	leave_vectors();
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
	leave_vectors();
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
	leave_vectors();
}

#endif
