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

/* A head or a tail, which shares its line with other data. */
INLINE void move_flush_below_64(char *dest, const char *src, size_t len)
{
	if (len != 0) {
		(void)move_0_to_64(dest, src, len);
		FLUSH_LINE(dest);
	}
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
	if (len <= 128)
		move_65_to_128(d, s, len);
	else
		move_129_to_256(d, s, len);
	leave_vectors();
}

#endif
