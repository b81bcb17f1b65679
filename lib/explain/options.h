/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line, and the exit status. */
#ifndef EXPLAIN_OPTIONS_H
#define EXPLAIN_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include <libpmem2.h>

enum explain_status {
	EXPLAIN_MET,     /* every path was explained, and has the granularity that is required */
	EXPLAIN_NOT_MET, /* every path was explained; one has less */
	EXPLAIN_FAILED,  /* bad input, or a path that could not be explained */
};

enum explain_action { EXPLAIN_RUN, EXPLAIN_SHOW_HELP, EXPLAIN_SHOW_VERSION, EXPLAIN_BAD_USE };

struct explain_options {
	enum explain_action action;
	bool json;
	bool required; /* a granularity is */
	enum pmem2_granularity require;
	char **paths; /* ended by NULL */
};

/* What is wrong is told on stderr. */
struct explain_options explain_options_read(int argc, char **argv);

void explain_options_help(FILE *out);

#endif
