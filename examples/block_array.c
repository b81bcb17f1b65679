/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: replacing a block as a whole, by copy on write. There is one more place
 * than blocks. New content goes to the place that no block has, and once it is durable an
 * 8-byte entry, `place`, is turned to it. The old content is whole until then and free
 * after. Which place is free is not stored: recovery finds out.
 *
 * block_array write ARRAY      lines "INDEX TEXT", blocks 0 to 7
 * block_array read ARRAY       print all blocks
 */
#include "cli.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 8
#define PLACES (BLOCKS + 1)
#define BLOCK_SIZE 512

struct array {
	uint64_t place[BLOCKS]; /* of the block, counted from 1; 0: was never written */
	char places[PLACES][BLOCK_SIZE];
};

static uint64_t free_place;

/* NULL, or what is wrong with the places: a file may hold anything. */
static const char *find_free_place(struct pmem2_map *map)
{
	const struct array *array = pmem2_map_get_address(map);
	bool taken[PLACES + 1] = {false};
	static char damage[80];

	for (size_t i = 0; i < BLOCKS; i++) {
		uint64_t place = array->place[i];
		if (place > PLACES || (place && taken[place])) {
			snprintf(damage, sizeof(damage),
				 "block %zu at place %" PRIu64 ", a free one of 1 to %d was wanted",
				 i, place, PLACES);
			return damage;
		}
		if (place && !memchr(array->places[place - 1], '\0', BLOCK_SIZE))
			return "a block without an end";
		taken[place] = true;
	}
	free_place = 1;
	while (taken[free_place])
		free_place++;
	return NULL;
}

static void replace(struct pmem2_map *map, size_t index, const char content[BLOCK_SIZE])
{
	struct array *array = pmem2_map_get_address(map);

	pmem2_get_memcpy_fn(map)(array->places[free_place - 1], content, BLOCK_SIZE, 0);
	array->place[index] = free_place;
	pmem2_get_persist_fn(map)(&array->place[index], sizeof(array->place[index]));
	find_free_place(map);
}

static int apply(struct pmem2_map *map, const char *line)
{
	char content[BLOCK_SIZE] = {0};
	char *text;
	unsigned long index = strtoul(line, &text, 10);

	if (*line < '0' || *line > '9' || *text != ' ' || index >= BLOCKS ||
	    strlen(text + 1) >= BLOCK_SIZE)
		return -1;
	memcpy(content, text + 1, strlen(text + 1));
	replace(map, index, content);
	return 0;
}

static void print(struct pmem2_map *map)
{
	const struct array *array = pmem2_map_get_address(map);
	for (size_t i = 0; i < BLOCKS; i++)
		if (array->place[i])
			printf("%zu %s\n", i, array->places[array->place[i] - 1]);
}

int main(int argc, char **argv)
{
	const struct cli_store array = {
		.usage = "block_array write ARRAY | read ARRAY\n"
			 "write takes lines \"INDEX TEXT\", blocks 0 to 7, up to 511 bytes each",
		.size = sizeof(struct array),
		.recover = find_free_place,
		.apply = apply,
		.print = print,
	};
	return cli_run(&array, argc, argv);
}
