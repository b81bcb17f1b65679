/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: the whole way from a file to durable bytes. A source says what
 * to map, a config how; PAGE is the granularity that every file can give. A
 * copy with flags 0 is durable when it returns.
 *
 * truncate -s 4096 hello.dat && ./hello
 */
#include <err.h>
#include <fcntl.h>
#include <libpmem2/ext.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct pmem2_source *src;
	struct pmem2_config *cfg;
	struct pmem2_map *map;

	if (argc > 1) {
		printf("usage: hello; stores a text in hello.dat with libpmem2 %s\n",
		       pmem2_version());
		return strcmp(argv[1], "--help") && strcmp(argv[1], "--version");
	}
	if (pmem2_source_from_fd(&src, open("hello.dat", O_RDWR)) || pmem2_config_new(&cfg) ||
	    pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE) ||
	    pmem2_map_new(&map, cfg, src))
		errx(1, "hello.dat: %s", pmem2_errormsg());

	pmem2_get_memcpy_fn(map)(pmem2_map_get_address(map), "hello\n", 6, 0);
	return pmem2_map_delete(&map) || pmem2_config_delete(&cfg) || pmem2_source_delete(&src);
}
