/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: a store that grows by files and stays one array. A reservation holds a
 * range of addresses, which cost nothing until they are mapped; each further file is
 * mapped right behind the last one, so that pointers and indices stay as they are, also
 * across the borders of files.
 *
 * growing FOLDER FILES      store one text in so many files of 2 MiB, and read it again
 */
#include "cli.h"
#include "file.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PART ((size_t)2 << 20)
#define MOST_PARTS 1024
#define TEXT "across the border"

struct store {
	const char *folder;
	struct pmem2_vm_reservation *space;
	struct pmem2_map *parts[MOST_PARTS];
	size_t count;
};

/* Give up when `ret` is not 0. */
static void must(int ret, const char *what)
{
	if (ret)
		errx(1, "%s: %s", what, pmem2_errormsg());
}

static void grow(struct store *store)
{
	struct pmem2_source *src;
	struct pmem2_config *cfg;
	char path[512];

	if (snprintf(path, sizeof(path), "%s/part%zu", store->folder, store->count) >=
	    (int)sizeof(path))
		errx(1, "%s: the path is longer than %zu bytes", store->folder, sizeof(path));
	int fd = file_create(path, PART, 0);
	must(pmem2_source_from_fd(&src, fd), path);
	must(pmem2_config_new(&cfg), path);
	must(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE), path);
	must(pmem2_config_set_length(cfg, PART), path);
	must(pmem2_config_set_vm_reservation(cfg, store->space, store->count * PART), path);
	must(pmem2_map_new(&store->parts[store->count], cfg, src), path);
	store->count++;
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
}

/* A mapping's functions are for that mapping: granularities of files may differ. */
static void store_bytes(struct store *store, size_t offset, const char *bytes, size_t size)
{
	char *base = pmem2_vm_reservation_get_address(store->space);

	while (size) {
		size_t room = PART - offset % PART;
		size_t piece = size < room ? size : room;
		struct pmem2_map *part = store->parts[offset / PART];
		pmem2_get_memcpy_fn(part)(base + offset, bytes, piece, 0);
		offset += piece;
		bytes += piece;
		size -= piece;
	}
}

/* The text lies half at the end of the last part, half in the new one. */
static void store_text(struct store *store)
{
	const char *base = pmem2_vm_reservation_get_address(store->space);

	grow(store);
	if (store->count == 1)
		return;
	size_t offset = (store->count - 1) * PART - sizeof(TEXT) / 2;
	store_bytes(store, offset, TEXT, sizeof(TEXT));
	printf("%zu files, %zu bytes: \"%s\"\n", store->count, store->count * PART, base + offset);
}

int main(int argc, char **argv)
{
	const char *usage = "growing FOLDER FILES, with 1 to 1024 files";
	struct store store = {0};

	cli_answer(argc, argv, usage);
	unsigned long wanted = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (wanted < 1 || wanted > MOST_PARTS)
		errx(2, "usage: %s", usage);
	store.folder = argv[1];
	must(pmem2_vm_reservation_new(&store.space, NULL, MOST_PARTS * PART), "reservation");
	while (store.count < wanted)
		store_text(&store);
	while (store.count)
		must(pmem2_map_delete(&store.parts[--store.count]), "unmapping");
	must(pmem2_vm_reservation_delete(&store.space), "reservation");
	return 0;
}
