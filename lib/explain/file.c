/* SPDX-License-Identifier: BSD-3-Clause */
#include "file.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "device.h"

/* linux/mman.h, for C libraries that do not have them. */
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif

/* linux/stat.h, since Linux 5.8. */
#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x00200000
#endif

/* The size of the unnamed file: room for a huge page wherever it starts. */
#define PROBE_SIZE ((off_t)4 << 20)

static int open_here(const char *path, int flags)
{
	int fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && flags == 0 && (errno == EACCES || errno == EROFS || errno == EPERM))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd;
}

static int open_directory(struct explain_facts *facts)
{
	int fd = open_here(facts->path, O_TMPFILE);

	facts->kind = EXPLAIN_DIRECTORY;
	if (fd < 0) {
		warn("%s: a directory, and no unnamed file can be made in it; name a file",
		     facts->path);
		return -1;
	}
	/* Where the blocks lie decides about huge pages. */
	if (fallocate(fd, 0, 0, PROBE_SIZE) < 0 && ftruncate(fd, PROBE_SIZE) < 0) {
		warn("%s: making a file of %d bytes in it", facts->path, (int)PROBE_SIZE);
		close(fd);
		return -1;
	}
	return fd;
}

/* What the descriptor must not be, and what to do instead. */
static const char *refuse(struct explain_facts *facts, const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		if (st->st_size > 0)
			return NULL;
		return "the file is empty, so there is nothing to map; "
		       "give it a size, or name its directory";
	case S_IFCHR:
		/* The library tells whether it is one for dax. */
		facts->kind = EXPLAIN_DEVDAX;
		return NULL;
	case S_IFBLK:
		return "a block device; name a file or a directory on it, or a device dax";
	default:
		return "neither a file nor a directory nor a device dax";
	}
}

int explain_file_open(struct explain_facts *facts, struct stat *st)
{
	const char *refusal;
	int fd;

	facts->kind = EXPLAIN_FILE;
	/* Opening a pipe would wait for its other end. */
	if (stat(facts->path, st) < 0) {
		warn("%s", facts->path);
		return -1;
	}
	if (!S_ISDIR(st->st_mode) && (refusal = refuse(facts, st)) != NULL) {
		warnx("%s: %s", facts->path, refusal);
		return -1;
	}
	fd = S_ISDIR(st->st_mode) ? open_directory(facts) : open_here(facts->path, 0);
	if (fd < 0 && facts->kind != EXPLAIN_DIRECTORY)
		warn("%s", facts->path);
	if (fd >= 0 && fstat(fd, st) < 0) {
		warn("%s", facts->path);
		close(fd);
		return -1;
	}
	return fd;
}

/* Requests are of type int in some C libraries, which they do not fit into unless cut. */
static bool answers(int fd, unsigned long request, void *answer)
{
	return ioctl(fd, request, answer) == 0;
}

#ifdef STATX_ATTR_ENCRYPTED
static enum explain_answer attribute(const struct statx *stx, unsigned long long bit)
{
	if (!(stx->stx_attributes_mask & bit))
		return EXPLAIN_UNKNOWN;
	return stx->stx_attributes & bit ? EXPLAIN_YES : EXPLAIN_NO;
}

static void read_statx(struct explain_file *file, int fd)
{
	struct statx stx = {0};

	if (statx(fd, "", AT_EMPTY_PATH, 0, &stx) == 0) {
		file->dax = attribute(&stx, STATX_ATTR_DAX);
		file->encrypted = attribute(&stx, STATX_ATTR_ENCRYPTED);
	}
}
#else
/* No statx before musl 1.2.4. */
static void read_statx(struct explain_file *file, int fd)
{
}
#endif

static void read_attributes(struct explain_file *file, int fd)
{
	struct fsxattr attributes = {0};

	read_statx(file, fd);
	if (answers(fd, FS_IOC_FSGETXATTR, &attributes))
		file->dax_flag = attributes.fsx_xflags & FS_XFLAG_DAX ? EXPLAIN_YES : EXPLAIN_NO;
}

