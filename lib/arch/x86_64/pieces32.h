/* SPDX-License-Identifier: BSD-3-Clause */
/* What moves and fills are cut into when 64 bytes take more than one register. */
#ifndef PMEM2_X86_PIECES_H
#define PMEM2_X86_PIECES_H

#define PIECE ((size_t)32)

typedef v32 piece;

INLINE void load_piece(piece *v, const char *s)
{
	load32(v, s);
}

INLINE void store_piece(char *d, const piece *v)
{
	store32(d, v);
}

INLINE void repeat_piece(piece *v, uint64_t word)
{
	repeat32(v, word);
}

#endif
