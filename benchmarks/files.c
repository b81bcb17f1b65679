/* SPDX-License-Identifier: BSD-3-Clause */
#include "files.h"

#include <err.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

/* linux/magic.h does not have it. */
#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

int bench_file(const char *dir, size_t size)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/pmem2_benchmark_XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0 || unlink(path) != 0)
		err(EXIT_FAILURE, "%s", path);
	if (ftruncate(fd, (off_t)size) != 0)
		err(EXIT_FAILURE, "%s: %zu bytes", path, size);
	return fd;
}

const char *bench_file_system(int fd)
{
	struct statfs stat;

	if (fstatfs(fd, &stat) != 0)
		err(EXIT_FAILURE, "fstatfs");
	switch ((unsigned long)stat.f_type) {
	case EXT4_SUPER_MAGIC:
		return "ext4";
	case TMPFS_MAGIC:
		return "tmpfs";
	case XFS_SUPER_MAGIC:
		return "xfs";
	case BTRFS_SUPER_MAGIC:
		return "btrfs";
	case OVERLAYFS_SUPER_MAGIC:
		return "overlay";
	default:
		return "other";
	}
}
