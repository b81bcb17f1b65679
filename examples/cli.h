/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line that the examples share; nothing to learn about persistent memory here. */
#ifndef EXAMPLES_CLI_H
#define EXAMPLES_CLI_H 1

#include <libpmem2.h>
#include <stddef.h>

/* Answer --help and --version, and end the program then. */
void cli_answer(int argc, char **argv, const char *usage);

/* A program that keeps something in a file, changed by one line of text at a time. */
struct cli_store {
	const char *usage;
	size_t size; /* of the file, which starts as zeros */
	/* Bring what a crash left into order. NULL, or what no crash leaves: damage. */
	const char *(*recover)(struct pmem2_map *map);
	/* Do what `line` says, durably; not 0, and without effect, when it cannot be done. */
	int (*apply)(struct pmem2_map *map, const char *line);
	void (*print)(struct pmem2_map *map);
};

/*
 * "write FILE" applies the lines of standard input and prints the number of each once it
 * is durable; "read FILE" prints what the file holds. Returns what main is to return.
 */
int cli_run(const struct cli_store *store, int argc, char **argv);

#endif
