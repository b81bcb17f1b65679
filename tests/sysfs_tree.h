/* SPDX-License-Identifier: BSD-3-Clause */
/* A sysfs of the test's own making, where the library looks in place of /sys. */
#ifndef PMEM2_TEST_SYSFS_TREE_H
#define PMEM2_TEST_SYSFS_TREE_H

/* Start an empty tree, and point the library at it. It is removed when the program ends. */
void pmem2_test_sysfs_begin(void);

/* Write a line into an attribute, and make the directories above it. Paths are relative to the
 * tree. */
void pmem2_test_sysfs_write(const char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The full path of something in the tree, until the next call. */
const char *pmem2_test_sysfs_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Make a device's directory, and the link dev/<number> to it; `number` is like "block/259:0". */
void pmem2_test_sysfs_device(const char *number, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Where region n is, on a bus of its own. */
#define PMEM2_TEST_REGION "devices/LNXSYSTM:00/ACPI0012:00/ndbus%u/region%u"

/* Make region n. NULL leaves an attribute out. */
void pmem2_test_sysfs_region(unsigned n, const char *provider, const char *persistence_domain);

/* Make block device pmem<n> or device dax dax<n>.0 in region n. */
void pmem2_test_sysfs_pmem(const char *number, unsigned n);
void pmem2_test_sysfs_dax(const char *number, unsigned n, const char *size, const char *align);

/* Let the block device beneath the file system of an open file be pmem<n> in region n. */
void pmem2_test_sysfs_hold(int fd, unsigned n);

/* Put the block device at path `slave` beneath the device-mapper device at `device`. */
void pmem2_test_sysfs_slave(const char *device, const char *name, const char *slave);

#endif
