/* SPDX-License-Identifier: BSD-3-Clause */
/* What this machine has for persistent memory, without a path. */
#ifndef EXPLAIN_MACHINE_H
#define EXPLAIN_MACHINE_H

#include "facts.h"

struct explain_dax {
	char name[EXPLAIN_NAME]; /* "dax0.0" */
	unsigned long long size, alignment;
	struct explain_region region; /* its name is "" if the device is on none */
};

/* A variable of libpmem2_environment(7); its value is NULL if it is not set. */
struct explain_variable {
	const char *name, *value;
};

#define EXPLAIN_VARIABLES 10

struct explain_machine {
	char kernel[EXPLAIN_NAME];
	char features[EXPLAIN_TEXT]; /* of the CPU, that the library's functions can use */
	const char *variant, *default_variant;
	size_t huge_page;
	struct explain_region *region;
	size_t regions;
	struct explain_dax *dax;
	size_t daxes;
	struct explain_variable variable[EXPLAIN_VARIABLES];
};

/* Without memory, the program ends with a message. */
void explain_machine_look(struct explain_machine *machine);
void explain_machine_forget(struct explain_machine *machine);

#endif
