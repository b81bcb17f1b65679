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
#define LINK_SIZE 768

const char *pmem2_sysfs_root = "/sys";

/* Without a format, whose variable arguments cost much stack. False when it may have been cut. */
static bool full_path(char *full, size_t size, const char *path)
{
	struct pmem2_text text = {full, size - 1};

	pmem2_text_string(&text, pmem2_sysfs_root);
	pmem2_text_string(&text, "/");
	pmem2_text_string(&text, path);
	*text.end = '\0';
	return text.room > 0;
}

static int open_at(const char *path, int flags)
{
	char full[PMEM2_SYSFS_PATH];
	int fd;

	if (!full_path(full, sizeof(full), path))
		return -ENAMETOOLONG;
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* How many bytes were read, or a negative errno. */
static ssize_t read_bytes(const char *path, char *bytes, size_t size)
{
	int fd = open_at(path, O_RDONLY);
	ssize_t got;
	int error;

	if (fd < 0)
		return fd;
	got = read(fd, bytes, size);
	error = errno;
	(void)close(fd);
	return got < 0 ? -error : got;
}

static void end_line(char *line, size_t length)
{
	char *newline;

	line[length] = '\0';
	newline = strchr(line, '\n');
	if (newline != NULL)
		*newline = '\0';
}

int pmem2_sysfs_read_start(const char *path, char *line, size_t size)
{
	ssize_t got = read_bytes(path, line, size - 1);

	if (got < 0)
		return (int)got;
	end_line(line, (size_t)got);
	return 0;
}

int pmem2_sysfs_read(const char *path, char *line, size_t size)
{
	ssize_t got = read_bytes(path, line, size);

	if (got < 0)
		return (int)got;
	if ((size_t)got == size)
		return -EINVAL;
	end_line(line, (size_t)got);
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

/* `full` has room for the path, `text` for the link. */
static int read_link(const char *path, char *full, char *text)
{
	ssize_t length;

	if (!full_path(full, PMEM2_SYSFS_PATH, path))
		return -ENAMETOOLONG;
	length = readlink(full, text, LINK_SIZE);
	if (length < 0)
		return -errno;
	if (length == LINK_SIZE)
		return -ENAMETOOLONG;
	text[length] = '\0';
	return 0;
}

int pmem2_sysfs_link(const char *path, char **target)
{
	char *text = malloc(LINK_SIZE + PMEM2_SYSFS_PATH);
	int ret;

	if (text == NULL)
		return -ENOMEM;
	ret = read_link(path, text + LINK_SIZE, text);
	if (ret == 0)
		*target = text;
	else
		free(text);
	return ret;
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
