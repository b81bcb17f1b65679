/* SPDX-License-Identifier: BSD-3-Clause */
/* What was found out, for people and for machines. */
#ifndef EXPLAIN_PRINT_H
#define EXPLAIN_PRINT_H

#include "facts.h"
#include "json.h"
#include "machine.h"

struct explain_text {
	FILE *out;
	bool colour;
};

void explain_text_path(const struct explain_text *text, const struct explain_facts *facts);
void explain_text_machine(const struct explain_text *text, const struct explain_machine *machine);

/* An object, as an element of the array that is open; and members of the object that is. */
void explain_json_path(struct explain_json *json, const struct explain_facts *facts);
void explain_json_machine(struct explain_json *json, const struct explain_machine *machine);

#endif
