/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent memory behind a CPU cache, played for one program: what it stores
 * stays in the cache until it is flushed, and may be written back at any time
 * before that. The functions that a program gets for its mapping are those of
 * media.c (the linker's --wrap).
 */
#ifndef PMEM2_TEST_MEDIA_H
#define PMEM2_TEST_MEDIA_H

#include <stdbool.h>
#include <stddef.h>

#define MEDIA_LINE ((size_t)64)
#define MEDIA_WORD ((size_t)8)
#define MEDIA_SIZE ((size_t)16384)
#define MEDIA_LINES (MEDIA_SIZE / MEDIA_LINE)

/* From now on the next writable mapping of this process is the persistent memory. */
void media_watch(void);
void media_ignore(void);

/* Fills `lines` with the numbers of those that may differ after a power cut; their count. */
size_t media_unflushed(size_t lines[MEDIA_LINES]);

/* What a power cut leaves where it has no choice, and what the program sees. */
const unsigned char *media_durable(void);
const unsigned char *media_visible(void);

/*
 * Called before each call of the program takes effect, with the place that it
 * comes from; says whether it may.
 */
extern bool (*media_at_call)(const char *call, const void *place);

#endif
