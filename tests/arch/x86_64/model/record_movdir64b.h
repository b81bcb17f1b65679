/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_TEST_RECORD_MOVDIR64B_H
#define PMEM2_TEST_RECORD_MOVDIR64B_H

#include "record_avx2.h"

#include "arch/x86_64/vec64_pair.h"

#define PMEM2_X86_LINE_H

INLINE void stream_line_from(char *d, const char *s)
{
	char line[LINE];

	record_load(line, s, LINE);
	record_store(EVENT_STREAM, d, line, LINE);
}

INLINE void stream_4_lines_up_from(char *d, const char *s)
{
	for (size_t i = 0; i < 4; i++)
		stream_line_from(d + i * LINE, s + i * LINE);
}

INLINE void stream_4_lines_down_from(char *d, const char *s)
{
	for (size_t i = 4; i-- > 0;)
		stream_line_from(d + i * LINE, s + i * LINE);
}

INLINE void stream_line(char *d, const v64 *line)
{
	record_store(EVENT_STREAM, d, line, LINE);
}

#endif
