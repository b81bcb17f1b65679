/* SPDX-License-Identifier: BSD-3-Clause */
/* Filling whole lines around the cache, and what shares its line through it. */
#ifndef PMEM2_X86_MEMSET_STREAM_H
#define PMEM2_X86_MEMSET_STREAM_H

#include "lines.h"
#include "memset_pieces.h"

/* A head or a tail, which shares its line with other data. */
INLINE void fill_flush_below_64(char *dest, uint64_t word, size_t len)
{
	if (len != 0) {
		(void)fill_0_to_64(dest, word, len);
		FLUSH_LINE(dest);
	}
}

INLINE void stream_fill(char *d, uint64_t word, size_t len)
{
	v64 line;

	repeat64(&line, word);
	for (; len >= 8 * LINE; len -= 8 * LINE) {
#pragma GCC unroll 8
		for (size_t i = 0; i < 8; i++)
			stream_line(d + i * LINE, &line);
		d += 8 * LINE;
	}
	for (; len >= LINE; len -= LINE) {
		stream_line(d, &line);
		d += LINE;
	}
	leave_vectors();
}

#endif
