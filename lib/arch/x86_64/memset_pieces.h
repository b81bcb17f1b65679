/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filling up to 256 bytes through the cache with `word`, eight times one byte,
 * in pieces that overlap as in memmove_pieces.h.
 */
#ifndef PMEM2_X86_MEMSET_PIECES_H
#define PMEM2_X86_MEMSET_PIECES_H

#include <stdbool.h>

#include "store.h"

INLINE void fill_2_to_3(char *d, uint64_t word, size_t len)
{
	store2(d, (uint16_t)word);
	if (len > 2)
		store1(d + 2, (uint8_t)word);
}

INLINE void fill_4_to_7(char *d, uint64_t word, size_t len)
{
	store4(d, (uint32_t)word);
	if (len > 4)
		store4(d + len - 4, (uint32_t)word);
}

INLINE void fill_8_to_15(char *d, uint64_t word, size_t len)
{
	store8(d, word);
	if (len > 8)
		store8(d + len - 8, word);
}

INLINE void fill_16_to_32(char *d, uint64_t word, size_t len)
{
	v16 v = repeat16(word);

	store16(d, v);
	if (len > 16)
		store16(d + len - 16, v);
}

INLINE void fill_33_to_64(char *d, uint64_t word, size_t len)
{
	v32 v;

	repeat32(&v, word);
	store32(d, &v);
	store32(d + len - 32, &v);
	leave_vectors();
}

/* Returns whether there was anything to fill. */
INLINE bool fill_0_to_64(char *d, uint64_t word, size_t len)
{
	if (len >= 16) {
		if (len > 32)
			fill_33_to_64(d, word, len);
		else
			fill_16_to_32(d, word, len);
	} else if (len >= 8) {
		fill_8_to_15(d, word, len);
	} else if (len >= 4) {
		fill_4_to_7(d, word, len);
	} else if (len > 1) {
		fill_2_to_3(d, word, len);
	} else if (len == 1) {
		store1(d, (uint8_t)word);
	} else {
		return false;
	}
	return true;
}

/* A head or a tail, which shares its line with other data. */
INLINE void fill_flush_below_64(char *dest, uint64_t word, size_t len)
{
	if (len != 0) {
		(void)fill_0_to_64(dest, word, len);
		FLUSH_LINE(dest);
	}
}

INLINE void fill_65_to_128(char *d, uint64_t word, size_t len)
{
	v64 v;

	repeat64(&v, word);
	store64(d, &v);
	store64(d + len - 64, &v);
}

INLINE void fill_129_to_256(char *d, uint64_t word, size_t len)
{
	v128 v;

	repeat128(&v, word);
	store128(d, &v);
	store128(d + len - 128, &v);
}

INLINE void fill_65_to_256(char *d, uint64_t word, size_t len)
{
	if (len <= 128)
		fill_65_to_128(d, word, len);
	else
		fill_129_to_256(d, word, len);
	leave_vectors();
}

#endif
