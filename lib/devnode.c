/* SPDX-License-Identifier: BSD-3-Clause */
#include "devnode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "bits.h"
#include "err.h"
#include "sysfs.h"
#include "text.h"

/* A device directory in sysfs, and how many levels above it the region's directory is. */
struct place {
	char path[96];
	unsigned levels;
};

/* Without a format, whose variable arguments cost much stack. */
static void device_path(struct place *place, enum pmem2_devnode_class class, dev_t device)
{
	struct pmem2_text text = {place->path, sizeof(place->path) - 1};

	pmem2_text_string(&text, class == PMEM2_DEVNODE_CHAR ? "dev/char/" : "dev/block/");
	pmem2_text_number(&text, major(device));
	pmem2_text_string(&text, ":");
	pmem2_text_number(&text, minor(device));
	*text.end = '\0';
}

int pmem2_devnode_is_dax(dev_t device)
{
	struct place place;
	char *target = NULL;
	const char *name;
	int ret;

	device_path(&place, PMEM2_DEVNODE_CHAR, device);
	memcpy(place.path + strlen(place.path), "/subsystem", sizeof("/subsystem"));
	ret = pmem2_sysfs_link(place.path, &target);
	if (ret != 0)
		return ret;
	name = strrchr(target, '/');
	ret = strcmp(name != NULL ? name + 1 : target, "dax") == 0;
	free(target);
	return ret;
}

/* Attributes that tell the same, the first that there is counts. */
static const char *const size_attributes[] = {"size", NULL};

/*
 * Linux before 5.10 tells the alignment of the dax region only, which before
 * 5.1, when dax devices were a class, stood one directory further up.
 */
static const char *const alignment_attributes[] = {"align", "../dax_region/align",
						   "../../dax_region/align", NULL};

/* `path` becomes that of the attribute read, or of the last one missing. */
static int read_first(dev_t device, const char *const *names, char *path,
		      unsigned long long *number)
{
	struct place place;
	int ret = -ENOENT;

	device_path(&place, PMEM2_DEVNODE_CHAR, device);
	for (; ret == -ENOENT && *names != NULL; names++) {
		(void)pmem2_text_print(path, PMEM2_SYSFS_PATH, "%s/%s", place.path, *names);
		ret = pmem2_sysfs_read_number(path, number);
	}
	return ret;
}

/* `invalid` is the code for an attribute that is no number. */
static int read_dax_attribute(dev_t device, const char *const *names, int invalid, size_t *value)
{
	char path[PMEM2_SYSFS_PATH];
	unsigned long long number;
	int ret = read_first(device, names, path, &number);

	if (ret == -ENOENT)
		return pmem2_fail(PMEM2_E_DAX_REGION_NOT_FOUND,
				  "device dax %u:%u: the kernel describes none in %s/%s",
				  major(device), minor(device), pmem2_sysfs_root, path);
	if (ret == -EINVAL)
		return pmem2_fail(invalid, "device dax %u:%u: %s/%s holds no number of bytes",
				  major(device), minor(device), pmem2_sysfs_root, path);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "device dax %u:%u: reading %s/%s", major(device),
					minor(device), pmem2_sysfs_root, path);
	*value = (size_t)number;
	return 0;
}

int pmem2_devnode_dax_size(dev_t device, size_t *size)
{
	return read_dax_attribute(device, size_attributes, PMEM2_E_INVALID_SIZE_FORMAT, size);
}

int pmem2_devnode_dax_alignment(dev_t device, size_t *alignment)
{
	size_t value = 0;
	int ret = read_dax_attribute(device, alignment_attributes, PMEM2_E_INVALID_ALIGNMENT_FORMAT,
				     &value);

	if (ret != 0)
		return ret;
	if (!pmem2_is_power_of_two(value))
		return pmem2_fail(PMEM2_E_INVALID_ALIGNMENT_VALUE,
				  "device dax %u:%u: alignment %zu is not a power of two",
				  major(device), minor(device), value);
	*alignment = value;
	return 0;
}

static bool is_region(const char *name)
{
	return strncmp(name, "region", 6) == 0 && name[6] >= '0' && name[6] <= '9';
}

