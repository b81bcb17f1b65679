/* SPDX-License-Identifier: BSD-3-Clause */
/* pmem2-explain: why a file or device has the granularity that libpmem2 gives to it. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "options.h"
#include "print.h"

/* https://no-color.org tells the convention. */
static bool wants_colour(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

struct output {
	bool is_json;
	struct explain_text text;
	struct explain_json json;
};

static bool is_met(const struct explain_options *options, const struct explain_mapping *mapping)
{
	if (!options->required)
		return true;
	return mapping->error == 0 && mapping->granularity <= options->require;
}

static enum explain_status explain_path(struct output *output,
					const struct explain_options *options, const char *path)
{
	struct explain_facts *facts = calloc(1, sizeof(*facts));
	enum explain_status status = EXPLAIN_FAILED;

	if (facts == NULL)
		err(EXPLAIN_FAILED, "%s", path);
	facts->path = path;
	if (explain_ask(facts)) {
		status = is_met(options, &facts->mapping) ? EXPLAIN_MET : EXPLAIN_NOT_MET;
		if (output->is_json)
			explain_json_path(&output->json, facts);
		else
			explain_text_path(&output->text, facts);
	}
	free(facts);
	return status;
}

static enum explain_status explain_paths(struct output *output,
					 const struct explain_options *options)
{
	enum explain_status worst = EXPLAIN_MET;

	if (output->is_json)
		explain_json_open(&output->json, "paths", '[');
	for (char **path = options->paths; *path != NULL; path++) {
		enum explain_status status = explain_path(output, options, *path);
		worst = status > worst ? status : worst;
	}
	if (output->is_json)
		explain_json_close(&output->json, ']');
	return worst;
}

static enum explain_status explain_machine(struct output *output)
{
	struct explain_machine machine;

	explain_machine_look(&machine);
	if (output->is_json)
		explain_json_machine(&output->json, &machine);
	else
		explain_text_machine(&output->text, &machine);
	explain_machine_forget(&machine);
	return EXPLAIN_MET;
}

static enum explain_status explain(const struct explain_options *options)
{
	struct output output = {
		.is_json = options->json,
		.text = {.out = stdout, .colour = wants_colour()},
		.json = {.out = stdout},
	};
	enum explain_status status;

	if (output.is_json) {
		explain_json_open(&output.json, NULL, '{');
		explain_json_string(&output.json, "version", pmem2_version());
	}
	status = options->paths[0] != NULL ? explain_paths(&output, options)
					   : explain_machine(&output);
	if (output.is_json)
		explain_json_close(&output.json, '}');
	return status;
}

static enum explain_status act(const struct explain_options *options)
{
	switch (options->action) {
	case EXPLAIN_SHOW_HELP:
		explain_options_help(stdout);
		return EXPLAIN_MET;
	case EXPLAIN_SHOW_VERSION:
		printf("pmem2-explain %s\n", pmem2_version());
		return EXPLAIN_MET;
	case EXPLAIN_RUN:
		return explain(options);
	default:
		return EXPLAIN_FAILED;
	}
}

int main(int argc, char **argv)
{
	struct explain_options options = explain_options_read(argc, argv);
	enum explain_status status = act(&options);

	if (fflush(stdout) != 0 || ferror(stdout))
		err(EXPLAIN_FAILED, "standard output");
	return (int)status;
}
