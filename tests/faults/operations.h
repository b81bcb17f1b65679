/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's operations, and what each promises when a call beneath it fails. */
#ifndef PMEM2_TEST_OPERATIONS_H
#define PMEM2_TEST_OPERATIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "world.h"

/* A call whose failure has another result than its errno, as long as it is the from-th to the
 * to-th. */
struct exception {
	const char *victim;
	int result;
	unsigned from;
	unsigned to;
};

#define ANYWHERE 1, UINT_MAX
#define FROM(nth) nth, UINT_MAX

struct operation {
	const char *name;
	void (*prepare)(struct world *world);
	int (*act)(struct world *world);
	bool (*kept)(const struct world *world);     /* after a failure; or NULL */
	bool (*achieved)(const struct world *world); /* after success; or NULL */
	int result;                                  /* when nothing fails */
	unsigned calls;                              /* at most, in one go */
	struct exception exceptions[12];
};

extern const struct operation operations[];
extern const size_t operations_count;

/* What an operation makes of the first call named `victim` failing with `error`. */
struct meaning {
	const char *operation;
	const char *victim;
	int error;
	int result;
};

extern const struct meaning meanings[];
extern const size_t meanings_count;

#endif
