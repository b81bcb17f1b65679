/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: noticing that the hardware failed to save what was durable. The NVDIMMs
 * count such unsafe shutdowns. The file keeps their count and identity from when it was
 * opened, and a mark that is set while it is in use: only if the count has changed while
 * the mark was set may data be lost. All of it is in the file, so it survives a restart;
 * it is made durable by a deep flush, which does not rely on what may have failed.
 *
 * unsafe_shutdown use FILE         say whether FILE is safe, and use it until standard
 *                                  input ends; exit status 3 when it may have lost data
 * unsafe_shutdown accept FILE      the data was verified or restored: clear the mark
 */
#include "cli.h"
#include "file.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct record {
	uint64_t count;
	uint64_t in_use;
	char identity[1008];
};

struct store {
	const char *path;
	struct pmem2_map *map;
	struct record *record;
	struct record now; /* what the NVDIMMs tell; zeros where there are none */
};

static void ask(struct store *store, int fd)
{
	struct pmem2_source *src;
	size_t len = sizeof(store->now.identity);

	int ret = pmem2_source_from_fd(&src, fd);
	if (ret == 0)
		ret = pmem2_source_device_usc(src, &store->now.count);
	if (ret == 0)
		ret = pmem2_source_device_id(src, store->now.identity, &len);
	if (ret == PMEM2_E_NOSUPP) {
		printf("nothing counts unsafe shutdowns here: %s\n", pmem2_errormsg());
		memset(&store->now, 0, sizeof(store->now));
	} else if (ret) {
		errx(1, "%s: %s", store->path, pmem2_errormsg());
	}
	pmem2_source_delete(&src);
}

static void save(struct store *store, void *ptr, size_t size)
{
	int ret = pmem2_deep_flush(store->map, ptr, size);

	if (ret == PMEM2_E_NOSUPP)
		pmem2_get_persist_fn(store->map)(ptr, size);
	else if (ret)
		errx(1, "%s: %s", store->path, pmem2_errormsg());
}

static void set_mark(struct store *store, bool in_use)
{
	store->record->in_use = in_use;
	save(store, &store->record->in_use, sizeof(store->record->in_use));
}

static bool is_safe(const struct store *store)
{
	return !store->record->in_use ||
	       (store->record->count == store->now.count &&
		strcmp(store->record->identity, store->now.identity) == 0);
}

static struct store open_store(const char *path)
{
	struct store store = {.path = path};
	int fd = file_create(path, sizeof(struct record), 0);

	if (file_map(&store.map, fd, PMEM2_GRANULARITY_PAGE, PMEM2_PROT_READ | PMEM2_PROT_WRITE))
		errx(1, "%s: %s", path, pmem2_errormsg());
	store.record = pmem2_map_get_address(store.map);
	ask(&store, fd);
	close(fd);
	return store;
}

/* The mark is clear, or set with the count and identity of now, so that none of this lies. */
static void use(struct store *store)
{
	struct record *record = store->record;

	record->count = store->now.count;
	memcpy(record->identity, store->now.identity, sizeof(record->identity));
	save(store, record, sizeof(*record));
	set_mark(store, true);
	printf("%s is safe and in use until standard input ends\n", store->path);
	fflush(stdout);
	while (getchar() != EOF)
		;
	set_mark(store, false);
}

int main(int argc, char **argv)
{
	const char *usage = "unsafe_shutdown use FILE | accept FILE";

	cli_answer(argc, argv, usage);
	if (argc != 3 || (strcmp(argv[1], "use") && strcmp(argv[1], "accept")))
		errx(2, "usage: %s", usage);
	struct store store = open_store(argv[2]);
	if (strcmp(argv[1], "accept") == 0)
		set_mark(&store, false);
	else if (is_safe(&store))
		use(&store);
	else
		errx(3,
		     "%s was in use during an unsafe shutdown and may have lost data: verify "
		     "or restore it, then accept it",
		     store.path);
	if (pmem2_map_delete(&store.map))
		errx(1, "%s", pmem2_errormsg());
	return 0;
}
