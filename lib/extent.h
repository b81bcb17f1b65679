/* SPDX-License-Identifier: BSD-3-Clause */
/* Where on the device of its file system a file's contents lie. */
#ifndef PMEM2_EXTENT_H
#define PMEM2_EXTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "os.h"

struct pmem2_extent {
	size_t offset; /* in the file */
	size_t length;
	unsigned long long place; /* on the device */
	bool encoded;             /* compressed, say: which byte lies where is not known */
	bool shared;              /* other files have it too */
};

/*
 * Call `visit` with each extent of the first `size` bytes of a file, by ascending
 * offset, until it returns other than 0; that value is the result. A negative errno
 * when the file system does not tell. No message.
 */
int pmem2_extents(pmem2_os_file file, size_t size,
		  int (*visit)(const struct pmem2_extent *extent, void *data), void *data);

#endif
