/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli.h"

#include "file.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_answer(int argc, char **argv, const char *usage)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			printf("usage: %s\n", usage);
		else if (strcmp(argv[i], "--version") == 0)
			printf("libpmem2 examples %s\n", EXAMPLES_VERSION);
		else
			continue;
		exit(fflush(stdout) ? 1 : 0);
	}
}

static struct pmem2_map *map_file(const char *path, size_t size)
{
	struct pmem2_map *map;
	int fd = file_create(path, size, 0);

	if (file_map(&map, fd, PMEM2_GRANULARITY_PAGE, PMEM2_PROT_READ | PMEM2_PROT_WRITE))
		errx(1, "%s: %s", path, pmem2_errormsg());
	close(fd);
	return map;
}

static void apply_lines(const struct cli_store *store, struct pmem2_map *map)
{
	char *line = NULL;
	size_t capacity = 0, count = 0;
	ssize_t length;

	while ((length = getline(&line, &capacity, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (store->apply(map, line))
			errx(1, "'%s': not done; see --help", line);
		printf("%zu\n", ++count);
		if (fflush(stdout))
			err(1, "standard output");
	}
	free(line);
}

int cli_run(const struct cli_store *store, int argc, char **argv)
{
	cli_answer(argc, argv, store->usage);
	if (argc != 3 || (strcmp(argv[1], "write") && strcmp(argv[1], "read")))
		errx(2, "usage: %s", store->usage);
	if (strcmp(argv[1], "read") == 0 && access(argv[2], F_OK) < 0)
		err(1, "%s", argv[2]);

	struct pmem2_map *map = map_file(argv[2], store->size);
	const char *damage = store->recover(map);
	if (damage)
		errx(1, "%s: damaged: %s", argv[2], damage);
	if (strcmp(argv[1], "write") == 0)
		apply_lines(store, map);
	else
		store->print(map);
	if (fflush(stdout) || ferror(stdout))
		err(1, "standard output");
	if (pmem2_map_delete(&map))
		errx(1, "%s: %s", argv[2], pmem2_errormsg());
	return 0;
}
