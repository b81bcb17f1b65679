/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: a store of keys and values that needs no recovery. Each slot holds two
 * values, and `state`, 8 bytes, says which one counts. A new value is written to the
 * other, and `state` turned to it once it is durable. A slot whose key was written while
 * `state` was still EMPTY is as if it had never been touched.
 *
 * key_value write STORE      lines "put KEY VALUE" or "delete KEY"
 * key_value read STORE       print all keys and values
 */
#include "cli.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SLOTS 32
#define KEY_SIZE 56
#define VALUE_SIZE 128

/* Deleted slots keep their key: a search that passes them must not end there. */
enum state { EMPTY, FIRST, SECOND, DELETED };

struct slot {
	uint64_t state;
	char key[KEY_SIZE];
	char value[2][VALUE_SIZE];
};

struct store {
	struct slot slots[SLOTS];
};

static size_t hash(const char *key)
{
	size_t sum = 5381;
	while (*key)
		sum = sum * 33 + (unsigned char)*key++;
	return sum;
}

/* The slot of `key`, else an empty one for it, or NULL when the store is full. */
static struct slot *find(struct pmem2_map *map, const char *key)
{
	struct store *store = pmem2_map_get_address(map);
	size_t start = hash(key);

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &store->slots[(start + i) % SLOTS];
		if (slot->state == EMPTY || strcmp(slot->key, key) == 0)
			return slot;
	}
	return NULL;
}

static void set_state(struct pmem2_map *map, struct slot *slot, enum state state)
{
	slot->state = state;
	pmem2_get_persist_fn(map)(&slot->state, sizeof(slot->state));
}

static int put(struct pmem2_map *map, const char *key, const char *value)
{
	pmem2_memcpy_fn copy = pmem2_get_memcpy_fn(map);
	struct slot *slot = find(map, key);

	if (!slot)
		return -1;
	enum state next = slot->state == FIRST ? SECOND : FIRST;
	if (slot->state == EMPTY)
		copy(slot->key, key, strlen(key) + 1, PMEM2_F_MEM_NODRAIN);
	copy(slot->value[next == SECOND], value, strlen(value) + 1, PMEM2_F_MEM_NODRAIN);
	pmem2_get_drain_fn(map)();
	set_state(map, slot, next);
	return 0;
}

static int delete (struct pmem2_map *map, const char *key)
{
	struct slot *slot = find(map, key);

	if (!slot || slot->state == EMPTY || slot->state == DELETED)
		return -1;
	set_state(map, slot, DELETED);
	return 0;
}

static int apply(struct pmem2_map *map, const char *line)
{
	char key[KEY_SIZE], value[VALUE_SIZE];

	if (sscanf(line, "put %55s %127[^\n]", key, value) == 2)
		return put(map, key, value);
	return sscanf(line, "delete %55s", key) == 1 ? delete (map, key) : -1;
}

static const char *recover(struct pmem2_map *map)
{
	const struct store *store = pmem2_map_get_address(map);
	static char damage[80];

	for (const struct slot *slot = store->slots; slot < store->slots + SLOTS; slot++) {
		if (slot->state > DELETED) {
			snprintf(damage, sizeof(damage),
				 "a slot in state %" PRIu64 ", %d is the last", slot->state,
				 DELETED);
			return damage;
		}
		bool current = slot->state == FIRST || slot->state == SECOND;
		if ((slot->state != EMPTY && !memchr(slot->key, '\0', KEY_SIZE)) ||
		    (current && !memchr(slot->value[slot->state == SECOND], '\0', VALUE_SIZE)))
			return "a key or value without an end";
	}
	return NULL;
}

static void print(struct pmem2_map *map)
{
	const struct store *store = pmem2_map_get_address(map);
	for (const struct slot *slot = store->slots; slot < store->slots + SLOTS; slot++)
		if (slot->state == FIRST || slot->state == SECOND)
			printf("%s %s\n", slot->key, slot->value[slot->state == SECOND]);
}

int main(int argc, char **argv)
{
	const struct cli_store store = {
		.usage = "key_value write STORE | read STORE\n"
			 "write takes lines \"put KEY VALUE\", up to 55 and 127 bytes, or \"delete "
			 "KEY\"; 32 keys fit",
		.size = sizeof(struct store),
		.recover = recover,
		.apply = apply,
		.print = print,
	};
	return cli_run(&store, argc, argv);
}
