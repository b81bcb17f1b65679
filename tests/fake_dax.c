/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake_dax.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bits.h"
#include "support.h"
#include "sysfs.h"
#include "sysfs_tree.h"

#define MAX_DEVICES 8
#define DAX_MAJOR 252
#define MEMFD_NAME "fake-device-dax"

#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif

/* The replaced functions, under the names that old and new C libraries give them. */
int __wrap_fstat(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
int __wrap_msync(void *addr, size_t length, int flags);

const struct fake_dax fake_dax_nvdimm = {
	.directory = FAKE_DAX_NVDIMM,
	.size = "8388608",
	.align = "2097152",
	.region_align = "2097152",
	.provider = "ACPI.NFIT",
	.persistence_domain = "memory_controller",
	.deep_flush = "1",
	.numa_node = "5",
};

const struct fake_dax fake_dax_hmem = {
	.directory = FAKE_DAX_HMEM,
	.size = "8388608",
	.align = "2097152",
	.region_align = "2097152",
};

const struct fake_dax fake_dax_cxl = {
	.directory = FAKE_DAX_CXL,
	.size = "8388608",
	.align = "2097152",
	.region_align = "2097152",
};

static struct device {
	int fd;
	dev_t number;
	size_t alignment;
	bool holds_file; /* a block device, and `fd` a file on it */
} devices[MAX_DEVICES];
static unsigned device_count;

void fake_dax_setup(void)
{
	pmem2_test_sysfs_begin();
}

void fake_dax_teardown(void)
{
	while (device_count > 0)
		close(devices[--device_count].fd);
	pmem2_sysfs_root = "/sys";
}

static const struct device *find_device(int fd)
{
	for (unsigned i = 0; i < device_count; i++) {
		if (devices[i].fd == fd)
			return &devices[i];
	}
	return NULL;
}

dev_t fake_dax_number(int fd)
{
	return find_device(fd)->number;
}

static struct device *add_device(int fd)
{
	struct device *device = &devices[device_count];

	ck_assert_uint_lt(device_count, MAX_DEVICES);
	device->fd = fd;
	device->number = makedev(DAX_MAJOR, device_count);
	device->alignment = FAKE_DAX_ALIGNMENT;
	device->holds_file = false;
	device_count++;
	return device;
}

static void write_attribute(const char *text, const char *directory, const char *name)
{
	if (text != NULL)
		pmem2_test_sysfs_write(text, "%s/%s", directory, name);
}

static void make_link(const char *target, const char *directory, const char *name)
{
	const char *path = pmem2_test_sysfs_path("%s/%s", directory, name);

	(void)unlink(path);
	ck_assert_int_eq(symlink(target, path), 0);
}

static void describe_nvdimm(const struct fake_dax *model)
{
	write_attribute(model->provider, FAKE_DAX_BUS, "provider");
	write_attribute(model->persistence_domain, FAKE_DAX_REGION, "persistence_domain");
	write_attribute(model->deep_flush, FAKE_DAX_REGION, "deep_flush");
	write_attribute(model->numa_node, FAKE_DAX_REGION, "numa_node");
}

static void describe(const struct fake_dax *model, dev_t number)
{
	const char *directory = model->directory;
	bool in_class = strcmp(directory, FAKE_DAX_NVDIMM_CLASS) == 0;
	char name[32];

	snprintf(name, sizeof(name), "char/%u:%u", major(number), minor(number));
	pmem2_test_sysfs_device(name, "%s", directory);
	make_link(in_class ? "../../../../../../../../class/dax" : "../../../../../../../bus/dax",
		  directory, "subsystem");
	write_attribute(model->size, directory, "size");
	write_attribute(model->align, directory, "align");
	write_attribute(model->region_align, directory,
			in_class ? "../../dax_region/align" : "../dax_region/align");
	if (strncmp(directory, FAKE_DAX_REGION, strlen(FAKE_DAX_REGION)) == 0)
		describe_nvdimm(model);
}

int fake_dax_plug(const struct fake_dax *model)
{
	const char *align = model->align != NULL ? model->align : model->region_align;
	size_t alignment = align != NULL ? strtoull(align, NULL, 0) : 0;
	int fd = memfd_create(MEMFD_NAME, MFD_CLOEXEC);
	struct device *device;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)FAKE_DAX_SIZE), 0);
	device = add_device(fd);
	if (pmem2_is_power_of_two(alignment))
		device->alignment = alignment;
	describe(model, device->number);
	return fd;
}

void fake_dax_disguise(int fd)
{
	(void)add_device(fd);
}

