/* SPDX-License-Identifier: BSD-3-Clause */
/* Filling whole lines around the cache, and what shares its line through it. */
#ifndef PMEM2_X86_MEMSET_STREAM_H
#define PMEM2_X86_MEMSET_STREAM_H

#include "lines.h"
#include "memset_pieces.h"

/* As moves have it. */
INLINE void stream_fill_tail(char *d, uint64_t word, size_t len)
{
	v32 v;

	switch (len) {
	case 32:
		repeat32(&v, word);
		stream32(d, &v);
		break;
	case 16:
		stream16(d, repeat16(word));
		break;
	case 8:
		stream8(d, word);
		break;
	case 4:
		stream4(d, (uint32_t)word);
		break;
	default:
		fill_flush_below_64(d, word, len);
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
