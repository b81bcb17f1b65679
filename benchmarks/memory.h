/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_BENCH_MEMORY_H
#define PMEM2_BENCH_MEMORY_H

#include <stddef.h>

/* `size` bytes of shared memory, none of which faults any more. Any failure ends the program. */
char *bench_memory(size_t size);

#endif
