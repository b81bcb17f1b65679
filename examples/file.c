/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: a mapping makes bytes durable, never the file itself. The
 * file's blocks, size and name must be on the disk first.
 */
#include "file.h"

#include <err.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new name is durable once its directory has been written back. */
static void sync_directory_of(const char *path)
{
	char *copy = strdup(path);
	if (!copy)
		err(1, "%s", path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		err(1, "directory of %s", path);
	close(fd);
	free(copy);
}

int file_create(const char *path, size_t size, int flags)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0666);
	if (fd < 0)
		err(1, "%s", path);

	/* With ftruncate alone, a store finds the disk full and dies of SIGBUS. */
	int error = posix_fallocate(fd, 0, (off_t)size);
	if (error)
		errx(1, "%s: allocating %zu bytes: %s", path, size, strerror(error));
	if (fsync(fd) < 0)
		err(1, "%s", path);
	sync_directory_of(path);
	return fd;
}

int file_map(struct pmem2_map **map, int fd, enum pmem2_granularity weakest, unsigned protection)
{
	struct pmem2_source *src = NULL;
	struct pmem2_config *cfg = NULL;

	int ret = pmem2_source_from_fd(&src, fd);
	if (ret == 0)
		ret = pmem2_config_new(&cfg);
	if (ret == 0)
		ret = pmem2_config_set_required_store_granularity(cfg, weakest);
	if (ret == 0)
		ret = pmem2_config_set_protection(cfg, protection);
	if (ret == 0)
		ret = pmem2_map_new(map, cfg, src);

	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	return ret;
}
