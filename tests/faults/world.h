/* SPDX-License-Identifier: BSD-3-Clause */
/* The objects that one operation of the library works on. */
#ifndef PMEM2_TEST_WORLD_H
#define PMEM2_TEST_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

#define WORLD_FILE_SIZE ((size_t)16 * 4096)
#define WORLD_RESERVATION_SIZE ((size_t)8 << 20)

/* What an output holds before a call, to be recognised after it. */
#define WORLD_UNTOUCHED ((void *)1)
#define WORLD_UNTOUCHED_VALUE 77

struct world {
	int fd; /* -1: none */
	struct pmem2_source *src;
	struct pmem2_config *cfg;
	struct pmem2_vm_reservation *rsv;
	struct pmem2_map *map;
	struct pmem2_badblock_context *bbctx;
	void *memory; /* mapped by the caller */
	char buffer[64];
	size_t value;
};

/* Nothing; a file with known bytes; that and a reservation; fake devices. With source and config.
 */
void world_prepare_nothing(struct world *world);
void world_prepare_anon(struct world *world);
void world_prepare_file(struct world *world);
void world_prepare_dax(struct world *world);
void world_prepare_file_on_dax(struct world *world);
void world_prepare_file_on_mapper(struct world *world);

/* A reservation, which the config then asks for; a map of the source. */
void world_add_reservation(struct world *world);
void world_add_map(struct world *world);

/* Delete whatever there is. */
void world_tear_down(struct world *world);

/* The byte of the file at `offset`. */
char world_byte(size_t offset);
bool world_holds_file(const void *memory, size_t length);

/* Whether all of a range is inaccessible, private address space. */
bool world_is_reserved(const void *addr, size_t length);

#endif
