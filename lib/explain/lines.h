/* SPDX-License-Identifier: BSD-3-Clause */
/* Sentences, one after the other. */
#ifndef EXPLAIN_LINES_H
#define EXPLAIN_LINES_H

#include <stddef.h>

struct explain_lines {
	char *line[8];
	size_t count;
};

/* Add one. Without memory, the program ends with a message. */
void explain_say(struct explain_lines *lines, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void explain_forget(struct explain_lines *lines);

#endif
