/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Moving up to 256 bytes through the cache: they are loaded whole before the
 * first store, in overlapping pieces, so that no direction needs choosing.
 */
#ifndef PMEM2_X86_MEMMOVE_PIECES_H
#define PMEM2_X86_MEMMOVE_PIECES_H

#include <stdbool.h>

#include "store.h"

INLINE void move_2_to_3(char *d, const char *s, size_t len)
{
	uint16_t first = load2(s);
	uint8_t last = (uint8_t)s[len - 1];

	store2(d, first);
	if (len > 2)
		store1(d + 2, last);
}

INLINE void move_4_to_7(char *d, const char *s, size_t len)
{
	uint32_t first = load4(s), last = load4(s + len - 4);

	store4(d, first);
	if (len > 4)
		store4(d + len - 4, last);
}

INLINE void move_8_to_15(char *d, const char *s, size_t len)
{
	uint64_t first = load8(s), last = load8(s + len - 8);

	store8(d, first);
	if (len > 8)
		store8(d + len - 8, last);
}

INLINE void move_16_to_32(char *d, const char *s, size_t len)
{
	v16 first = load16(s), last = load16(s + len - 16);

	store16(d, first);
	if (len > 16)
		store16(d + len - 16, last);
}

INLINE void move_33_to_64(char *d, const char *s, size_t len)
{
	v32 first, last;

	load32(&first, s);
	load32(&last, s + len - 32);
	store32(d, &first);
	store32(d + len - 32, &last);
	leave_vectors();
}

/* Returns whether there was anything to move. */
INLINE bool move_0_to_64(char *d, const char *s, size_t len)
{
	if (len >= 16) {
		if (len > 32)
			move_33_to_64(d, s, len);
		else
			move_16_to_32(d, s, len);
	} else if (len >= 8) {
		move_8_to_15(d, s, len);
	} else if (len >= 4) {
		move_4_to_7(d, s, len);
	} else if (len > 1) {
		move_2_to_3(d, s, len);
	} else if (len == 1) {
		store1(d, (uint8_t)*s);
	} else {
		return false;
	}
	return true;
}

/* More than one piece, up to two. */
INLINE void move_2_pieces(char *d, const char *s, size_t len)
{
	piece first, last;

	load_piece(&first, s);
	load_piece(&last, s + len - PIECE);
	store_piece(d, &first);
	store_piece(d + len - PIECE, &last);
}

/* More than two pieces, up to four. */
INLINE void move_4_pieces(char *d, const char *s, size_t len)
{
	piece first, second, third, last;

	load_piece(&first, s);
	load_piece(&second, s + PIECE);
	load_piece(&last, s + len - PIECE);
	if (len > 3 * PIECE) {
		load_piece(&third, s + 2 * PIECE);
		store_piece(d + 2 * PIECE, &third);
	}
	store_piece(d, &first);
	store_piece(d + PIECE, &second);
	store_piece(d + len - PIECE, &last);
}

/* What move_8_pieces has between its fourth piece and its last. */
INLINE void move_middle(char *d, const char *s, size_t len)
{
	piece fifth, sixth, seventh;

	if (len > 5 * PIECE) {
		load_piece(&fifth, s + 4 * PIECE);
		if (len > 6 * PIECE) {
			load_piece(&sixth, s + 5 * PIECE);
			if (len > 7 * PIECE) {
				load_piece(&seventh, s + 6 * PIECE);
				store_piece(d + 6 * PIECE, &seventh);
			}
			store_piece(d + 5 * PIECE, &sixth);
		}
		store_piece(d + 4 * PIECE, &fifth);
	}
}

/* More than four pieces, up to eight. */
INLINE void move_8_pieces(char *d, const char *s, size_t len)
{
	piece first, second, third, fourth, last;

	load_piece(&first, s);
	load_piece(&second, s + PIECE);
	load_piece(&third, s + 2 * PIECE);
	load_piece(&fourth, s + 3 * PIECE);
	load_piece(&last, s + len - PIECE);
	move_middle(d, s, len);
	store_piece(d, &first);
	store_piece(d + PIECE, &second);
	store_piece(d + 2 * PIECE, &third);
	store_piece(d + 3 * PIECE, &fourth);
	store_piece(d + len - PIECE, &last);
}

/*
 * Where lines are written back, no byte is stored twice if that can be helped: it makes the
 * write-back wait longer.
 */
INLINE void move_65_to_256_in_pieces(char *d, const char *s, size_t len)
{
	if (len <= 2 * PIECE)
		move_2_pieces(d, s, len);
	else if (len <= 4 * PIECE)
		move_4_pieces(d, s, len);
	else
		move_8_pieces(d, s, len);
}

INLINE void move_65_to_128(char *d, const char *s, size_t len)
{
	v64 first, last;

	load64(&first, s);
	load64(&last, s + len - 64);
	store64(d, &first);
	store64(d + len - 64, &last);
}

INLINE void move_129_to_256(char *d, const char *s, size_t len)
{
	v128 first, last;

	load128(&first, s);
	load128(&last, s + len - 128);
	store128(d, &first);
	store128(d + len - 128, &last);
}

INLINE void move_65_to_256(char *d, const char *s, size_t len)
{
	if (FLUSHES)
		move_65_to_256_in_pieces(d, s, len);
	else if (len <= 128)
		move_65_to_128(d, s, len);
	else
		move_129_to_256(d, s, len);
	leave_vectors();
}

#endif