/*
 * In a device link such as ".../ndbus0/region1/namespace1.0/block/pmem1" find
 * the region of the NVDIMM bus (CXL and dax have directories of that name too),
 * and count the components after it.
 */
static bool count_levels(char *link, unsigned *levels)
{
	bool on_bus = false;
	bool found = false;
	char *rest = link;
	const char *name;

	*levels = 0;
	while ((name = strsep(&rest, "/")) != NULL) {
		if (found)
			++*levels;
		else if (on_bus && is_region(name))
			found = true;
		on_bus = strncmp(name, "ndbus", 5) == 0;
	}
	return found;
}

/* 0, -ENOENT when the device is on no NVDIMM region, or another negative errno. */
static int locate(struct place *place)
{
	char *link;
	bool found;
	int ret = pmem2_sysfs_link(place->path, &link);

	if (ret == -EINVAL) /* no link, so not the sysfs that is described above */
		return -ENOENT;
	if (ret != 0)
		return ret;
	found = count_levels(link, &place->levels);
	free(link);
	return found ? 0 : -ENOENT;
}

/* The path of an attribute `above` levels above the region's directory. */
static void region_path(const struct place *place, unsigned above, const char *name, char *path)
{
	char climb[96] = "";
	size_t used = 0;

	for (unsigned i = 0; i < place->levels + above && used + 4 < sizeof(climb); i++) {
		memcpy(climb + used, "../", 4);
		used += 3;
	}
	(void)pmem2_text_print(path, PMEM2_SYSFS_PATH, "%s/%s%s", place->path, climb, name);
}

static int read_region(const struct place *place, const char *name, char *line, size_t size)
{
	char path[PMEM2_SYSFS_PATH];

	region_path(place, 0, name, path);
	return pmem2_sysfs_read(path, line, size);
}

/* An absent provider is an empty one; of a long one the start tells which it is. */
static int read_provider(const struct place *place, char *provider, size_t size)
{
	char path[PMEM2_SYSFS_PATH];
	int ret;

	region_path(place, 1, "provider", path);
	ret = pmem2_sysfs_read_start(path, provider, size);
	if (ret != 0)
		provider[0] = '\0';
	return ret == -ENOENT ? 0 : ret;
}

/* 1 or 0; an absent attribute says nothing. A negative errno when it cannot be read. */
static int region_says(const struct place *place, const char *name, const char *value)
{
	char line[32];
	int ret = read_region(place, name, line, sizeof(line));

	if (ret == -ENOENT || ret == -EINVAL) /* absent, or longer than any value known */
		return 0;
	return ret != 0 ? ret : strcmp(line, value) == 0;
}

/* virtio-pmem always; IBM's hypervisor memory when it offers a flush call. As region_says. */
static int needs_explicit_flush(const struct place *place, const char *provider)
{
	if (strcmp(provider, "virtio-pmem") == 0)
		return 1;
	return strncmp(provider, "ibm,", 4) == 0 ? region_says(place, "deep_flush", "1") : 0;
}

struct survey {
	struct pmem2_devnode_region *region;
	const struct place *parent;
	unsigned devices;
};

static int survey_place(struct place *place, struct survey *survey);

static int survey_slave(const char *name, void *data)
{
	struct survey *survey = data;
	struct place *slave = malloc(sizeof(*slave));
	int ret = -ENOMEM;

	if (slave == NULL)
		return ret;
	ret = -ENAMETOOLONG;
	if (pmem2_text_print(slave->path, sizeof(slave->path), "%s/slaves/%s", survey->parent->path,
			     name))
		ret = survey_place(slave, survey);
	free(slave);
	return ret;
}

/*
 * Device-mapper: all that lies beneath must be known. Tables that are stacked
 * deeper than the path has room for are not.
 */
static int survey_slaves(const struct place *place, struct survey *survey)
{
	struct survey below = *survey;
	char path[PMEM2_SYSFS_PATH];
	int ret;

	below.parent = place;
	below.devices = 0;
	(void)pmem2_text_print(path, sizeof(path), "%s/slaves", place->path);
	ret = pmem2_sysfs_list(path, survey_slave, &below);
	survey->devices += below.devices;
	return ret != 0 || below.devices > 0 ? ret : -ENOENT;
}

