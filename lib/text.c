/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <stdint.h>
#include <string.h>

static void put_char(struct pmem2_text *text, char c)
{
	if (text->room == 0)
		return;
	*text->end++ = c;
	text->room--;
}

void pmem2_text_string(struct pmem2_text *text, const char *string)
{
	while (*string != '\0')
		put_char(text, *string++);
}

static void put_number(struct pmem2_text *text, unsigned long long value, unsigned base)
{
	char digits[3 * sizeof(value)];
	size_t count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	while (count > 0)
		put_char(text, digits[--count]);
}

void pmem2_text_number(struct pmem2_text *text, unsigned long long value)
{
	put_number(text, value, 10);
}

static void put_signed(struct pmem2_text *text, int value)
{
	if (value < 0)
		put_char(text, '-');
	put_number(text, value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value,
		   10);
}

/* Put the argument that `*format` asks for, and step over the conversion. */
static void put_conversion(struct pmem2_text *text, const char **format, va_list *args)
{
	const char *at = *format;

	if (at[0] == 'z' && at[1] == 'u') {
		put_number(text, va_arg(*args, size_t), 10);
		at += 2;
	} else if (strncmp(at, "llu", 3) == 0) {
		put_number(text, va_arg(*args, unsigned long long), 10);
		at += 3;
	} else {
		switch (*at) {
		case 's':
			pmem2_text_string(text, va_arg(*args, const char *));
			break;
		case 'd':
			put_signed(text, va_arg(*args, int));
			break;
		case 'u':
			put_number(text, va_arg(*args, unsigned), 10);
			break;
		case 'x':
			put_number(text, va_arg(*args, unsigned), 16);
			break;
		case 'p':
			pmem2_text_string(text, "0x");
			put_number(text, (uintptr_t)va_arg(*args, void *), 16);
			break;
		default:
			put_char(text, *at);
		}
		at++;
	}
	*format = at;
}

void pmem2_text_format(struct pmem2_text *text, const char *format, va_list *args)
{
	while (*format != '\0') {
		char c = *format++;
		if (c == '%')
			put_conversion(text, &format, args);
		else
			put_char(text, c);
	}
}
