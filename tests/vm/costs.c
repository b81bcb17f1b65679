/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * usage: costs FILE
 *
 * Counts what the library does about a file or device dax. Tells, in a line for each question, how
 * many system calls it takes the first time a process asks it, and once more; then how many
 * instructions, the kernel's too, if the time-stamp counter counts them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <libpmem2.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../abi/trace.h"

struct subject {
	int fd;
	struct pmem2_source *src;
	struct pmem2_map *map;
};

/* ---- questions ---------------------------------------------------------- */

static int use_source(struct subject *subject)
{
	struct pmem2_source *src;
	int ret = pmem2_source_from_fd(&src, subject->fd);

	return ret != 0 ? ret : pmem2_source_delete(&src);
}

static int use_size(struct subject *subject)
{
	size_t size;

	return pmem2_source_size(subject->src, &size);
}

static int map_file(struct subject *subject, struct pmem2_map **map)
{
	struct pmem2_config *cfg;
	int ret = pmem2_config_new(&cfg);

	if (ret == 0)
		ret = pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE);
	if (ret == 0)
		ret = pmem2_map_new(map, cfg, subject->src);
	return ret;
}

static int use_map(struct subject *subject)
{
	struct pmem2_map *map;
	int ret = map_file(subject, &map);

	return ret != 0 ? ret : pmem2_map_delete(&map);
}

static int use_deep_flush(struct subject *subject)
{
	return pmem2_deep_flush(subject->map, pmem2_map_get_address(subject->map), 64);
}

static int use_device_id(struct subject *subject)
{
	char id[256];
	size_t length = sizeof(id);

	return pmem2_source_device_id(subject->src, id, &length);
}

static int use_device_usc(struct subject *subject)
{
	uint64_t count;

	return pmem2_source_device_usc(subject->src, &count);
}

static int use_numa_node(struct subject *subject)
{
	int node;

	return pmem2_source_numa_node(subject->src, &node);
}

static int use_bad_blocks(struct subject *subject)
{
	struct pmem2_badblock_context *ctx;
	int ret = pmem2_badblock_context_new(&ctx, subject->src);

	if (ret == 0)
		pmem2_badblock_context_delete(&ctx);
	return ret;
}

static const struct question {
	const char *name;
	int (*use)(struct subject *subject);
} questions[] = {
	{"source", use_source},
	{"size", use_size},
	{"map", use_map},
	{"deep_flush", use_deep_flush},
	{"device_id", use_device_id},
	{"device_usc", use_device_usc},
	{"numa_node", use_numa_node},
	{"bad_blocks", use_bad_blocks},
};

/* ---- counting ----------------------------------------------------------- */

static const char *path;
static const struct question *question;
static int times_before;

/* Some answers are refusals, which cost as well. */
static void use(struct subject *subject)
{
	(void)question->use(subject);
}

/* In a process of its own. */
static void prepare(struct subject *subject)
{
	subject->fd = open(path, O_RDWR);
	if (subject->fd < 0 || pmem2_source_from_fd(&subject->src, subject->fd) != 0)
		trace_fail();
	if (question->use == use_deep_flush && map_file(subject, &subject->map) != 0)
		trace_fail();
	for (int i = 0; i < times_before; i++)
		use(subject);
}

static void ask(void)
{
	struct subject subject;

	prepare(&subject);
	trace_mark();
	use(&subject);
	trace_mark();
}

static size_t count_calls(int before)
{
	static struct trace trace;

	times_before = before;
	trace_run(&trace, ask);
	if (!trace.complete)
		trace_fail();
	return trace.count;
}

/* Ask in another process, which leaves the instructions where both see them. */
static void ask_timed(uint64_t *instructions)
{
	struct subject subject;
	uint64_t start;
	int status;
	pid_t child = fork();

	if (child == 0) {
		prepare(&subject);
		start = __rdtsc();
		use(&subject);
		*instructions = __rdtsc() - start;
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		trace_fail();
}

/* The least of several, as the kernel's own work comes between. */
static uint64_t count_instructions(int before)
{
	uint64_t *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t least = UINT64_MAX;

	if (shared == MAP_FAILED)
		trace_fail();
	times_before = before;
	for (int i = 0; i < 5; i++) {
		ask_timed(shared);
		if (*shared < least)
			least = *shared;
	}
	(void)munmap(shared, sizeof(*shared));
	return least;
}

int main(int argc, char **argv)
{
	if (argc != 2 || !trace_is_allowed())
		return 2;
	path = argv[1];
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		question = &questions[i];
		printf("%s", question->name);
		for (int before = 0; before < 2; before++)
			printf(" %zu", count_calls(before));
		for (int before = 0; before < 2; before++)
			printf(" %" PRIu64, count_instructions(before));
		printf("\n");
		(void)fflush(stdout);
	}
	return 0;
}
