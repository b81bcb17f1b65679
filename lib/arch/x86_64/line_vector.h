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

#endif
