/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "harness.h"

#define QUESTION                                                                                   \
	"How much longer does a program take to start and end with the library loaded?\n"          \
	"All subjects start the same program, which does nothing; the libraries are loaded\n"      \
	"into it with LD_PRELOAD."

/* A start takes a millisecond or so. */
#define BATCH_NS 20000000U

struct start {
	const char *preload; /* NULL: load nothing */
};

static int spawn(const struct start *start, char *argument)
{
	char program[] = START_PROBE;
	char *argv[] = {program, argument, NULL};
	char setting[4096];
	char *environment[] = {setting, NULL};
	int status;
	pid_t child;

	snprintf(setting, sizeof(setting), "LD_PRELOAD=%s",
		 start->preload != NULL ? start->preload : "");
	errno = posix_spawn(&child, program, NULL, NULL, argv, environment);
	if (errno != 0)
		err(EXIT_FAILURE, "%s", program);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		errx(EXIT_FAILURE, "%s did not end by itself", program);
	return WEXITSTATUS(status);
}

static void run_start(void *context, size_t calls)
{
	for (size_t i = 0; i < calls; i++)
		(void)spawn(context, NULL);
}

/* The dynamic linker only warns about what it cannot preload. */
static void check(const struct start *start)
{
	char argument[] = "loaded?";
	bool loaded = spawn(start, argument) == 0;

	if (start->preload == NULL && loaded)
		errx(EXIT_FAILURE, "a libpmem2 is loaded into every program here");
	if (start->preload != NULL && !loaded)
		errx(EXIT_FAILURE, "%s: cannot be preloaded (a space or colon in the name?)",
		     start->preload);
}

int main(int argc, char **argv)
{
	struct bench bench;
	struct start none = {NULL};
	struct start ours = {OUR_LIBRARY};
	struct start peer;
	struct bench_case c = {.name = "start and end", .batch_ns = BATCH_NS};

	bench_open(&bench, argc, argv, QUESTION, "without");
	bench_expect(&bench, 1);
	check(&none);
	check(&ours);
	bench_add(&c, "ours", BENCH_OURS, run_start, &ours);
	bench_add(&c, "without", BENCH_FLOOR, run_start, &none);
	if (bench.has_peer) {
		peer.preload = bench.peer.path;
		check(&peer);
		bench_add(&c, "peer", BENCH_PEER, run_start, &peer);
	}
	bench_run(&bench, &c);
	return bench_close(&bench);
}
