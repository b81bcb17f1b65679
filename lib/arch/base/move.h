/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * memmove and memset: pieces before and behind the blocks of the destination,
 * and each part of it written back when it is complete. The file that includes
 * this defines KERNEL, FLUSH_LINE, FLUSHES, FENCE and STREAM.
 */
#ifndef PMEM2_BASE_MOVE_H
#define PMEM2_BASE_MOVE_H

#include "kernels.h"
#include "libpmem2.h"
#include "lines.h"
#include "streaming.h"

#if PMEM2_CPU_STORES_ANYWHERE
#include "blocks_vectors.h"
#include "pieces_overlapping.h"
#else
#include "pieces_words.h"
#endif

/* What is written back together: still in the first cache when its turn comes. */
#define PART ((size_t)4096)

/*
 * Where a part ends: no two parts have a line in common, so that each line is written
 * back once, after its last store. Lines longer than PART are allowed, not known.
 */
INLINE size_t part_size(void)
{
	size_t line = line_size();

	return line > PART ? line : PART;
}

INLINE void fence_for(unsigned flags)
{
	if (!(flags & (PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NOFLUSH)))
		FENCE();
}

INLINE void put_block(char *d, const struct block *block, bool streamed)
{
	if (streamed)
		stream_block(d, block);
	else
		store_block(d, block);
}

INLINE void copy_block(char *d, const char *s, bool streamed)
{
	struct block block;

	load_block(&block, s);
	put_block(d, &block, streamed);
}

/* ---- memmove -------------------------------------------------------------- */

/* From the first byte on: right where the destination does not begin inside the source. */
INLINE void copy_up(char *d, const char *s, size_t len, bool streamed)
{
	size_t before = bytes_before(d, len, BLOCK);

	if (before != 0) {
		copy_piece(d, s, before, false);
		d += before;
		s += before;
		len -= before;
	}
	for (; len >= BLOCK; len -= BLOCK) {
		copy_block(d, s, streamed);
		d += BLOCK;
		s += BLOCK;
	}
	if (len != 0)
		copy_piece(d, s, len, false);
}

/* From the last byte on. */
INLINE void copy_down(char *d, const char *s, size_t len, bool streamed)
{
	size_t before = bytes_before(d, len, BLOCK);
	size_t behind = (len - before) % BLOCK;

	len -= behind;
	if (behind != 0)
		copy_piece(d + len, s + len, behind, true);
	while (len != before) {
		len -= BLOCK;
		copy_block(d + len, s + len, streamed);
	}
	if (before != 0)
		copy_piece(d, s, before, true);
}

INLINE void copy(char *d, const char *s, size_t len, bool streamed)
{
	if ((uintptr_t)d - (uintptr_t)s < len)
		copy_down(d, s, len, streamed);
	else
		copy_up(d, s, len, streamed);
}

INLINE void copy_parts_up(char *d, const char *s, size_t len, bool streamed)
{
	const size_t part = part_size();

	while (len > 0) {
		size_t now = part - ((uintptr_t)d & (part - 1));

		if (now > len)
			now = len;
		copy_up(d, s, now, streamed);
		write_back(d, now);
		d += now;
		s += now;
		len -= now;
	}
}

INLINE void copy_parts_down(char *d, const char *s, size_t len, bool streamed)
{
	const size_t part = part_size();

	while (len > 0) {
		size_t now = (((uintptr_t)d + len - 1) & (part - 1)) + 1;

		if (now > len)
			now = len;
		len -= now;
		copy_down(d + len, s + len, now, streamed);
		write_back(d + len, now);
	}
}

INLINE void copy_and_write_back(char *d, const char *s, size_t len, bool streamed)
{
	if ((uintptr_t)d - (uintptr_t)s < len)
		copy_parts_down(d, s, len, streamed);
	else
		copy_parts_up(d, s, len, streamed);
}

/* Ends the call, which so needs no frame. */
NOINLINE void *move_long(char *d, const char *s, size_t len, unsigned flags)
{
	bool flushes = FLUSHES && !(flags & PMEM2_F_MEM_NOFLUSH);

	if (!is_streamed(len, flags)) {
		if (flushes)
			copy_and_write_back(d, s, len, false);
		else
			copy(d, s, len, false);
	} else if (flushes) {
		copy_and_write_back(d, s, len, true);
	} else {
		copy(d, s, len, true);
	}
	fence_for(flags);
	return d;
}

void *KERNEL(memmove)(void *dest, const void *src, size_t len, unsigned flags)
{
	if (!is_short_copy(dest, src, len))
		return move_long(dest, src, len, flags);
	copy_short(dest, src, len);
	if (FLUSHES && !(flags & PMEM2_F_MEM_NOFLUSH))
		write_back(dest, len);
	fence_for(flags);
	return dest;
}

/* ---- memset --------------------------------------------------------------- */

INLINE void fill(char *d, uint64_t word, size_t len, bool streamed)
{
	size_t before = bytes_before(d, len, BLOCK);
	struct block block;

	repeat_block(&block, word);
	if (before != 0) {
		fill_piece(d, word, before);
		d += before;
		len -= before;
	}
	for (; len >= BLOCK; len -= BLOCK) {
		put_block(d, &block, streamed);
		d += BLOCK;
	}
	if (len != 0)
		fill_piece(d, word, len);
}

INLINE void fill_and_write_back(char *d, uint64_t word, size_t len, bool streamed)
{
	const size_t part = part_size();

	while (len > 0) {
		size_t now = part - ((uintptr_t)d & (part - 1));

		if (now > len)
			now = len;
		fill(d, word, now, streamed);
		write_back(d, now);
		d += now;
		len -= now;
	}
}

NOINLINE void *fill_long(char *d, uint64_t word, size_t len, unsigned flags)
{
	bool flushes = FLUSHES && !(flags & PMEM2_F_MEM_NOFLUSH);

	if (!is_streamed(len, flags)) {
		if (flushes)
			fill_and_write_back(d, word, len, false);
		else
			fill(d, word, len, false);
	} else if (flushes) {
		fill_and_write_back(d, word, len, true);
	} else {
		fill(d, word, len, true);
	}
	fence_for(flags);
	return d;
}

void *KERNEL(memset)(void *dest, int c, size_t len, unsigned flags)
{
	uint64_t word = (uint8_t)c * UINT64_C(0x0101010101010101);

	if (!is_short_fill(dest, len))
		return fill_long(dest, word, len, flags);
	fill_short(dest, word, len);
	if (FLUSHES && !(flags & PMEM2_F_MEM_NOFLUSH))
		write_back(dest, len);
	fence_for(flags);
	return dest;
}

#endif
