/* SPDX-License-Identifier: BSD-3-Clause */
#include "sysfs_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "support.h"
#include "sysfs.h"

#define PATH_SIZE 512

static char root[96];

void pmem2_test_sysfs_begin(void)
{
	static unsigned count;

	snprintf(root, sizeof(root), "%s/sys-%d-%u", pmem2_test_directory(), (int)getpid(),
		 count++);
	ck_assert_int_eq(mkdir(root, 0700), 0);
	pmem2_sysfs_root = root;
}

__attribute__((format(printf, 2, 0))) static void full_path(char *path, const char *format,
							    va_list args)
{
	int used = snprintf(path, PATH_SIZE, "%s/", root);

	ck_assert_int_lt(used + vsnprintf(path + used, (size_t)(PATH_SIZE - used), format, args),
			 PATH_SIZE);
}

/* Make the directories that lead to the last component. */
static void make_way(char *path)
{
	for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		ck_assert(mkdir(path, 0700) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

static void write_file(char *path, const char *text)
{
	FILE *file;

	make_way(path);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(fprintf(file, "%s\n", text), 0);
	ck_assert_int_eq(fclose(file), 0);
}

void pmem2_test_sysfs_write(const char *text, const char *format, ...)
{
	char path[PATH_SIZE];
	va_list args;

	va_start(args, format);
	full_path(path, format, args);
	va_end(args);
	write_file(path, text);
}

const char *pmem2_test_sysfs_path(const char *format, ...)
{
	static char path[PATH_SIZE];
	va_list args;

	va_start(args, format);
	full_path(path, format, args);
	va_end(args);
	return path;
}

static void make_link(const char *target, const char *from)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", root, from);
	make_way(path);
	ck_assert_int_eq(symlink(target, path), 0);
}

void pmem2_test_sysfs_device(const char *number, const char *format, ...)
{
	char path[PATH_SIZE];
	char target[PATH_SIZE];
	char from[64];
	va_list args;

	va_start(args, format);
	full_path(path, format, args);
	va_end(args);
	snprintf(target, sizeof(target), "../../%s", path + strlen(root) + 1);
	strcat(path, "/");
	make_way(path);
	snprintf(from, sizeof(from), "dev/%s", number);
	make_link(target, from);
}

static void write_line(const char *text, const char *path)
{
	if (text != NULL)
		pmem2_test_sysfs_write(text, "%s", path);
}

void pmem2_test_sysfs_region(unsigned n, const char *provider, const char *persistence_domain)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), PMEM2_TEST_REGION "/../provider", n, n);
	write_line(provider, path);
	snprintf(path, sizeof(path), PMEM2_TEST_REGION "/persistence_domain", n, n);
	write_line(persistence_domain, path);
}

void pmem2_test_sysfs_pmem(const char *number, unsigned n)
{
	pmem2_test_sysfs_device(number, PMEM2_TEST_REGION "/namespace%u.0/block/pmem%u", n, n, n,
				n);
}

void pmem2_test_sysfs_hold(int fd, unsigned n)
{
	char number[32];
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	snprintf(number, sizeof(number), "block/%u:%u", major(st.st_dev), minor(st.st_dev));
	pmem2_test_sysfs_pmem(number, n);
}

void pmem2_test_sysfs_dax(const char *number, unsigned n, const char *size, const char *align)
{
	pmem2_test_sysfs_device(number, PMEM2_TEST_REGION "/dax%u.0/dax%u.0", n, n, n, n);
	pmem2_test_sysfs_write(size, PMEM2_TEST_REGION "/dax%u.0/dax%u.0/size", n, n, n, n);
	pmem2_test_sysfs_write(align, PMEM2_TEST_REGION "/dax%u.0/dax%u.0/align", n, n, n, n);
}

void pmem2_test_sysfs_slave(const char *device, const char *name, const char *slave)
{
	char from[PATH_SIZE];
	char target[PATH_SIZE];

	snprintf(from, sizeof(from), "%s/slaves/%s", device, name);
	snprintf(target, sizeof(target), "%s/%s", root, slave);
	make_link(target, from);
}
