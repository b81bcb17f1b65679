/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file on a namespace of which a scripted libndctl tells what is bad, in a file system
 * that is scripted to tell where on it the file lies. It has namespace4.0 of region4 on ndbus4.
 */
#ifndef PMEM2_FAKE_FILE_H
#define PMEM2_FAKE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_ndctl.h"
#include "libpmem2.h"

#define PAGE ((size_t)4096)
#define FAKE_FILE_SIZE (8 * PAGE)
#define FAKE_FILE_PLACE (16 * PAGE) /* of all of it, on the device */
#define FAKE_FILE_PIECES 100
#define SECTORS(offset) ((offset) / 512)

/* As in <linux/fiemap.h>, which says what the kernel has, not what the library asks for. */
#define FAKE_FILE_SYNC 0x1U /* of a request */
#define FAKE_FILE_LAST 0x1U
#define FAKE_FILE_ENCODED 0x8U
#define FAKE_FILE_UNWRITTEN 0x800U
#define FAKE_FILE_SHARED 0x2000U

struct fake_piece {
	uint64_t logical, physical, length;
	uint32_t flags;
};

struct fake_file {
	int fd;
	struct pmem2_source *src;
	struct fake_region *region;
	struct fake_namespace *ndns;
	struct fake_piece pieces[FAKE_FILE_PIECES];
	uint32_t piece_count;
	int extent_error;         /* of asking for them */
	bool repeats;             /* the first extents are told whatever is asked for */
	unsigned attribute_flags; /* of the file */
	unsigned asked;           /* how often for extents */
	uint32_t wishes;          /* the flags with which they were asked for */
};

extern struct fake_file file;

/* Fixture functions. */
void fake_file_setup(void);
void fake_file_teardown(void);

/* The name of the device in sysfs. */
const char *fake_file_number(void);

#endif
