/* SPDX-License-Identifier: BSD-3-Clause */
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace.h"

/* What the C library's readdir(3) would allocate instead takes a deep stack. */
#define LIST_SIZE 1024

/* musl has it under another name. */
#ifndef __GLIBC__
#define getdents64 getdents
#endif

const char *pmem2_sysfs_root = "/sys";

void pmem2_sysfs_path_start(struct pmem2_sysfs_path *path, const char *text)
{
	path->rest = (struct pmem2_text){path->text, sizeof(path->text) - 1};
	pmem2_sysfs_path_add(path, text);
}

void pmem2_sysfs_path_add(struct pmem2_sysfs_path *path, const char *text)
{
	pmem2_text_string(&path->rest, text);
	*path->rest.end = '\0';
}

static bool is_cut(const struct pmem2_sysfs_path *path)
{
	return path->rest.room == 0;
}

static int open_path(const struct pmem2_sysfs_path *path, int flags)
{
	int fd;

	if (is_cut(path))
		return -ENAMETOOLONG;
	fd = open(path->text, flags | O_CLOEXEC);
	PMEM2_TRACE_DETAIL("%s: %s", path->text, fd < 0 ? "cannot be opened" : "opened");
	return fd < 0 ? -errno : fd;
}

/* How many bytes were read, or a negative errno. */
static ssize_t read_bytes(const struct pmem2_sysfs_path *path, char *bytes, size_t size)
{
	int fd = open_path(path, O_RDONLY);
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
	PMEM2_TRACE_DETAIL("read %s", line);
}

int pmem2_sysfs_read_start(const struct pmem2_sysfs_path *path, char *line, size_t size)
{
	ssize_t got = read_bytes(path, line, size - 1);

	if (got < 0)
		return (int)got;
	end_line(line, (size_t)got);
	return 0;
}

int pmem2_sysfs_read(const struct pmem2_sysfs_path *path, char *line, size_t size)
{
	ssize_t got = read_bytes(path, line, size);

	if (got < 0)
		return (int)got;
	if ((size_t)got == size)
		return -EINVAL;
	end_line(line, (size_t)got);
	return 0;
}

int pmem2_sysfs_read_number(const struct pmem2_sysfs_path *path, unsigned long long *number)
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

int pmem2_sysfs_write(const struct pmem2_sysfs_path *path, const char *text)
{
	int fd = open_path(path, O_WRONLY);
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

int pmem2_sysfs_link(const struct pmem2_sysfs_path *path, char *target, size_t size)
{
	ssize_t length;

	if (is_cut(path))
		return -ENAMETOOLONG;
	length = readlink(path->text, target, size);
	if (length < 0)
		return -errno;
	if ((size_t)length == size)
		return -ENAMETOOLONG;
	target[length] = '\0';
	PMEM2_TRACE_DETAIL("%s: %s", path->text, target);
	return 0;
}

/* The entries that the system has put into a buffer. */
static int visit_entries(const char *buffer, size_t size,
			 int (*visit)(const char *name, void *data), void *data)
{
	int ret = 0;

	for (size_t at = 0; ret == 0 && at < size;) {
		const struct dirent *entry = (const void *)(buffer + at);
		if (entry->d_name[0] != '.')
			ret = visit(entry->d_name, data);
		at += entry->d_reclen;
	}
	return ret;
}

static int visit_all(int fd, char *buffer, int (*visit)(const char *name, void *data), void *data)
{
	ssize_t got;
	int ret = 0;

	while (ret == 0) {
		got = getdents64(fd, (void *)buffer, LIST_SIZE); /* musl wants its struct */
		if (got <= 0)
			return got < 0 ? -errno : 0;
		ret = visit_entries(buffer, (size_t)got, visit, data);
	}
	return ret;
}

int pmem2_sysfs_list(const struct pmem2_sysfs_path *path,
		     int (*visit)(const char *name, void *data), void *data)
{
	int fd = open_path(path, O_RDONLY | O_DIRECTORY);
	char *buffer;
	int ret = -ENOMEM;

	if (fd < 0)
		return fd;
	buffer = malloc(LIST_SIZE);
	if (buffer != NULL)
		ret = visit_all(fd, buffer, visit, data);
	free(buffer);
	(void)close(fd);
	return ret;
}