/* Take away from `region` what the region at `place` does not promise. */
static int survey_region(const struct place *place, struct pmem2_devnode_region *region)
{
	int ret = read_provider(place, region->provider, sizeof(region->provider));

	if (ret != 0)
		return ret;
	ret = needs_explicit_flush(place, region->provider);
	if (ret < 0)
		return ret;
	if (ret == 1)
		region->explicit_flush = true;
	ret = region_says(place, "persistence_domain", "cpu_cache");
	if (ret == 0)
		region->cpu_cache = false;
	return ret < 0 ? ret : 0;
}

static int survey_place(struct place *place, struct survey *survey)
{
	int ret = locate(place);

	if (ret == -ENOENT)
		return survey_slaves(place, survey);
	if (ret != 0)
		return ret;
	survey->devices++;
	return survey_region(place, survey->region);
}

void pmem2_devnode_region(enum pmem2_devnode_class class, dev_t device,
			  struct pmem2_devnode_region *region)
{
	struct survey survey = {.region = region};
	struct place place;

	memset(region, 0, sizeof(*region));
	region->cpu_cache = true;
	device_path(&place, class, device);
	region->error = survey_place(&place, &survey);
	region->found = region->error == 0;
	if (!region->found)
		region->cpu_cache = false;
}

int pmem2_devnode_numa_node(enum pmem2_devnode_class class, dev_t device, int *node)
{
	struct place place;
	char line[16];
	char *end;
	long value;
	int ret;

	device_path(&place, class, device);
	ret = locate(&place);
	if (ret != 0)
		return ret;
	ret = read_region(&place, "numa_node", line, sizeof(line));
	if (ret == -ENOENT) { /* a kernel built without NUMA */
		*node = -1;
		return 0;
	}
	if (ret != 0)
		return ret;
	value = strtol(line, &end, 10);
	if (end == line || *end != '\0')
		return -EINVAL;
	*node = (int)value;
	return 0;
}

static int write_deep_flush(const struct place *place)
{
	char path[PMEM2_SYSFS_PATH];
	int ret;

	region_path(place, 0, "deep_flush", path);
	ret = pmem2_sysfs_write(path, "1");
	if (ret != 0)
		return pmem2_fail_errno(-ret, "deep flush: writing 1 to %s/%s", pmem2_sysfs_root,
					path);
	return 0;
}

/*
 * The attribute is absent where the region has nothing to empty, but also where it
 * needs other means.
 */
static int without_deep_flush(const struct place *place)
{
	char provider[32];
	int ret = read_provider(place, provider, sizeof(provider));

	if (ret != 0)
		return pmem2_fail_errno(-ret,
					"deep flush: reading the provider of the region of %s/%s",
					pmem2_sysfs_root, place->path);
	if (strcmp(provider, "e820") == 0)
		return 0;
	return pmem2_fail(PMEM2_E_NOSUPP,
			  "deep flush: the region of provider \"%s\" offers none to programs",
			  provider);
}

int pmem2_devnode_deep_flush(dev_t device)
{
	struct place place;
	char line[16];
	int ret;

	device_path(&place, PMEM2_DEVNODE_CHAR, device);
	ret = locate(&place);
	if (ret == -ENOENT)
		return pmem2_fail(PMEM2_E_DAX_REGION_NOT_FOUND,
				  "deep flush: device dax %u:%u lies on no NVDIMM region",
				  major(device), minor(device));
	if (ret != 0)
		return pmem2_fail_errno(-ret, "deep flush: looking for the region of %s/%s",
					pmem2_sysfs_root, place.path);
	ret = read_region(&place, "deep_flush", line, sizeof(line));
	if (ret == -ENOENT)
		return without_deep_flush(&place);
	if (ret != 0)
		return pmem2_fail_errno(-ret,
					"deep flush: reading deep_flush of the region of %s/%s",
					pmem2_sysfs_root, place.path);
	return strcmp(line, "1") == 0 ? write_deep_flush(&place) : 0;
}
