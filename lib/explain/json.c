/* SPDX-License-Identifier: BSD-3-Clause */
#include "json.h"

#include <stdint.h>
#include <string.h>

static void start(struct explain_json *json, const char *name)
{
	if (json->filled)
		putc(',', json->out);
	if (json->depth > 0)
		fprintf(json->out, "\n%*s", (int)json->depth * 2, "");
	if (name != NULL)
		fprintf(json->out, "\"%s\": ", name);
	json->filled = true;
}

void explain_json_open(struct explain_json *json, const char *name, char bracket)
{
	start(json, name);
	putc(bracket, json->out);
	json->depth++;
	json->filled = false;
}

void explain_json_close(struct explain_json *json, char bracket)
{
	json->depth--;
	if (json->filled)
		fprintf(json->out, "\n%*s", (int)json->depth * 2, "");
	putc(bracket, json->out);
	if (json->depth == 0)
		putc('\n', json->out);
	json->filled = true;
}

/* Well-formed sequences: Unicode Standard, table 3-7. The first byte's range, and the second's. */
static const struct {
	unsigned char first, last, low, high, length;
} sequences[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* The length of the well-formed sequence of more than one byte at `text`, or 0. */
static unsigned sequence_length(const unsigned char *text)
{
	for (unsigned i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		if (text[0] < sequences[i].first || text[0] > sequences[i].last)
			continue;
		if (text[1] < sequences[i].low || text[1] > sequences[i].high)
			return 0;
		for (unsigned byte = 2; byte < sequences[i].length; byte++) {
			if ((text[byte] & 0xc0) != 0x80)
				return 0;
		}
		return sequences[i].length;
	}
	return 0;
}

static void put_ascii(FILE *out, unsigned char c)
{
	if (c == '"' || c == '\\')
		fprintf(out, "\\%c", c);
	else if (c == '\n')
		fputs("\\n", out);
	else if (c < ' ' || c == 0x7f)
		fprintf(out, "\\u%04x", c);
	else
		putc(c, out);
}

static void put_string(FILE *out, const char *value)
{
	const unsigned char *next = (const unsigned char *)value;

	putc('"', out);
	while (*next != '\0') {
		unsigned length = sequence_length(next);
		if (*next < 0x80)
			put_ascii(out, *next);
		else if (length == 0)
			fputs("\\ufffd", out);
		else
			fwrite(next, 1, length, out);
		next += length > 0 ? length : 1;
	}
	putc('"', out);
}

void explain_json_string(struct explain_json *json, const char *name, const char *value)
{
	start(json, name);
	if (value == NULL)
		fputs("null", json->out);
	else
		put_string(json->out, value);
}

void explain_json_number(struct explain_json *json, const char *name, unsigned long long value)
{
	start(json, name);
	fprintf(json->out, "%llu", value);
}

void explain_json_signed(struct explain_json *json, const char *name, long long value)
{
	start(json, name);
	fprintf(json->out, "%lld", value);
}

void explain_json_bool(struct explain_json *json, const char *name, bool value)
{
	start(json, name);
	fputs(value ? "true" : "false", json->out);
}
