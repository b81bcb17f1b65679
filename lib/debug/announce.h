/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells Valgrind's tools what happens to persistent memory, if the program runs under one.
 * announce_valgrind.c does so; announce_none.c does not, for builds without Valgrind's headers.
 */
#ifndef PMEM2_DEBUG_ANNOUNCE_H
#define PMEM2_DEBUG_ANNOUNCE_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Of which tools the library knows, for the first line of the log. */
extern const char *const pmem2_announce_audience;

/* `length` bytes at `offset` of a file; -1 for memory that somebody else mapped. */
void pmem2_announce_map(int file, const void *addr, size_t length, size_t offset);
void pmem2_announce_unmap(const void *addr, size_t length);

/* Written back, but durable only after the next fence of this thread. */
void pmem2_announce_flush(const void *addr, size_t length);
void pmem2_announce_fence(void);

/* About to be written back: all of it should be there. */
void pmem2_announce_use(const void *addr, size_t length);

#pragma GCC visibility pop

#endif
