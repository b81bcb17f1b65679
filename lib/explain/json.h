/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing JSON (RFC 8259), indented, piece by piece. Bytes that are not UTF-8 come out as U+FFFD.
 */
#ifndef EXPLAIN_JSON_H
#define EXPLAIN_JSON_H

#include <stdbool.h>
#include <stdio.h>

struct explain_json {
	FILE *out;
	unsigned depth;
	bool filled; /* something stands in the innermost object or array already */
};

/* The name of a member; NULL in arrays and at the top. */
void explain_json_open(struct explain_json *json, const char *name, char bracket);
void explain_json_close(struct explain_json *json, char bracket);
/* NULL: null. */
void explain_json_string(struct explain_json *json, const char *name, const char *value);
void explain_json_number(struct explain_json *json, const char *name, unsigned long long value);
void explain_json_signed(struct explain_json *json, const char *name, long long value);
void explain_json_bool(struct explain_json *json, const char *name, bool value);

#endif
