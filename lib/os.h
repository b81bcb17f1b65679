/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operating system as sources and maps see it: files and address space.
 * One os_<system>.c implements it; nothing here is specific to Linux.
 * Functions that can fail return 0 or a negative errno and set no message.
 */
#ifndef PMEM2_OS_H
#define PMEM2_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef int pmem2_os_file;

#define PMEM2_OS_NO_FILE (-1)

enum pmem2_os_type {
	PMEM2_OS_REGULAR,
	PMEM2_OS_CHAR_DEVICE,
	PMEM2_OS_BLOCK_DEVICE,
	PMEM2_OS_DIRECTORY,
	PMEM2_OS_PIPE,
	PMEM2_OS_SOCKET,
	PMEM2_OS_OTHER,
};

struct pmem2_os_stat {
	enum pmem2_os_type type;
	size_t size;  /* SIZE_MAX for all that is more */
	dev_t device; /* of a character device: itself; else what holds the file */
	size_t block; /* of the file system; if larger than a page, see pmem2_os_unit */
};

/* The open flags of a file descriptor, as O_* bits, or a negative errno. */
int pmem2_os_open_flags(pmem2_os_file file);
int pmem2_os_stat(pmem2_os_file file, struct pmem2_os_stat *stat);
size_t pmem2_os_page_size(void);

/*
 * Whether the contents of a regular file lie on another device than the one
 * that pmem2_os_stat tells: 1 or 0, or a negative errno.
 */
int pmem2_os_is_elsewhere(pmem2_os_file file);

/* What mappings of a file are multiples of: the page size, or that of its huge pages. */
size_t pmem2_os_unit(pmem2_os_file file);

struct pmem2_os_request {
	pmem2_os_file file; /* PMEM2_OS_NO_FILE: zeroed memory */
	size_t offset;
	size_t length;
	unsigned prot; /* PMEM2_PROT_ bits */
	bool shared;
	int refusal;      /* a refusal to map this file synchronously that is known already, or 0 */
	size_t unit;      /* mappings of the file are multiples of it */
	size_t alignment; /* of the address, where `place` is NULL */
	void *place;      /* reserved address space to map over, or NULL */
};

struct pmem2_os_grant {
	void *addr;
	bool synchronous; /* the file system keeps metadata in step (MAP_SYNC) */
	int refusal;      /* why not: the errno that the system gave, or 0 if not asked */
};

/*
 * Map as asked. After a failure nothing is left mapped, and `place` is reserved as before; but
 * -EEXIST says that others have mapped part of it meanwhile.
 */
int pmem2_os_map(const struct pmem2_os_request *request, struct pmem2_os_grant *grant);
int pmem2_os_unmap(void *addr, size_t length);

/*
 * Take inaccessible address space: at `addr` exactly (-EEXIST if that is in
 * use), or anywhere, then aligned.
 */
int pmem2_os_reserve(void *addr, size_t length, size_t alignment, void **reserved);

/*
 * Turn a mapping back into reserved address space. -EEXIST: the mapping is gone, but others
 * have mapped part of its place meanwhile. After any other failure it is as it was.
 */
int pmem2_os_vacate(void *addr, size_t length);

/*
 * Write the pages of shared file mappings back. -ENOMEM: done, but for pages of the
 * range that are not mapped. -EINVAL: not done, a mapping in the range has no fsync.
 */
int pmem2_os_sync(const void *addr, size_t length);

/* Wait until what was written to a file has reached the medium. */
int pmem2_os_sync_file(pmem2_os_file file);

/* As pread and pwrite; how many bytes, or a negative errno. */
ssize_t pmem2_os_read(pmem2_os_file file, void *buffer, size_t length, size_t offset);
ssize_t pmem2_os_write(pmem2_os_file file, const void *buffer, size_t length, size_t offset);

/*
 * Replace what a file has in a range by zeros on newly allocated media, without changing
 * its size.
 */
int pmem2_os_renew(pmem2_os_file file, size_t offset, size_t length);

#endif
