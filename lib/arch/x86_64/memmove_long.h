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

/* Descending, for destinations above the source. */
INLINE void move_down(char *dest, const char *src, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	size_t tail = (len - head) & (LINE - 1);
	size_t left = len - tail;

	(void)move_0_to_64(dest + left, src + left, tail);
	for (; left >= head + 4 * LINE; forget(&left)) {
		left -= 4 * LINE;
		move_4_lines(dest + left, src + left);
	}
	for (; left > head; forget(&left)) {
		left -= LINE;
		move_line(dest + left, src + left);
	}
	(void)move_0_to_64(dest, src, head);
	leave_vectors();
}

/*
 * Ascending, each line written back after its last store. No byte is stored twice, and no store
 * begins in one line and ends in the next: write-back would wait for that longer. Lines are stored
 * and written back by four, as Intel's CPUs fetch a line for a store only after the write-back
 * before it.
 */
INLINE void move_flush_up(char *dest, const char *src, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	struct stretch stretch = {dest, src, len};

	move_flush_below_64(dest, src, head);
	advance(&stretch, head);
	while (stretch.left >= 4 * LINE) {
		move_4_lines(stretch.d, stretch.s);
		flush_4_lines(stretch.d);
		advance(&stretch, 4 * LINE);
	}
	while (stretch.left >= LINE) {
		move_line(stretch.d, stretch.s);
		FLUSH_LINE(stretch.d);
		advance(&stretch, LINE);
	}
	move_flush_below_64(stretch.d, stretch.s, stretch.left);
	leave_vectors();
}

/* The mirror image. */
INLINE void move_flush_down(char *dest, const char *src, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	size_t tail = (len - head) & (LINE - 1);
	size_t left = len - tail;

	move_flush_below_64(dest + left, src + left, tail);
	for (; left >= head + 4 * LINE; forget(&left)) {
		left -= 4 * LINE;
		move_4_lines(dest + left, src + left);
		flush_4_lines(dest + left);
	}
	for (; left > head; forget(&left)) {
		left -= LINE;
		move_line(dest + left, src + left);
		FLUSH_LINE(dest + left);
	}
	move_flush_below_64(dest, src, head);
	leave_vectors();
}

#endif
