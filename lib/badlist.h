/* SPDX-License-Identifier: BSD-3-Clause */
/* The bad blocks of a source, as ranges of its bytes. */
#ifndef PMEM2_BADLIST_H
#define PMEM2_BADLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2.h"
#include "source.h"

struct pmem2_badlist {
	struct pmem2_badblock *block;
	size_t count;
	size_t room;
};

/*
 * What the kernel lists: for device dax, of the device; for a file, of the device that
 * holds its file system. Both return 0, or a code with a message; the caller frees
 * the list in either case.
 */
int pmem2_badlist_of_device(const struct pmem2_source *src, struct pmem2_badlist *list);

/*
 * The parts of a file that lie on bad ranges of its device, as whole blocks of the
 * file system; by offset, and none overlaps another.
 */
int pmem2_badlist_of_file(const struct pmem2_source *src, const struct pmem2_badlist *device,
			  struct pmem2_badlist *list);

/*
 * The bad parts of a device that those blocks of a file lie on, and whether other files
 * lie on any of them too. As above.
 */
int pmem2_badlist_beneath(const struct pmem2_source *src, const struct pmem2_badlist *blocks,
			  const struct pmem2_badlist *device, struct pmem2_badlist *list,
			  bool *shared);

/* Drop what lies outside of `range`. */
void pmem2_badlist_clip(struct pmem2_badlist *list, const struct pmem2_badblock *range);

/* The first that shares a byte with `range`; NULL if none does. */
const struct pmem2_badblock *pmem2_badlist_find(const struct pmem2_badlist *list,
						const struct pmem2_badblock *range);

void pmem2_badlist_free(struct pmem2_badlist *list);

#endif
