/* SPDX-License-Identifier: BSD-3-Clause */
/* What to map: a file, device dax, or anonymous memory. */
#ifndef PMEM2_SOURCE_H
#define PMEM2_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "libpmem2.h"
#include "os.h"

enum pmem2_source_kind { PMEM2_SOURCE_ANON, PMEM2_SOURCE_FILE, PMEM2_SOURCE_DEVDAX };

struct pmem2_source {
	enum pmem2_source_kind kind;
	pmem2_os_file file;
	dev_t device;        /* of device dax: itself; of a file: what holds its file system */
	size_t size;         /* of anonymous memory */
	size_t unit;         /* of mappings, but for device dax */
	_Atomic int refusal; /* see pmem2_source_refusal */
};

/*
 * The errno with which the system refused to map the source synchronously, or
 * 0. Asking once is enough: whether a file is DAX does not change as long as it
 * is open, and it is open as long as it has a source.
 */
int pmem2_source_refusal(const struct pmem2_source *src);
void pmem2_source_note_refusal(const struct pmem2_source *src, int refusal);

/* pmem2_source_size and pmem2_source_alignment for callers inside the library. */
int pmem2_source_measure(const struct pmem2_source *src, size_t *size);
int pmem2_source_unit(const struct pmem2_source *src, size_t *alignment);

#endif
