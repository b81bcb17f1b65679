/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: publishing. What a counter makes visible must be durable before the
 * counter is: the slot first, then `pushed`. Counters are 8 aligned bytes, so that they
 * are never torn, and only grow, so that "full" and "empty" need no flag. They stand on
 * lines of their own: writing one back does not wait for the other.
 *
 * ring_buffer write QUEUE      lines "push TEXT" or "pop"
 * ring_buffer read QUEUE       print what is queued, oldest first
 */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SLOTS 16
#define SLOT_SIZE 128

struct ring {
	uint64_t pushed; /* ever */
	char padding[56];
	uint64_t popped; /* ever */
	char more_padding[56];
	char slots[SLOTS][SLOT_SIZE];
};

static void store_counter(struct pmem2_map *map, uint64_t *counter, uint64_t value)
{
	*counter = value;
	pmem2_get_persist_fn(map)(counter, sizeof(*counter));
}

static int push(struct pmem2_map *map, const char *text)
{
	struct ring *ring = pmem2_map_get_address(map);
	size_t size = strlen(text) + 1;

	if (size > SLOT_SIZE || ring->pushed - ring->popped == SLOTS)
		return -1;
	pmem2_get_memcpy_fn(map)(ring->slots[ring->pushed % SLOTS], text, size, 0);
	store_counter(map, &ring->pushed, ring->pushed + 1);
	return 0;
}

static int pop(struct pmem2_map *map)
{
	struct ring *ring = pmem2_map_get_address(map);

	if (ring->pushed == ring->popped)
		return -1;
	store_counter(map, &ring->popped, ring->popped + 1);
	return 0;
}

static int apply(struct pmem2_map *map, const char *line)
{
	if (strncmp(line, "push ", 5) == 0)
		return push(map, line + 5);
	return strcmp(line, "pop") ? -1 : pop(map);
}

/*
 * The counters are right at every moment; a slot that was not published does not matter. But
 * a file may hold anything.
 */
static const char *recover(struct pmem2_map *map)
{
	const struct ring *ring = pmem2_map_get_address(map);
	static char damage[80];

	if (ring->pushed - ring->popped <= SLOTS) {
		for (uint64_t i = ring->popped; i != ring->pushed; i++)
			if (!memchr(ring->slots[i % SLOTS], '\0', SLOT_SIZE))
				return "a text without an end";
		return NULL;
	}
	snprintf(damage, sizeof(damage), "%" PRIu64 " pushed and %" PRIu64 " popped, %d fit",
		 ring->pushed, ring->popped, SLOTS);
	return damage;
}

static void print(struct pmem2_map *map)
{
	const struct ring *ring = pmem2_map_get_address(map);
	for (uint64_t i = ring->popped; i < ring->pushed; i++)
		puts(ring->slots[i % SLOTS]);
}

int main(int argc, char **argv)
{
	const struct cli_store ring = {
		.usage = "ring_buffer write QUEUE | read QUEUE\n"
			 "write takes lines \"push TEXT\", up to 127 bytes, or \"pop\"; 16 texts "
			 "fit",
		.size = sizeof(struct ring),
		.recover = recover,
		.apply = apply,
		.print = print,
	};
	return cli_run(&ring, argc, argv);
}
