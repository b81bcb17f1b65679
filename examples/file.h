/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a program does before it can store: make a file that will still be there
 * after a power cut, and map it.
 */
#ifndef EXAMPLES_FILE_H
#define EXAMPLES_FILE_H 1

#include <libpmem2.h>
#include <stddef.h>

/*
 * Open `path` for reading and writing, create it when it is missing, and give
 * it at least `size` bytes with disk blocks behind them. `flags` are further
 * ones for open(2). Ends the program on failure.
 */
int file_create(const char *path, size_t size, int flags);

/*
 * Map all of `fd`, accepting `weakest` and anything stronger. Returns 0 or the
 * library's error code.
 */
int file_map(struct pmem2_map **map, int fd, enum pmem2_granularity weakest, unsigned protection);

#endif
