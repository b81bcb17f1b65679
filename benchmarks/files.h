/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_BENCH_FILES_H
#define PMEM2_BENCH_FILES_H

#include <stddef.h>

/* A nameless file of `size` bytes, all holes, in `dir`. Any failure ends the program. */
int bench_file(const char *dir, size_t size);

/* The name of the file system that holds `fd`, "other" when it is none of the usual. */
const char *bench_file_system(int fd);

#endif