/*
 * XFS_IOC_FSGEOMETRY_V4 and its flag for shared blocks: xfs_fs.h, which comes with no package that
 * a build needs.
 */
struct xfs_geometry {
	uint32_t blocksize, rtextsize, agblocks, agcount, logblocks, sectsize, inodesize, imaxpct;
	uint64_t datablocks, rtblocks, rtextents, logstart;
	unsigned char uuid[16];
	uint32_t sunit, swidth;
	int32_t version;
	uint32_t flags;
	uint32_t logsectsize, rtsectsize, dirblocksize, logsunit;
};
#define XFS_GEOMETRY _IOR('X', 124, struct xfs_geometry)
#define XFS_REFLINK (1u << 20)
#define XFS_MAGIC 0x58465342

static void read_file_system(struct explain_file *file, int fd)
{
	struct xfs_geometry geometry = {0};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return;
	file->block = (size_t)fs.f_bsize;
	if (fs.f_type == XFS_MAGIC && answers(fd, XFS_GEOMETRY, &geometry))
		file->reflink = geometry.flags & XFS_REFLINK ? EXPLAIN_YES : EXPLAIN_NO;
}

static void ask_mmap(struct explain_file *file, int fd)
{
	size_t length = file->alignment;
	int prot = file->read_only ? PROT_READ : PROT_READ | PROT_WRITE;
	void *addr = mmap(NULL, length, prot, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);

	file->synchronous = addr != MAP_FAILED;
	file->refusal = file->synchronous ? 0 : errno;
	if (file->synchronous)
		munmap(addr, length);
}

void explain_file_look(struct explain_facts *facts, int fd)
{
	struct explain_file *file = &facts->file;

	file->read_only = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
	if (facts->kind != EXPLAIN_DEVDAX) {
		read_attributes(file, fd);
		read_file_system(file, fd);
	}
	ask_mmap(file, fd);
}

/* How much of [from, to) lies in whole units. */
static unsigned long long whole_units(unsigned long long from, unsigned long long to, size_t unit)
{
	unsigned long long first = (from + unit - 1) / unit;
	unsigned long long last = to / unit;

	return last > first ? (last - first) * unit : 0;
}

#define NOT_PLACED (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_ENCODED)

/* A huge page needs file offset, address and medium to be aligned alike. */
static size_t huge_in_extent(const struct fiemap_extent *extent, size_t length,
			     unsigned long long start, size_t huge)
{
	unsigned long long end = extent->fe_logical + extent->fe_length;

	if (extent->fe_flags & NOT_PLACED ||
	    (extent->fe_physical + start - extent->fe_logical) % huge != 0)
		return 0;
	return whole_units(extent->fe_logical, end < length ? end : length, huge);
}

#define EXTENTS 64

/* Of the extents from `*next` on, which moves past them; SIZE_MAX when the system does not tell. */
static size_t huge_in_extents(struct fiemap *map, int fd, unsigned long long *next, size_t length,
			      unsigned long long start, size_t huge)
{
	size_t sum = 0;

	*map = (struct fiemap){
		.fm_start = *next, .fm_length = length - *next, .fm_extent_count = EXTENTS};
	if (!answers(fd, FS_IOC_FIEMAP, map))
		return SIZE_MAX;
	*next = length;
	for (unsigned i = 0; i < map->fm_mapped_extents; i++) {
		const struct fiemap_extent *extent = &map->fm_extents[i];
		sum += huge_in_extent(extent, length, start, huge);
		if (i + 1 == EXTENTS)
			*next = extent->fe_logical + extent->fe_length;
	}
	return sum;
}

size_t explain_file_huge(int fd, size_t length, unsigned long long start, size_t huge)
{
	struct fiemap *map = malloc(sizeof(*map) + EXTENTS * sizeof(map->fm_extents[0]));
	unsigned long long next = 0;
	size_t sum = 0;

	while (map != NULL && next < length) {
		size_t more = huge_in_extents(map, fd, &next, length, start, huge);
		if (more == SIZE_MAX) {
			sum = SIZE_MAX;
			break;
		}
		sum += more;
	}
	if (map == NULL)
		sum = SIZE_MAX;
	free(map);
	return sum;
}
