/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Formatting on a small stack: the C library's printf needs 1.5 KiB and more.
 * Conversions: %s %d %u %zu %llu %p %x %%, without flags or widths.
 */
#ifndef PMEM2_TEXT_H
#define PMEM2_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* A text being written; what does not fit is cut. The caller ends it with a NUL at `end`. */
struct pmem2_text {
	char *end;
	size_t room; /* without the final NUL */
};

void pmem2_text_string(struct pmem2_text *text, const char *string);
void pmem2_text_number(struct pmem2_text *text, unsigned long long value);
void pmem2_text_format(struct pmem2_text *text, const char *format, va_list *args)
	__attribute__((format(printf, 2, 0)));

#endif
