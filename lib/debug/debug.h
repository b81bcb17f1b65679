/* SPDX-License-Identifier: BSD-3-Clause */
/* What trace.h needs in the debug library. */
#ifndef PMEM2_DEBUG_H
#define PMEM2_DEBUG_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"

#pragma GCC visibility push(hidden)

/* The values of PMEM2_LOG_LEVEL; each one includes those below. */
enum {
	PMEM2_DEBUG_NOTHING,
	PMEM2_DEBUG_FAILURE,
	PMEM2_DEBUG_DONE,
	PMEM2_DEBUG_CALL,
	PMEM2_DEBUG_DETAIL,
};

/* Where a line of the log comes from. */
struct pmem2_debug_place {
	const char *file;
	int line;
	const char *function;
};

/* clang-format off */
#define PMEM2_DEBUG_HERE (&(const struct pmem2_debug_place){__FILE_NAME__, __LINE__, __func__})
/* clang-format on */

/* What the environment asks for. */
int pmem2_debug_level(void);

/* Write a line to the log, whatever the level. Preserves errno. */
void pmem2_debug_log(int level, const struct pmem2_debug_place *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Log the calling thread's message; returns `code`. */
int pmem2_debug_failed(int code, const struct pmem2_debug_place *place);

/* Tell what is wrong, in the log and on stderr, and stop the program. */
void pmem2_debug_stop(const struct pmem2_debug_place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* BYTE, CACHE_LINE or PAGE. */
const char *pmem2_debug_name(enum pmem2_granularity granularity);

/* The calling thread's message, for files that cannot call public functions. */
const char *pmem2_debug_message(void);

struct pmem2_map;
void pmem2_debug_mapped(const struct pmem2_debug_place *place, const struct pmem2_map *map,
			int file, size_t offset);
void pmem2_debug_unmapped(const struct pmem2_debug_place *place, const struct pmem2_map *map,
			  bool dead);
void pmem2_debug_persisted(const void *addr, size_t length);

/*
 * Functions that do what `ops` do, which are those of maps of one granularity, and check that
 * memory is mapped at least as well as they need it.
 */
struct pmem2_arch_ops;
const struct pmem2_arch_ops *pmem2_debug_checked(const struct pmem2_arch_ops *ops,
						 enum pmem2_granularity granularity);

#pragma GCC visibility pop

#endif
