/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What somebody else's program looks like: maps the file named by the first
 * argument, stores the second in it, and makes that durable. Compiles as C and
 * as C++, and against the headers of PMDK.
 */
#include <fcntl.h>
#include <libpmem2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, pmem2_errormsg());
	return 1;
}

static int store(struct pmem2_map *map, const char *text)
{
	char *content = (char *)pmem2_map_get_address(map);
	size_t length = strlen(text);

	if (pmem2_map_get_size(map) <= length)
		return fail("the file is too small");
	pmem2_get_memset_fn(map)(content, 0, pmem2_map_get_size(map), PMEM2_F_MEM_NOFLUSH);
	pmem2_get_memcpy_fn(map)(content, text, length, PMEM2_F_MEM_NODRAIN);
	pmem2_get_drain_fn(map)();
	pmem2_get_persist_fn(map)(content, pmem2_map_get_size(map));
	return 0;
}

/* Not static: a shared object that holds the library is used through it. */
extern
#ifdef __cplusplus
	"C"
#endif
	int
	store_durably(const char *path, const char *text);

int store_durably(const char *path, const char *text)
{
	struct pmem2_source *src;
	struct pmem2_config *cfg;
	struct pmem2_map *map;
	int fd = open(path, O_RDWR);
	int failed;

	if (pmem2_source_from_fd(&src, fd) != 0 || pmem2_config_new(&cfg) != 0 ||
	    pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE) != 0 ||
	    pmem2_map_new(&map, cfg, src) != 0)
		return fail(path);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
	failed = store(map, text);
	if (pmem2_map_delete(&map) != 0)
		return fail("deleting the map");
	return failed;
}

int main(int argc, char *argv[])
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s FILE TEXT\n", argv[0]);
		return 2;
	}
	return store_durably(argv[1], argv[2]);
}
