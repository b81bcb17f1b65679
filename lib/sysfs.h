/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading and writing sysfs attributes. Paths are relative to /sys. Functions
 * return 0 or a negative errno and set no message; no descriptor outlives them.
 */
#ifndef PMEM2_SYSFS_H
#define PMEM2_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

/* Longest path that the functions below take, root and final NUL included. */
#define PMEM2_SYSFS_PATH 256

/* "/sys"; the tests point it at stored trees. */
extern const char *pmem2_sysfs_root;

/* Read an attribute's first line, without its newline. -EINVAL: longer than the buffer. */
int pmem2_sysfs_read(const char *path, char *line, size_t size);

/* The same, but a line longer than the buffer is cut. */
int pmem2_sysfs_read_start(const char *path, char *line, size_t size);

/* Read a decimal or 0x-prefixed number. -EINVAL: it is none. */
int pmem2_sysfs_read_number(const char *path, unsigned long long *number);

int pmem2_sysfs_write(const char *path, const char *text);

/* The text of a symbolic link, to be freed by the caller. */
int pmem2_sysfs_link(const char *path, char **target);

/*
 * Call `visit` with the name of each entry of a directory, until it returns
 * other than 0; that value is the result.
 */
int pmem2_sysfs_list(const char *path, int (*visit)(const char *name, void *data), void *data);

#endif
