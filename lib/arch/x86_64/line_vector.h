/* SPDX-License-Identifier: BSD-3-Clause */
/* Streaming whole lines through vector registers. */
#ifndef PMEM2_X86_LINE_H
#define PMEM2_X86_LINE_H

#include "store.h"

INLINE void stream_line(char *d, const v64 *line)
{
	stream64(d, line);
}

INLINE void stream_line_from(char *d, const char *s)
{
	v64 line;

	load64(&line, s);
	stream64(d, &line);
}

/*
 * Loaded before they are streamed: a load waits for an earlier store whose address has the same
 * last 12 bits.
 */
INLINE void stream_4_lines_up_from(char *d, const char *s)
{
	v128 lo, hi;

	load128(&lo, s);
	load128(&hi, s + 2 * LINE);
	stream64(d, &lo.lo);
	stream64(d + LINE, &lo.hi);
	stream64(d + 2 * LINE, &hi.lo);
	stream64(d + 3 * LINE, &hi.hi);
}

INLINE void stream_4_lines_down_from(char *d, const char *s)
{
	stream_4_lines_up_from(d, s);
}

#endif
