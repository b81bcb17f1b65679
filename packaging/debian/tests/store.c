/* SPDX-License-Identifier: BSD-3-Clause */
/* Stores the second argument durably at the start of the file that the first names. */
#include <fcntl.h>
#include <libpmem2.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct pmem2_source *source;
	struct pmem2_config *config;
	struct pmem2_map *map;

	if (argc != 3) {
		fprintf(stderr, "usage: %s FILE TEXT\n", argv[0]);
		return 2;
	}
	if (pmem2_source_from_fd(&source, open(argv[1], O_RDWR)) || pmem2_config_new(&config) ||
	    pmem2_config_set_required_store_granularity(config, PMEM2_GRANULARITY_PAGE) ||
	    pmem2_map_new(&map, config, source)) {
		fprintf(stderr, "%s: %s\n", argv[1], pmem2_errormsg());
		return 1;
	}
	pmem2_get_memcpy_fn(map)(pmem2_map_get_address(map), argv[2], strlen(argv[2]), 0);
	return pmem2_map_delete(&map) || pmem2_config_delete(&config) ||
	       pmem2_source_delete(&source);
}
