/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * usage: answers FILE [QUESTION [OFFSET LENGTH]]
 *
 * Puts questions to the library about a file or device dax: all that leave it as it is but
 * for its first page, or the one named. Each is put by a process of its own, and answered in a
 * line: the question, the answer, and after a tab the library's message if there is one. Uses only
 * what PMDK's library has too.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libpmem2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_SIZE 4096

struct subject {
	struct pmem2_source *src;
	size_t offset, length;
};

/* ---- answers ------------------------------------------------------------ */

static const char *const granularities[] = {"BYTE", "CACHE_LINE", "PAGE"};

/* The codes that the questions below may be answered with. */
static const struct {
	int code;
	const char *name;
} codes[] = {
	{PMEM2_E_NOSUPP, "NOSUPP"},
	{PMEM2_E_INVALID_FILE_TYPE, "INVALID_FILE_TYPE"},
	{PMEM2_E_GRANULARITY_NOT_SUPPORTED, "GRANULARITY_NOT_SUPPORTED"},
	{PMEM2_E_DAX_REGION_NOT_FOUND, "DAX_REGION_NOT_FOUND"},
	{PMEM2_E_CANNOT_READ_BOUNDS, "CANNOT_READ_BOUNDS"},
	{PMEM2_E_NO_BAD_BLOCK_FOUND, "NO_BAD_BLOCK_FOUND"},
	{PMEM2_E_IO_FAIL, "IO_FAIL"},
};

static const char *code_name(int code)
{
	static char number[32];

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].name;
	if (code < 0 && code > -4096)
		return strerror(-code);
	(void)snprintf(number, sizeof(number), "%d", code);
	return number;
}

/* The answer of a call that returned `ret`: the text if that is 0. */
__attribute__((format(printf, 2, 3))) static void answer(int ret, const char *format, ...)
{
	va_list arguments;

	if (ret != 0) {
		printf("%s\t%s", code_name(ret), pmem2_errormsg());
		return;
	}
	va_start(arguments, format);
	(void)vprintf(format, arguments);
	va_end(arguments);
}

/* ---- questions ---------------------------------------------------------- */

static void ask_size(const struct subject *subject)
{
	size_t size = 0;
	int ret = pmem2_source_size(subject->src, &size);

	answer(ret, "%zu", size);
}

static void ask_alignment(const struct subject *subject)
{
	size_t alignment = 0;
	int ret = pmem2_source_alignment(subject->src, &alignment);

	answer(ret, "%zu", alignment);
}

static int map_with(const struct subject *subject, enum pmem2_granularity required,
		    struct pmem2_map **map)
{
	struct pmem2_config *cfg;
	int ret = pmem2_config_new(&cfg);

	if (ret != 0)
		return ret;
	ret = pmem2_config_set_required_store_granularity(cfg, required);
	if (ret == 0)
		ret = pmem2_map_new(map, cfg, subject->src);
	(void)pmem2_config_delete(&cfg);
	return ret;
}

static void ask_granularity(const struct subject *subject, enum pmem2_granularity required)
{
	struct pmem2_map *map = NULL;
	int ret = map_with(subject, required, &map);

	answer(ret, "%s", ret == 0 ? granularities[pmem2_map_get_store_granularity(map)] : "");
}

static void ask_map(const struct subject *subject)
{
	ask_granularity(subject, PMEM2_GRANULARITY_PAGE);
}

static void ask_map_cache_line(const struct subject *subject)
{
	ask_granularity(subject, PMEM2_GRANULARITY_CACHE_LINE);
}

static void ask_map_byte(const struct subject *subject)
{
	ask_granularity(subject, PMEM2_GRANULARITY_BYTE);
}

/* Whether what is stored through one map is there in the next. */
static void ask_store(const struct subject *subject)
{
	char text[PAGE_SIZE];
	struct pmem2_map *map = NULL;
	int ret = map_with(subject, PMEM2_GRANULARITY_PAGE, &map);

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7);
	if (ret == 0)
		pmem2_get_memcpy_fn(map)(pmem2_map_get_address(map), text, sizeof(text), 0);
	if (ret == 0)
		ret = pmem2_map_delete(&map);
	if (ret == 0)
		ret = map_with(subject, PMEM2_GRANULARITY_PAGE, &map);
	answer(ret, "%s",
	       ret == 0 && memcmp(pmem2_map_get_address(map), text, sizeof(text)) == 0
		       ? "found again"
		       : "lost");
}

static void ask_deep_flush(const struct subject *subject)
{
	struct pmem2_map *map = NULL;
	int ret = map_with(subject, PMEM2_GRANULARITY_PAGE, &map);

	if (ret == 0)
		ret = pmem2_deep_flush(map, pmem2_map_get_address(map), PAGE_SIZE);
	answer(ret, "done");
}

