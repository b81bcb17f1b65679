/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: changing several fields as one. Only 8 aligned bytes change at once, so
 * the new values are first written beside the fields, in a redo log. Storing `committed`,
 * 8 bytes, is the moment at which the change happens: before it, recovery forgets the
 * log; after it, recovery does the change again, as often as it takes. Each of the four
 * steps must be durable before the next is begun.
 *
 * redo_log write BANK      transfer money: lines "FROM TO AMOUNT", accounts 0 to 63
 * redo_log read BANK       print the balances that are not 0
 */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>

#define ACCOUNTS 64
#define ENTRIES 2

struct entry {
	uint64_t account;
	int64_t balance;
};

struct bank {
	uint64_t committed; /* entries in the log that must be applied */
	char padding[56];
	struct entry log[ENTRIES];
	char more_padding[32];
	int64_t balance[ACCOUNTS];
};

static void set_committed(struct pmem2_map *map, uint64_t count)
{
	struct bank *bank = pmem2_map_get_address(map);
	bank->committed = count;
	pmem2_get_persist_fn(map)(&bank->committed, sizeof(bank->committed));
}

/* The same however often it is done, and however much of it was done before a crash. */
static void apply_log(struct pmem2_map *map)
{
	struct bank *bank = pmem2_map_get_address(map);

	for (uint64_t i = 0; i < bank->committed; i++)
		bank->balance[bank->log[i].account] = bank->log[i].balance;
	pmem2_get_persist_fn(map)(bank->balance, sizeof(bank->balance));
	set_committed(map, 0);
}

/* A file may hold anything: what recovery relies on is checked first. */
static const char *recover(struct pmem2_map *map)
{
	const struct bank *bank = pmem2_map_get_address(map);
	static char damage[80];

	if (bank->committed > ENTRIES) {
		snprintf(damage, sizeof(damage), "%" PRIu64 " entries committed, the log has %d",
			 bank->committed, ENTRIES);
		return damage;
	}
	for (uint64_t i = 0; i < bank->committed; i++)
		if (bank->log[i].account >= ACCOUNTS) {
			snprintf(damage, sizeof(damage),
				 "account %" PRIu64 " in the log, %d are there",
				 bank->log[i].account, ACCOUNTS);
			return damage;
		}
	if (bank->committed)
		apply_log(map);
	return NULL;
}

static int transfer(struct pmem2_map *map, const char *line)
{
	struct bank *bank = pmem2_map_get_address(map);
	uint64_t from, to;
	int64_t amount;

	if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNd64, &from, &to, &amount) != 3 ||
	    from >= ACCOUNTS || to >= ACCOUNTS || from == to)
		return -1;
	const struct entry entries[ENTRIES] = {{from, bank->balance[from] - amount},
					       {to, bank->balance[to] + amount}};
	pmem2_get_memcpy_fn(map)(bank->log, entries, sizeof(entries), 0);
	set_committed(map, ENTRIES);
	apply_log(map);
	return 0;
}

static void print(struct pmem2_map *map)
{
	const struct bank *bank = pmem2_map_get_address(map);
	int64_t total = 0;

	for (int i = 0; i < ACCOUNTS; i++) {
		total += bank->balance[i];
		if (bank->balance[i])
			printf("account %d: %" PRId64 "\n", i, bank->balance[i]);
	}
	printf("total: %" PRId64 "\n", total);
}

int main(int argc, char **argv)
{
	const struct cli_store bank = {
		.usage = "redo_log write BANK | read BANK\n"
			 "write transfers money: lines \"FROM TO AMOUNT\" with accounts 0 to 63",
		.size = sizeof(struct bank),
		.recover = recover,
		.apply = transfer,
		.print = print,
	};
	return cli_run(&bank, argc, argv);
}
