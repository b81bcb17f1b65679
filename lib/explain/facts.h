/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was found out about a path. mount.h, device.h and file.h fill it in; steps.h and
 * advice.h reason about it and look at nothing else; text.c and json.c print it.
 */
#ifndef EXPLAIN_FACTS_H
#define EXPLAIN_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpmem2/ext.h>

enum explain_kind {
	EXPLAIN_FILE,
	EXPLAIN_DIRECTORY, /* asked by an unnamed file that was made in it */
	EXPLAIN_DEVDAX,
};

/* An answer that may be missing. */
enum explain_answer { EXPLAIN_UNKNOWN, EXPLAIN_NO, EXPLAIN_YES };

#define EXPLAIN_NAME 64
#define EXPLAIN_TEXT 512

/* A mount, as proc_pid_mountinfo(5) describes it. */
struct explain_mount {
	bool known;
	char type[EXPLAIN_NAME];
	char point[EXPLAIN_TEXT];
	char source[EXPLAIN_TEXT];
	char options[EXPLAIN_TEXT]; /* of the mount and of its file system, joined by a comma */
};

/* An NVDIMM region beneath a device, and what of it the device lies on. */
struct explain_region {
	char name[EXPLAIN_NAME];     /* "region0" */
	char provider[EXPLAIN_NAME]; /* of its bus, such as "ACPI.NFIT"; "" if it tells none */
	char domain[EXPLAIN_NAME];   /* persistence_domain, or "" */
	char space[EXPLAIN_NAME];    /* "namespace0.0", or "" */
	char mode[EXPLAIN_NAME];     /* of the namespace, in ndctl's terms, or "" */
	int node;                    /* NUMA node, or -1 */
	bool explicit_flush;         /* lines that were written back need a call more */
};

#define EXPLAIN_REGIONS 8

struct explain_device {
	char name[EXPLAIN_NAME];  /* "pmem0p1", "dm-0", "dax0.0"; "" if sysfs knows none */
	char disk[EXPLAIN_NAME];  /* of a partition, else "" */
	unsigned long long start; /* of a partition, in bytes */
	bool volume;              /* of device-mapper */
	bool loop;                /* a file in the place of a device */
	enum explain_answer dax;  /* of a block device: whether file systems can map it directly */
	struct explain_region region[EXPLAIN_REGIONS];
	unsigned regions; /* that were found, of which the first EXPLAIN_REGIONS are kept */
};

struct explain_file {
	size_t size, alignment;
	bool read_only;               /* could not be opened for writing */
	size_t block;                 /* of the file system */
	enum explain_answer dax;      /* the file is in DAX mode now (statx) */
	enum explain_answer dax_flag; /* the file asks for DAX where the mount lets files choose */
	enum explain_answer encrypted;
	enum explain_answer reflink; /* XFS: files may share blocks */
	bool synchronous;            /* mmap grants MAP_SYNC */
	int refusal;                 /* if not, its errno */
};

/* What the library answers. Codes are of libpmem2(7); texts are its messages. */
struct explain_mapping {
	int error; /* of pmem2_map_new; when 0, the next three hold */
	enum pmem2_granularity granularity;
	size_t address_alignment;
	size_t huge; /* bytes that huge pages can map; SIZE_MAX if that is unknown */
	enum pmem2_granularity_cause cause; /* of the granularity or of the refusal */
	char reason[EXPLAIN_TEXT];
};

struct explain_identity {
	int id_error, usc_error, node_error, bad_error;
	char id[EXPLAIN_TEXT];
	uint64_t usc;
	int node;
	size_t bad_blocks, bad_bytes;
	/* Messages of those that failed. */
	char id_message[EXPLAIN_TEXT], usc_message[EXPLAIN_TEXT], node_message[EXPLAIN_TEXT],
		bad_message[EXPLAIN_TEXT];
};

struct explain_facts {
	const char *path;
	enum explain_kind kind;
	struct explain_file file;
	struct explain_mount mount; /* of files */
	struct explain_device device;
	struct explain_mapping mapping;
	struct explain_identity identity;
	char kernel[EXPLAIN_NAME]; /* its release, such as "6.1.0-28-amd64" */
	bool machine_has_region;   /* any NVDIMM region at all */
};

#endif
