/* SPDX-License-Identifier: BSD-3-Clause */
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* Device links of today's kernels have up to 150 characters. */
#define LINK_SIZE 1024

const char *pmem2_sysfs_root = "/sys";

static int open_at(const char *path, int flags)
{
	char full[PMEM2_SYSFS_PATH];
	int fd;

	if (!pmem2_text_print(full, sizeof(full), "%s/%s", pmem2_sysfs_root, path))
		return -ENAMETOOLONG;
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int pmem2_sysfs_read(const char *path, char *line, size_t size)
{
	int fd = open_at(path, O_RDONLY);
	ssize_t got;
	int error;
	char *newline;

	if (fd < 0)
		return fd;
	got = read(fd, line, size);
	error = errno;
	(void)close(fd);
	if (got < 0)
		return -error;
	if ((size_t)got == size)
		return -EINVAL;
	line[got] = '\0';
	newline = strchr(line, '\n');
	if (newline != NULL)
		*newline = '\0';
	return 0;
}

int pmem2_sysfs_read_number(const char *path, unsigned long long *number)
{
	char line[32];
	char *end;
	unsigned long long value;
	int ret = pmem2_sysfs_read(path, line, sizeof(line));

	if (ret != 0)
		return ret;
	if (line[0] < '0' || line[0] > '9')
		return -EINVAL;
	errno = 0;
	value = strtoull(line, &end, 0);
	if (errno != 0 || *end != '\0')
		return -EINVAL;
	*number = value;
	return 0;
}

int pmem2_sysfs_write(const char *path, const char *text)
{
	int fd = open_at(path, O_WRONLY);
	size_t length = strlen(text);
	ssize_t written;
	int error;

	if (fd < 0)
		return fd;
	written = write(fd, text, length);
	error = errno;
	(void)close(fd);
	if (written < 0)
		return -error;
	return (size_t)written == length ? 0 : -EIO;
}

int pmem2_sysfs_link(const char *path, char **target)
{
	char full[PMEM2_SYSFS_PATH];
	char *text;
	ssize_t length;
	int error;

	if (!pmem2_text_print(full, sizeof(full), "%s/%s", pmem2_sysfs_root, path))
		return -ENAMETOOLONG;
	text = malloc(LINK_SIZE);
	if (text == NULL)
		return -ENOMEM;
	length = readlink(full, text, LINK_SIZE);
	error = length < 0 ? errno : ENAMETOOLONG;
	if (length < 0 || length == LINK_SIZE) {
		free(text);
		return -error;
	}
	text[length] = '\0';
	*target = text;
	return 0;
}

static int visit_entries(DIR *dir, int (*visit)(const char *name, void *data), void *data)
{
	const struct dirent *entry;
	int ret = 0;

	while (ret == 0) {
		errno = 0;
		entry = readdir(dir); /* NOLINT(concurrency-mt-unsafe): the stream is ours alone */
		if (entry == NULL)
			return -errno;
		if (entry->d_name[0] != '.')
			ret = visit(entry->d_name, data);
	}
	return ret;
}

int pmem2_sysfs_list(const char *path, int (*visit)(const char *name, void *data), void *data)
{
	int fd = open_at(path, O_RDONLY | O_DIRECTORY);
	DIR *dir;
	int ret;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (dir == NULL) {
		ret = -errno;
		(void)close(fd);
		return ret;
	}
	ret = visit_entries(dir, visit, data);
	(void)closedir(dir);
	return ret;
}