static void ask_device_id(const struct subject *subject)
{
	char id[256] = "";
	size_t length = 0;
	int ret = pmem2_source_device_id(subject->src, NULL, &length);

	if (ret == 0 && length > sizeof(id))
		ret = -E2BIG;
	if (ret == 0)
		ret = pmem2_source_device_id(subject->src, id, &length);
	answer(ret, "\"%s\"", id);
}

static void ask_device_usc(const struct subject *subject)
{
	uint64_t count = 0;
	int ret = pmem2_source_device_usc(subject->src, &count);

	answer(ret, "%" PRIu64, count);
}

static void ask_numa_node(const struct subject *subject)
{
	int node = -1;
	int ret = pmem2_source_numa_node(subject->src, &node);

	answer(ret, "%d", node);
}

static int print_bad_blocks(struct pmem2_badblock_context *ctx)
{
	struct pmem2_badblock bad;
	int ret = pmem2_badblock_next(ctx, &bad);

	if (ret == PMEM2_E_NO_BAD_BLOCK_FOUND)
		printf("none");
	for (const char *space = ""; ret == 0; space = " ") {
		printf("%s%zu+%zu", space, bad.offset, bad.length);
		ret = pmem2_badblock_next(ctx, &bad);
	}
	return ret == PMEM2_E_NO_BAD_BLOCK_FOUND ? 0 : ret;
}

static void ask_bad_blocks(const struct subject *subject)
{
	struct pmem2_badblock_context *ctx = NULL;
	int ret = pmem2_badblock_context_new(&ctx, subject->src);

	if (ret == 0)
		ret = print_bad_blocks(ctx);
	if (ret != 0)
		answer(ret, "none");
	pmem2_badblock_context_delete(&ctx);
}

static void ask_clear(const struct subject *subject)
{
	const struct pmem2_badblock bad = {subject->offset, subject->length};
	struct pmem2_badblock_context *ctx = NULL;
	int ret = pmem2_badblock_context_new(&ctx, subject->src);

	if (ret == 0)
		ret = pmem2_badblock_clear(ctx, &bad);
	answer(ret, "done");
	pmem2_badblock_context_delete(&ctx);
}

static const char *content(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != '\0')
			return "data";
	return "zeros";
}

static void ask_read(const struct subject *subject)
{
	size_t length = subject->length != 0 ? subject->length : PAGE_SIZE;
	char *bytes = malloc(length);
	int ret = bytes == NULL
			  ? -ENOMEM
			  : pmem2_source_pread_mcsafe(subject->src, bytes, length, subject->offset);

	answer(ret, "%s", ret == 0 ? content(bytes, length) : "");
	free(bytes);
}

static void ask_write(const struct subject *subject)
{
	char bytes[PAGE_SIZE];

	memset(bytes, 'w', sizeof(bytes));
	answer(pmem2_source_pwrite_mcsafe(subject->src, bytes, sizeof(bytes), subject->offset),
	       "done");
}

static const struct question {
	const char *name;
	void (*ask)(const struct subject *subject);
	bool only_if_named;
} questions[] = {
	{"size", ask_size, false},
	{"alignment", ask_alignment, false},
	{"map", ask_map, false},
	{"map_cache_line", ask_map_cache_line, false},
	{"map_byte", ask_map_byte, false},
	{"store", ask_store, false},
	{"deep_flush", ask_deep_flush, false},
	{"device_id", ask_device_id, false},
	{"device_usc", ask_device_usc, false},
	{"numa_node", ask_numa_node, false},
	{"bad_blocks", ask_bad_blocks, false},
	{"write", ask_write, false},
	{"read", ask_read, false},
	{"clear", ask_clear, true},
};

/* ---- asking ------------------------------------------------------------- */

static void ask_about(const char *path, const struct question *question, struct subject *subject)
{
	int fd = open(path, O_RDWR);
	int ret = fd >= 0 ? 0 : -errno;

	if (ret == 0)
		ret = pmem2_source_from_fd(&subject->src, fd);
	if (ret == 0)
		question->ask(subject);
	else
		answer(ret, "no source");
}

static void put(const char *path, const struct question *question, struct subject *subject)
{
	int status = 0;
	pid_t child;

	printf("%s ", question->name);
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		ask_about(path, question, subject);
		(void)fflush(stdout);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		printf("ended with status %d", status);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct subject subject = {NULL, 0, 0};
	const char *named = argc > 2 ? argv[2] : NULL;
	bool asked = false;

	if (argc == 5) {
		subject.offset = strtoull(argv[3], NULL, 10);
		subject.length = strtoull(argv[4], NULL, 10);
	}
	for (size_t i = 0; argc > 1 && i < sizeof(questions) / sizeof(questions[0]); i++) {
		const struct question *question = &questions[i];
		if (named == NULL ? question->only_if_named : strcmp(named, question->name) != 0)
			continue;
		put(argv[1], question, &subject);
		asked = true;
	}
	return asked ? 0 : 2;
}
