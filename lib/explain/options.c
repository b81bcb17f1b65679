/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <err.h>
#include <getopt.h>
#include <string.h>

static const struct option names[] = {
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, 'j'},
	{"require", required_argument, NULL, 'r'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

void explain_options_help(FILE *out)
{
	fputs("usage: pmem2-explain [--json] [--require=byte|cache_line|page] [PATH...]\n"
	      "\n"
	      "Tells which store granularity libpmem2 gives to a file, to files in a directory or\n"
	      "to a device dax, why, and what would improve it. Without a path: what this machine\n"
	      "has to offer.\n"
	      "\n"
	      "  -j, --json       print JSON\n"
	      "  -r, --require=G  exit with 1 if a path has a weaker granularity than G\n"
	      "  -h, --help       print this\n"
	      "  -V, --version    print the version\n"
	      "\n"
	      "Exit status: 0, each path was explained and has what is required; 1, one has less;\n"
	      "2, bad usage, or a path could not be explained.\n",
	      out);
}

static bool read_granularity(const char *text, enum pmem2_granularity *granularity)
{
	static const char *const words[] = {
		[PMEM2_GRANULARITY_BYTE] = "byte",
		[PMEM2_GRANULARITY_CACHE_LINE] = "cache_line",
		[PMEM2_GRANULARITY_PAGE] = "page",
	};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*granularity = (enum pmem2_granularity)i;
			return true;
		}
	}
	warnx("--require=%s: a granularity is byte, cache_line or page", text);
	return false;
}

static void read_option(struct explain_options *options, int option)
{
	switch (option) {
	case 'j':
		options->json = true;
		break;
	case 'r':
		options->required = true;
		if (!read_granularity(optarg, &options->require))
			options->action = EXPLAIN_BAD_USE;
		break;
	case 'h':
		options->action = EXPLAIN_SHOW_HELP;
		break;
	case 'V':
		options->action = EXPLAIN_SHOW_VERSION;
		break;
	default: /* getopt_long has said what is wrong */
		options->action = EXPLAIN_BAD_USE;
		break;
	}
}

struct explain_options explain_options_read(int argc, char **argv)
{
	struct explain_options options = {.action = EXPLAIN_RUN};
	int option;

	while (options.action == EXPLAIN_RUN &&
	       (option = getopt_long(argc, argv, "hjr:V", names, NULL)) >= 0)
		read_option(&options, option);
	options.paths = argv + optind;
	if (options.action == EXPLAIN_RUN && options.required && options.paths[0] == NULL) {
		warnx("--require needs a path to judge");
		options.action = EXPLAIN_BAD_USE;
	}
	if (options.action == EXPLAIN_BAD_USE)
		fputs("pmem2-explain --help tells more\n", stderr);
	return options;
}
