/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading and writing sysfs attributes. Functions return 0 or a negative errno
 * and set no message; no descriptor outlives them.
 */
#ifndef PMEM2_SYSFS_H
#define PMEM2_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* Longest path, with its final NUL. */
#define PMEM2_SYSFS_PATH 256

/* "/sys"; the tests point it at stored trees. */
extern const char *pmem2_sysfs_root;

/*
 * A path, written piece by piece; take `rest` back to where it was to write another
 * end. Belongs on the heap, as the stacks of callers may be small. With one that
 * had to be cut, the functions below fail with -ENAMETOOLONG.
 */
struct pmem2_sysfs_path {
	struct pmem2_text rest;
	char text[PMEM2_SYSFS_PATH];
};

void pmem2_sysfs_path_start(struct pmem2_sysfs_path *path, const char *text);
void pmem2_sysfs_path_add(struct pmem2_sysfs_path *path, const char *text);

/* Read an attribute's first line, without its newline. -EINVAL: longer than the buffer. */
int pmem2_sysfs_read(const struct pmem2_sysfs_path *path, char *line, size_t size);

/* The same, but a line longer than the buffer is cut. */
int pmem2_sysfs_read_start(const struct pmem2_sysfs_path *path, char *line, size_t size);

/* Read a decimal or 0x-prefixed number. -EINVAL: it is none. */
int pmem2_sysfs_read_number(const struct pmem2_sysfs_path *path, unsigned long long *number);

int pmem2_sysfs_write(const struct pmem2_sysfs_path *path, const char *text);

/* The text of a symbolic link. -ENAMETOOLONG: longer than the buffer. */
int pmem2_sysfs_link(const struct pmem2_sysfs_path *path, char *target, size_t size);

/*
 * Call `visit` with the name of each entry of a directory, until it returns
 * other than 0; that value is the result.
 */
int pmem2_sysfs_list(const struct pmem2_sysfs_path *path,
		     int (*visit)(const char *name, void *data), void *data);

#endif
