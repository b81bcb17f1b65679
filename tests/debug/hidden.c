/* SPDX-License-Identifier: BSD-3-Clause */
/* Persists memory of which memcheck is told that some must not be accessed. */
#include <libpmem2.h>
#include <valgrind/memcheck.h>

#define LENGTH 4096

int main(void)
{
	struct pmem2_source *src;
	struct pmem2_config *cfg;
	struct pmem2_map *map;
	char *memory;

	if (pmem2_source_from_anon(&src, LENGTH) != 0 || pmem2_config_new(&cfg) != 0 ||
	    pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE) != 0 ||
	    pmem2_map_new(&map, cfg, src) != 0)
		return 1;
	memory = (char *)pmem2_map_get_address(map);
	(void)VALGRIND_MAKE_MEM_NOACCESS(memory + 1000, 8);
	pmem2_get_persist_fn(map)(memory, LENGTH);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	return pmem2_map_delete(&map) != 0;
}
