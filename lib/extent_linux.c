/* SPDX-License-Identifier: BSD-3-Clause */
#include "extent.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/*
 * FS_IOC_FIEMAP, whose headers come with Linux and not with every C library:
 * Documentation/filesystems/fiemap.rst of the Linux source.
 */
struct reported {
	uint64_t logical, physical, length;
	uint64_t reserved64[2];
	uint32_t flags;
	uint32_t reserved[3];
};

#define BATCH 32

struct request {
	uint64_t start, length;
	uint32_t flags;
	uint32_t mapped; /* how many extents were reported */
	uint32_t count;  /* how many there is room for */
	uint32_t reserved;
	struct reported extents[BATCH];
};

#define REQUEST_SIZE offsetof(struct request, extents)
#define GET_EXTENTS _IOC(_IOC_READ | _IOC_WRITE, 'f', 11, REQUEST_SIZE)

#define SYNC 0x1U /* write what is not allocated yet */

#define LAST 0x1U
#define NOWHERE (0x2U | 0x4U | 0x200U) /* not allocated, not known where, among metadata */
#define ENCODED 0x8U
#define SHARED 0x2000U

static int ask(pmem2_os_file file, struct request *request)
{
	const unsigned number = GET_EXTENTS; /* musl takes an int, glibc a long */

	request->flags = SYNC;
	request->mapped = 0;
	request->count = BATCH;
	request->reserved = 0;
	return ioctl(file, number, request) == 0 ? 0 : -errno;
}

static int visit_one(const struct reported *reported,
		     int (*visit)(const struct pmem2_extent *extent, void *data), void *data)
{
	const struct pmem2_extent extent = {
		.offset = (size_t)reported->logical,
		.length = (size_t)reported->length,
		.place = reported->physical,
		.encoded = (reported->flags & ENCODED) != 0,
		.shared = (reported->flags & SHARED) != 0,
	};

	return (reported->flags & NOWHERE) ? 0 : visit(&extent, data);
}

/*
 * The request then asks for what follows, of length 0 after the last extent. -EIO: what was
 * reported is not what follows, and would be reported for ever.
 */
static int visit_batch(struct request *request, uint64_t end,
		       int (*visit)(const struct pmem2_extent *extent, void *data), void *data)
{
	bool last = request->mapped == 0;
	int ret = 0;

	for (uint32_t i = 0; i < request->mapped && ret == 0; i++) {
		const struct reported *extent = &request->extents[i];
		if (extent->logical + extent->length <= request->start)
			return -EIO;
		ret = visit_one(extent, visit, data);
		request->start = extent->logical + extent->length;
		last = (extent->flags & LAST) || request->start >= end;
	}
	request->length = last ? 0 : end - request->start;
	return ret;
}

int pmem2_extents(pmem2_os_file file, size_t size,
		  int (*visit)(const struct pmem2_extent *extent, void *data), void *data)
{
	struct request *request;
	int ret = 0;

	request = malloc(sizeof(*request));
	if (request == NULL)
		return -ENOMEM;
	request->start = 0;
	request->length = size;
	while (ret == 0 && request->length > 0) {
		ret = ask(file, request);
		if (ret == 0)
			ret = visit_batch(request, size, visit, data);
	}
	free(request);
	return ret;
}