void fake_dax_hold_file(int fd, dev_t number)
{
	struct device *device = add_device(fd);

	device->number = number;
	device->holds_file = true;
}

void fake_dax_watch(const char *directory, const char *name)
{
	const struct timespec never[2] = {{0, 0}, {0, 0}};
	const char *path = pmem2_test_sysfs_path("%s/%s", directory, name);

	ck_assert_int_eq(utimensat(AT_FDCWD, path, never, 0), 0);
}

bool fake_dax_written(const char *directory, const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(pmem2_test_sysfs_path("%s/%s", directory, name), &st), 0);
	return st.st_mtime != 0;
}

void fake_dax_seal(const char *directory, const char *name)
{
	char target[32];
	char text[32];
	struct pmem2_sysfs_path path;
	int fd = memfd_create("sealed attribute", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	pmem2_sysfs_path_start(&path, pmem2_test_sysfs_path("%s/%s", directory, name));
	ck_assert_int_eq(pmem2_sysfs_read(&path, text, sizeof(text)), 0);
	ck_assert_int_gt(dprintf(fd, "%s\n", text), 0);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
	make_link(target, directory, name);
}

static int fake_fstat(int fd, struct stat *st)
{
	const struct device *device = find_device(fd);
	int ret = fstatat(fd, "", st, AT_EMPTY_PATH);

	if (ret != 0 || device == NULL)
		return ret;
	if (device->holds_file) {
		st->st_dev = device->number;
	} else {
		st->st_mode = S_IFCHR | 0600;
		st->st_rdev = device->number;
		st->st_size = 0;
	}
	return ret;
}

int __wrap_fstat(int fd, struct stat *st)
{
	return fake_fstat(fd, st);
}

int __wrap_fstat64(int fd, struct stat *st)
{
	return fake_fstat(fd, st);
}

static void *system_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	return (void *)syscall(SYS_mmap, addr, length, prot, flags, fd, offset);
}

/* The driver places its mappings itself when it is given no hint, and with one does not help. */
static void *driver_hint(const struct device *device, void *hint, size_t length)
{
	size_t room = length + device->alignment;
	void *addr;

	if (hint != NULL)
		return hint;
	addr = system_mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (addr == MAP_FAILED)
		return NULL;
	munmap(addr, room);
	return (void *)pmem2_align_up((uintptr_t)addr, device->alignment);
}

/* What the memory that stands in for the device understands. */
static int without_sync(int flags)
{
	return (flags & MAP_TYPE) == MAP_SHARED_VALIDATE
		       ? (flags & ~(MAP_SYNC | MAP_SHARED_VALIDATE)) | MAP_SHARED
		       : flags;
}

static void *driver_mmap(const struct device *device, void *hint, size_t length, int prot,
			 int flags, off_t offset)
{
	void *addr = system_mmap(driver_hint(device, hint, length), length, prot,
				 without_sync(flags), device->fd, offset);

	if (addr == MAP_FAILED)
		return MAP_FAILED;
	if ((flags & MAP_TYPE) != MAP_PRIVATE &&
	    pmem2_is_aligned((uintptr_t)addr | length, device->alignment))
		return addr;
	munmap(addr, length);
	errno = EINVAL;
	return MAP_FAILED;
}

static void *fake_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	const struct device *device = find_device(fd);

	if (device == NULL || (flags & MAP_ANONYMOUS) != 0)
		return system_mmap(addr, length, prot, flags, fd, offset);
	if (device->holds_file)
		return system_mmap(addr, length, prot, without_sync(flags), fd, offset);
	return driver_mmap(device, addr, length, prot, flags, offset);
}

void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	return fake_mmap(addr, length, prot, flags, fd, offset);
}

void *__wrap_mmap64(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	return fake_mmap(addr, length, prot, flags, fd, offset);
}

/* Whether a device is mapped somewhere in a range. */
static bool holds_device(uintptr_t start, uintptr_t end)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	if (maps == NULL)
		abort();
	while (!found && fgets(line, sizeof(line), maps) != NULL) {
		char *rest;
		uintptr_t from = strtoull(line, &rest, 16);
		uintptr_t to = strtoull(rest + 1, NULL, 16);
		found = from < end && start < to && strstr(line, MEMFD_NAME) != NULL;
	}
	fclose(maps);
	return found;
}

/* The driver has no fsync. */
int __wrap_msync(void *addr, size_t length, int flags)
{
	ck_assert_int_eq(flags, MS_SYNC);
	if (holds_device((uintptr_t)addr, (uintptr_t)addr + length)) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_msync, addr, length, flags);
}
