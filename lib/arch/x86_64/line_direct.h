/* SPDX-License-Identifier: BSD-3-Clause */
/* Streaming whole lines from memory to memory, each as one store of 64 bytes. */
#ifndef PMEM2_X86_LINE_H
#define PMEM2_X86_LINE_H

#include "store.h"

/* `d` is a multiple of 64. */
INLINE void stream_line_from(char *d, const char *s)
{
	__asm__ volatile("movdir64b %1, %0" : : "r"(d), "m"(*(const UNALIGNED(64) *)s) : "memory");
}

INLINE void stream_line(char *d, const v64 *line)
{
	stream_line_from(d, (const char *)line);
}

INLINE void stream_4_lines_up_from(char *d, const char *s)
{
	stream_line_from(d, s);
	stream_line_from(d + LINE, s + LINE);
	stream_line_from(d + 2 * LINE, s + 2 * LINE);
	stream_line_from(d + 3 * LINE, s + 3 * LINE);
}

INLINE void stream_4_lines_down_from(char *d, const char *s)
{
	stream_line_from(d + 3 * LINE, s + 3 * LINE);
	stream_line_from(d + 2 * LINE, s + 2 * LINE);
	stream_line_from(d + LINE, s + LINE);
	stream_line_from(d, s);
}

#endif
