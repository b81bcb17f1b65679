/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libndctl without NVDIMMs: what it tells is what the test says. Programs replace
 * pmem2_ndctl_table at link time (see meson.build).
 */
#ifndef PMEM2_FAKE_NDCTL_H
#define PMEM2_FAKE_NDCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define FAKE_NDCTL_MAX 8

struct fake_dimm {
	const char *id;      /* NULL: it has none */
	long long shutdowns; /* negative: it keeps no count */
};

/* Bad sectors, of 512 bytes. */
struct fake_bad {
	unsigned long long sector;
	unsigned count; /* 0 ends a list */
};

struct fake_namespace {
	const char *name;
	const char *btt, *pfn, *dax; /* what claims it, if not NULL */
	unsigned long long resource; /* of its data; ULLONG_MAX: not for this user */
	unsigned long long size;
	dev_t device; /* of device dax on it, beside others; 0: there is none */
	struct fake_bad bad[FAKE_NDCTL_MAX]; /* of its block device */
	int error;                           /* why those cannot be read, or 0 */
};

struct fake_region {
	unsigned id;
	unsigned long long resource;
	struct fake_dimm dimms[FAKE_NDCTL_MAX];
	size_t dimm_count;
	struct fake_namespace namespaces[FAKE_NDCTL_MAX];
	size_t namespace_count;
	struct fake_bad bad[FAKE_NDCTL_MAX]; /* of the region */
	int error;
};

struct fake_bus {
	unsigned id;
	struct fake_region regions[FAKE_NDCTL_MAX];
	size_t region_count;
};

/* What a command of a bus does. */
struct fake_commands {
	bool absent;     /* the bus has no such commands */
	bool no_clear;   /* but for the first */
	int cap_error;   /* negative errnos with which they fail */
	int range_error; /* of the answer to the first */
	int clear_error;
	unsigned unit;       /* what is cleared is rounded to this */
	bool incomplete;     /* clears one byte less than asked */
	bool without_effect; /* says it did, and did not */
	void (*on_clear)(unsigned long long address, unsigned long long length);
};

struct fake_ndctl {
	const char *missing; /* the library or function that there is not */
	int new_error;       /* of starting it: a negative errno, or 0 */
	int log_priority;    /* as it was set */
	struct fake_bus buses[FAKE_NDCTL_MAX];
	size_t bus_count;
	struct fake_commands commands;
};

/* The topology; empty at the start of each test. */
extern struct fake_ndctl fake_ndctl;

/* How many contexts and commands are open. */
extern int fake_ndctl_open;

#endif
