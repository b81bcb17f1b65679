/* SPDX-License-Identifier: BSD-3-Clause */
#include "device.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const char *explain_sysfs_root = "/sys";

static bool read_line(char *text, size_t size, const char *path)
{
	FILE *file = fopen(path, "re");
	bool read;

	text[0] = '\0';
	if (file == NULL)
		return false;
	read = fgets(text, (int)size, file) != NULL;
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return read;
}

bool explain_device_read(char *text, size_t size, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return read_line(text, size, path);
}

/* The entries of the directory at `path`. */
static void list(const char *path, bool (*visit)(const char *name, void *data), void *data)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.' && !visit(entry->d_name, data))
			break;
	}
	closedir(directory);
}

void explain_device_list(const char *directory, bool (*visit)(const char *name, void *data),
			 void *data)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", explain_sysfs_root, directory);
	list(path, visit, data);
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void copy(char *text, const char *from, size_t length)
{
	snprintf(text, EXPLAIN_NAME, "%.*s", (int)length, from);
}

/* As libndctl decides; see PMEM2_CAUSE_EXPLICIT_FLUSH. */
static bool needs_explicit_flush(const struct explain_region *region, const char *directory)
{
	char text[EXPLAIN_NAME];

	if (strcmp(region->provider, "virtio-pmem") == 0)
		return true;
	return strncmp(region->provider, "ibm,", 4) == 0 &&
	       explain_device_read(text, sizeof(text), "%s/deep_flush", directory) &&
	       strcmp(text, "1") == 0;
}

void explain_device_read_region(struct explain_region *region, const char *directory)
{
	char text[EXPLAIN_NAME];

	copy(region->name, last_component(directory), strlen(last_component(directory)));
	explain_device_read(region->provider, EXPLAIN_NAME, "%s/../provider", directory);
	explain_device_read(region->domain, EXPLAIN_NAME, "%s/persistence_domain", directory);
	region->node = -1;
	if (explain_device_read(text, sizeof(text), "%s/numa_node", directory))
		region->node = (int)strtol(text, NULL, 10);
	region->explicit_flush = needs_explicit_flush(region, directory);
}

/* The kernel's words for what ndctl calls fsdax, devdax, sector and raw. */
static const struct {
	const char *kernel, *ndctl;
} modes[] = {{"memory", "fsdax"}, {"dax", "devdax"}, {"safe", "sector"}, {"raw", "raw"}};

static void read_mode(struct explain_region *region, const char *directory)
{
	char text[EXPLAIN_NAME];

	region->mode[0] = '\0';
	if (!explain_device_read(text, sizeof(text), "%s/%s/mode", directory, region->space))
		return;
	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(text, modes[i].kernel) == 0)
			copy(region->mode, modes[i].ndctl, strlen(modes[i].ndctl));
	}
}

/* What lies on the region is a namespace, or a device such as "pfn0.1" that names its own. */
static void read_holder(struct explain_region *region, const char *directory, const char *holder)
{
	size_t length = strcspn(holder, "/");

	copy(region->space, holder, length);
	if (strncmp(holder, "namespace", 9) != 0)
		explain_device_read(region->space, EXPLAIN_NAME, "%s/%.*s/namespace", directory,
				    (int)length, holder);
	read_mode(region, directory);
}

/*
 * Of ".../ndbus0/region1/namespace1.0/block/pmem1" what stands after "region1", or NULL: CXL
 * has directories of that name too.
 */
static char *after_region(char *path)
{
	char *bus = strstr(path, "/ndbus");
	char *region = bus != NULL ? strchr(bus + 1, '/') : NULL;

	if (region == NULL || strncmp(region, "/region", 7) != 0 ||
	    !isdigit((unsigned char)region[7]))
		return NULL;
	return region + 1 + strcspn(region + 1, "/");
}

/* False when the device is on none itself. */
static bool add_region(struct explain_device *device, char *path)
{
	char *rest = after_region(path);
	struct explain_region *region;
	char letter;

	if (rest == NULL)
		return false;
	if (device->regions++ >= EXPLAIN_REGIONS)
		return true;
	region = &device->region[device->regions - 1];
	letter = *rest;
	*rest = '\0';
	explain_device_read_region(region, path);
	if (letter != '\0')
		read_holder(region, path, rest + 1);
	*rest = letter;
	return true;
}

struct beneath {
	struct explain_device *device;
	const char *path; /* of a volume */
	unsigned depth;
};

/* No volume is stacked higher; a tree that has loops ends here. */
#define DEPTH 8

static void add_regions(struct explain_device *device, char *path, unsigned depth);

static bool add_slave(const char *name, void *data)
{
	const struct beneath *beneath = data;
	char link[PATH_MAX];
	char path[PATH_MAX];

	snprintf(link, sizeof(link), "%s/slaves/%s", beneath->path, name);
	if (realpath(link, path) != NULL)
		add_regions(beneath->device, path, beneath->depth + 1);
	return true;
}

static void add_regions(struct explain_device *device, char *path, unsigned depth)
{
	struct beneath beneath = {device, path, depth};
	char slaves[PATH_MAX];

	if (add_region(device, path) || depth >= DEPTH)
		return;
	snprintf(slaves, sizeof(slaves), "%s/slaves", path);
	list(slaves, add_slave, &beneath);
}

static bool exists(const char *path, const char *name)
{
	char full[PATH_MAX];
	int length = snprintf(full, sizeof(full), "%s/%s", path, name);

	return length < (int)sizeof(full) && access(full, F_OK) == 0;
}

/* A partition's directory lies in that of its disk, whose queue it shares. */
static void read_block(struct explain_device *device, char *path)
{
	char text[EXPLAIN_NAME];
	char disk[PATH_MAX];

	snprintf(disk, sizeof(disk), "%s", path);
	if (explain_device_read(text, sizeof(text), "%s/start", path)) {
		device->start = strtoull(text, NULL, 10) * 512;
		*strrchr(disk, '/') = '\0';
		copy(device->disk, last_component(disk), strlen(last_component(disk)));
	}
	device->volume = exists(disk, "dm");
	device->loop = exists(disk, "loop");
	if (explain_device_read(text, sizeof(text), "%s/queue/dax", disk))
		device->dax = strcmp(text, "1") == 0 ? EXPLAIN_YES : EXPLAIN_NO;
}

void explain_device_find(struct explain_device *device, bool block, dev_t number)
{
	char link[PATH_MAX];
	char path[PATH_MAX];

	memset(device, 0, sizeof(*device));
	snprintf(link, sizeof(link), "%s/dev/%s/%u:%u", explain_sysfs_root,
		 block ? "block" : "char", major(number), minor(number));
	if (realpath(link, path) == NULL)
		return;
	copy(device->name, last_component(path), strlen(last_component(path)));
	if (block)
		read_block(device, path);
	add_regions(device, path, 0);
}

static bool is_region(const char *name, void *data)
{
	bool *found = data;

	*found = strncmp(name, "region", 6) == 0;
	return !*found;
}

bool explain_device_any_region(void)
{
	bool found = false;

	explain_device_list("bus/nd/devices", is_region, &found);
	return found;
}
