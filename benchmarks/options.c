/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define USAGE_ERROR 2

/* Fewer rounds make no useful interval. */
#define MIN_ROUNDS 9

enum option_code {
	OPTION_OUTPUT = 1,
	OPTION_PEER,
	OPTION_ROUNDS,
	OPTION_DIR,
	OPTION_FULL,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option long_options[] = {
	{"output", required_argument, NULL, OPTION_OUTPUT},
	{"peer", required_argument, NULL, OPTION_PEER},
	{"rounds", required_argument, NULL, OPTION_ROUNDS},
	{"dir", required_argument, NULL, OPTION_DIR},
	{"full", no_argument, NULL, OPTION_FULL},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

static void print_help(const char *program, const char *question)
{
	printf("Usage: %s [OPTION]...\n\n%s\n\n", program, question);
	printf("  --output=FILE  write the results as CSV too\n"
	       "  --peer=FILE    the library to compare with, as dlopen finds it\n"
	       "                 (default libpmem2.so.1 where the system has it; empty: none)\n"
	       "  --rounds=N     rounds in which all take turns, %d to %d (default 31)\n"
	       "  --dir=DIR      where to put files, may be repeated\n"
	       "                 (default /dev/shm and the current directory)\n"
	       "  --full         more cases, minutes instead of seconds\n"
	       "  --help         print this\n"
	       "  --version      print the version of the library that is measured\n\n"
	       "Reading the table: benchmarks/README.md.\n",
	       MIN_ROUNDS, BENCH_MAX_ROUNDS);
}

static size_t parse_rounds(const char *text)
{
	char *end;
	unsigned long rounds = strtoul(text, &end, 10);

	if (end == text || *end != '\0' || rounds < MIN_ROUNDS || rounds > BENCH_MAX_ROUNDS)
		errx(USAGE_ERROR, "--rounds=%s: a number from %d to %d is needed", text, MIN_ROUNDS,
		     BENCH_MAX_ROUNDS);
	return rounds;
}

static void add_dir(struct bench_options *options, const char *dir)
{
	if (options->dir_count == BENCH_MAX_DIRS)
		errx(USAGE_ERROR, "--dir=%s: more than %d directories", dir, BENCH_MAX_DIRS);
	options->dirs[options->dir_count++] = dir;
}

static void apply(struct bench_options *options, int option, const char *program,
		  const char *question)
{
	switch (option) {
	case OPTION_OUTPUT:
		options->output = optarg;
		break;
	case OPTION_PEER:
		options->peer = optarg;
		break;
	case OPTION_ROUNDS:
		options->rounds = parse_rounds(optarg);
		break;
	case OPTION_DIR:
		add_dir(options, optarg);
		break;
	case OPTION_FULL:
		options->full = true;
		break;
	case OPTION_HELP:
		print_help(program, question);
		exit(EXIT_SUCCESS); /* NOLINT(concurrency-mt-unsafe) */
	case OPTION_VERSION:
		printf("%s " BENCH_VERSION "\n", program_invocation_short_name);
		exit(EXIT_SUCCESS); /* NOLINT(concurrency-mt-unsafe) */
	default:
		errx(USAGE_ERROR, "--help lists the options");
	}
}

void bench_parse_options(struct bench_options *options, int argc, char **argv, const char *question)
{
	int option;

	*options = (struct bench_options){.peer = "libpmem2.so.1", .rounds = 31};
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet. */
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		apply(options, option, argv[0], question);
	if (optind < argc)
		errx(USAGE_ERROR, "%s: no argument is expected", argv[optind]);
	if (options->dir_count == 0) {
		add_dir(options, "/dev/shm");
		add_dir(options, ".");
	}
}
