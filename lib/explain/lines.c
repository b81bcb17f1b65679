/* SPDX-License-Identifier: BSD-3-Clause */
#include "lines.h"

#include <assert.h>
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"

void explain_say(struct explain_lines *lines, const char *format, ...)
{
	va_list args;

	assert(lines->count < sizeof(lines->line) / sizeof(lines->line[0]));
	va_start(args, format);
	if (vasprintf(&lines->line[lines->count], format, args) < 0)
		err(EXPLAIN_FAILED, "a sentence");
	va_end(args);
	lines->count++;
}

void explain_forget(struct explain_lines *lines)
{
	while (lines->count > 0)
		free(lines->line[--lines->count]);
}
