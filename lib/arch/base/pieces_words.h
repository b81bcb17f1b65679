/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pieces shorter than a block, and blocks, for CPUs that may trap on addresses
 * that are no multiple of the width: words where the destination is aligned,
 * bytes before and behind. A word from elsewhere is put together from the two aligned
 * ones that it lies in; both have bytes of the source, so that neither load can fault.
 *
 * The CPU's instructions.h has store1, store8 and stream8.
 */
#ifndef PMEM2_BASE_PIECES_H
#define PMEM2_BASE_PIECES_H

#include "words.h"

struct block {
	uint64_t words[BLOCK / WORD];
};

INLINE uint64_t load_aligned(const char *s)
{
	return *(const aligned8 *)s;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST_BYTES >>
#define LAST_BYTES <<
#else
#define FIRST_BYTES <<
#define LAST_BYTES >>
#endif

/* The word that begins `shift` bits, which are not 0, into the first of two. */
INLINE uint64_t join(uint64_t first, uint64_t second, unsigned shift)
{
	return first FIRST_BYTES shift | second LAST_BYTES(64 - shift);
}

INLINE uint64_t load_word(const char *s)
{
	const char *aligned = s - (uintptr_t)s % WORD;
	unsigned shift = (unsigned)((uintptr_t)s % WORD * 8);

	if (shift == 0)
		return load_aligned(s);
	return join(load_aligned(aligned), load_aligned(aligned + WORD), shift);
}

INLINE void load_block(struct block *block, const char *s)
{
	const char *aligned = s - (uintptr_t)s % WORD;
	unsigned shift = (unsigned)((uintptr_t)s % WORD * 8);
	uint64_t first = load_aligned(aligned);

	if (shift == 0) {
		UNROLLED
		for (size_t i = 0; i < BLOCK / WORD; i++)
			block->words[i] = load_aligned(s + i * WORD);
		return;
	}
	UNROLLED
	for (size_t i = 0; i < BLOCK / WORD; i++) {
		uint64_t second = load_aligned(aligned + (i + 1) * WORD);

		block->words[i] = join(first, second, shift);
		first = second;
	}
}

INLINE void repeat_block(struct block *block, uint64_t word)
{
	UNROLLED
	for (size_t i = 0; i < BLOCK / WORD; i++)
		block->words[i] = word;
}

INLINE void store_block(char *d, const struct block *block)
{
	UNROLLED
	for (size_t i = 0; i < BLOCK / WORD; i++)
		store8(d + i * WORD, block->words[i]);
}

INLINE void stream_block(char *d, const struct block *block)
{
	UNROLLED
	for (size_t i = 0; i < BLOCK / WORD; i++)
		stream8(d + i * WORD, block->words[i]);
}

NOINLINE void copy_piece_up(char *d, const char *s, size_t len)
{
	size_t words_at = bytes_before(d, len, WORD);
	size_t words_end = words_at + (len - words_at) / WORD * WORD;
	size_t i = 0;

	for (; i < words_at; i++)
		store1(d + i, (uint8_t)s[i]);
	for (; i < words_end; i += WORD)
		store8(d + i, load_word(s + i));
	for (; i < len; i++)
		store1(d + i, (uint8_t)s[i]);
}

NOINLINE void copy_piece_down(char *d, const char *s, size_t len)
{
	size_t words_at = bytes_before(d, len, WORD);
	size_t words_end = words_at + (len - words_at) / WORD * WORD;
	size_t i = len;

	for (; i != words_end; i--)
		store1(d + i - 1, (uint8_t)s[i - 1]);
	/* Not >: gcc 12 leaves that one too early on POWER where words_at is 0. */
	for (; i != words_at; i -= WORD)
		store8(d + i - WORD, load_word(s + i - WORD));
	for (; i != 0; i--)
		store1(d + i - 1, (uint8_t)s[i - 1]);
}

/* Less than a block, from any address to any other. */
INLINE void copy_piece(char *d, const char *s, size_t len, bool down)
{
	if (down)
		copy_piece_down(d, s, len);
	else
		copy_piece_up(d, s, len);
}

NOINLINE void fill_piece(char *d, uint64_t word, size_t len)
{
	size_t words_at = bytes_before(d, len, WORD);
	size_t words_end = words_at + (len - words_at) / WORD * WORD;
	size_t i = 0;

	for (; i < words_at; i++)
		store1(d + i, (uint8_t)word);
	for (; i < words_end; i += WORD)
		store8(d + i, word);
	for (; i < len; i++)
		store1(d + i, (uint8_t)word);
}

/* What needs no loop: one word. */
INLINE bool is_short_copy(const char *d, const char *s, size_t len)
{
	return len == WORD && (((uintptr_t)d | (uintptr_t)s) & (WORD - 1)) == 0;
}

INLINE void copy_short(char *d, const char *s, size_t len)
{
	(void)len;
	store8(d, load_aligned(s));
}

INLINE bool is_short_fill(const char *d, size_t len)
{
	return len == WORD && ((uintptr_t)d & (WORD - 1)) == 0;
}

INLINE void fill_short(char *d, uint64_t word, size_t len)
{
	(void)len;
	store8(d, word);
}

#endif
