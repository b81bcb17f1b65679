/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two libraries with the same symbols in one process: ours is linked in
 * statically, the peer's is loaded by name and called through a table. Ours is
 * called through a table too, so that both pay for that.
 */
#ifndef PMEM2_BENCH_LIBRARY_H
#define PMEM2_BENCH_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

/* clang-format off */
#define BENCH_LIBRARY_FUNCTIONS(x)                                                                 \
	x(source_from_fd) x(source_from_anon) x(source_delete)                                     \
	x(config_new) x(config_set_required_store_granularity)                                     \
	x(config_set_offset) x(config_set_length) x(config_set_vm_reservation) x(config_delete)    \
	x(vm_reservation_new) x(vm_reservation_get_address)                                        \
	x(map_new) x(map_from_existing) x(map_delete) x(map_get_address)                           \
	x(get_persist_fn) x(get_drain_fn) x(get_memmove_fn) x(get_memset_fn)                       \
	x(errormsg)
/* clang-format on */

#define BENCH_LIBRARY_MEMBER(function) __typeof__(pmem2_##function) *function;

struct bench_library {
	const char *name;
	const char *path;
	bool is_pmdk; /* else another build of this library */
	BENCH_LIBRARY_FUNCTIONS(BENCH_LIBRARY_MEMBER)
};

extern const struct bench_library bench_ours;

/*
 * Load the library `file`. False when there is none, or when `file` is empty;
 * `*reason` then says why.
 */
bool bench_load_peer(struct bench_library *peer, const char *file, const char **reason);

/* A source of `library`, and a config that is content with PAGE. Any failure ends the program. */
struct pmem2_source *bench_source(const struct bench_library *library, int fd);
struct pmem2_config *bench_config(const struct bench_library *library);

/*
 * Many live maps, side by side, of one file from its start. The maps are PAGE
 * maps in a reservation, where Linux joins neighbours into one mapping: it
 * allows a process only 65530.
 */
struct bench_live_maps {
	const struct bench_library *library;
	struct pmem2_vm_reservation *reservation;
	struct pmem2_map **maps;
	size_t count;
	char *start;
};

/* `count` maps of `length` bytes each. Any failure ends the program. */
void bench_live_maps_make(struct bench_live_maps *live, const struct bench_library *library, int fd,
			  size_t length, size_t count);
void bench_live_maps_delete(struct bench_live_maps *live);

#endif
