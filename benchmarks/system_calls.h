/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_BENCH_SYSTEM_CALLS_H
#define PMEM2_BENCH_SYSTEM_CALLS_H

#include <stddef.h>

/*
 * How many system calls `run(context, 1)` makes on average after the first
 * time, counted in a traced child. Negative when this process may not trace.
 */
double bench_count_system_calls(void (*run)(void *context, size_t calls), void *context);

#endif
