/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks in four vectors of 16 bytes. The CPU's instructions.h has the type vector,
 * load_vector, repeat_vector, and stores of pairs to multiples of 32, store_pair and stream_pair.
 */
#ifndef PMEM2_BASE_BLOCKS_H
#define PMEM2_BASE_BLOCKS_H

#include "words.h"

struct block {
	vector vectors[BLOCK / 16];
};

INLINE void load_block(struct block *block, const char *s)
{
	UNROLLED
	for (size_t i = 0; i < BLOCK / 16; i++)
		block->vectors[i] = load_vector(s + i * 16);
}

INLINE void repeat_block(struct block *block, uint64_t word)
{
	UNROLLED
	for (size_t i = 0; i < BLOCK / 16; i++)
		block->vectors[i] = repeat_vector(word);
}

INLINE void store_block(char *d, const struct block *block)
{
	store_pair(d, block->vectors[0], block->vectors[1]);
	store_pair(d + 32, block->vectors[2], block->vectors[3]);
}

INLINE void stream_block(char *d, const struct block *block)
{
	stream_pair(d, block->vectors[0], block->vectors[1]);
	stream_pair(d + 32, block->vectors[2], block->vectors[3]);
}

#endif
