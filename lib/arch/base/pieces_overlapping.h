/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pieces shorter than a block, for CPUs that store to any address: one half
 * from the start, the other up to the end, and both loaded before either is
 * stored, so that the direction does not matter. If the destination and the length
 * are multiples of 8, so is every address, and no word is torn.
 *
 * The CPU's instructions.h has store1 to store8, and v16 with load16, store16 and repeat16.
 */
#ifndef PMEM2_BASE_PIECES_H
#define PMEM2_BASE_PIECES_H

#include "words.h"

INLINE void copy_ends_16(char *d, const char *s, size_t len)
{
	v16 start = load16(s);
	v16 end = load16(s + len - 16);

	store16(d, start);
	store16(d + len - 16, end);
}

INLINE void copy_ends_32(char *d, const char *s, size_t len)
{
	v16 start1 = load16(s);
	v16 start2 = load16(s + 16);
	v16 end1 = load16(s + len - 32);
	v16 end2 = load16(s + len - 16);

	store16(d, start1);
	store16(d + 16, start2);
	store16(d + len - 32, end1);
	store16(d + len - 16, end2);
}

INLINE void copy_below_8(char *d, const char *s, size_t len)
{
	if (len & 4) {
		uint32_t start = load4(s);
		uint32_t end = load4(s + len - 4);

		store4(d, start);
		store4(d + len - 4, end);
	} else if (len & 2) {
		uint16_t start = load2(s);
		uint16_t end = load2(s + len - 2);

		store2(d, start);
		store2(d + len - 2, end);
	} else if (len) {
		store1(d, (uint8_t)*s);
	}
}

/* Less than a block, from any address to any other. */
INLINE void copy_piece(char *d, const char *s, size_t len, bool down)
{
	(void)down;
	if (len == 8) {
		store8(d, load8(s));
	} else if (len >= 32) {
		copy_ends_32(d, s, len);
	} else if (len >= 16) {
		copy_ends_16(d, s, len);
	} else if (len > 8) {
		uint64_t start = load8(s);
		uint64_t end = load8(s + len - 8);

		store8(d, start);
		store8(d + len - 8, end);
	} else {
		copy_below_8(d, s, len);
	}
}

INLINE void fill_below_8(char *d, uint64_t word, size_t len)
{
	if (len & 4) {
		store4(d, (uint32_t)word);
		store4(d + len - 4, (uint32_t)word);
	} else if (len & 2) {
		store2(d, (uint16_t)word);
		store2(d + len - 2, (uint16_t)word);
	} else if (len) {
		store1(d, (uint8_t)word);
	}
}

INLINE void fill_piece(char *d, uint64_t word, size_t len)
{
	if (len >= 16) {
		v16 both = repeat16(word);

		for (size_t at = 0; at + 16 < len; at += 16)
			store16(d + at, both);
		store16(d + len - 16, both);
	} else if (len >= 8) {
		store8(d, word);
		if (len > 8)
			store8(d + len - 8, word);
	} else {
		fill_below_8(d, word, len);
	}
}

/* What needs no loop over blocks. */
INLINE bool is_short_copy(const char *d, const char *s, size_t len)
{
	(void)d;
	(void)s;
	return len < BLOCK;
}

INLINE void copy_short(char *d, const char *s, size_t len)
{
	copy_piece(d, s, len, false);
}

INLINE bool is_short_fill(const char *d, size_t len)
{
	(void)d;
	return len < BLOCK;
}

INLINE void fill_short(char *d, uint64_t word, size_t len)
{
	fill_piece(d, word, len);
}

#endif
