/* SPDX-License-Identifier: BSD-3-Clause */
#include "devnode.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "bits.h"
#include "err.h"
#include "sysfs.h"
#include "text.h"

/* Device links of today's kernels have up to 150 characters. */
#define TEXT_SIZE 512

/* A device's directory in sysfs. On the heap, as the stacks of callers may be small. */
struct place {
	struct place *next;           /* to be looked at after this one */
	bool in_volume;               /* beneath device-mapper */
	unsigned levels;              /* up to the directory of the region */
	const char *bus, *region;     /* names in `text`, until that is used again */
	const char *holder;           /* the component after the region */
	struct pmem2_text device;     /* what may follow the path of the directory */
	struct pmem2_sysfs_path path; /* of the directory or of something near it */
	char text[TEXT_SIZE];         /* of a link or an attribute */
};

/* NULL without memory. */
static struct place *new_place(enum pmem2_devnode_class class, dev_t device)
{
	struct place *place = malloc(sizeof(*place));

	if (place == NULL)
		return NULL;
	place->next = NULL;
	place->in_volume = false;
	pmem2_sysfs_path_start(&place->path, pmem2_sysfs_root);
	pmem2_sysfs_path_add(&place->path,
			     class == PMEM2_DEVNODE_CHAR ? "/dev/char/" : "/dev/block/");
	pmem2_text_number(&place->path.rest, major(device));
	pmem2_sysfs_path_add(&place->path, ":");
	pmem2_text_number(&place->path.rest, minor(device));
	place->device = place->path.rest;
	return place;
}

/* The path of something `up` levels above the device, until the next call. */
static const struct pmem2_sysfs_path *at(struct place *place, unsigned up, const char *name)
{
	place->path.rest = place->device;
	for (; up > 0; up--)
		pmem2_sysfs_path_add(&place->path, "/..");
	pmem2_sysfs_path_add(&place->path, name);
	return &place->path;
}

static int is_link_to_dax(struct place *place)
{
	const char *name;
	int ret = pmem2_sysfs_link(at(place, 0, "/subsystem"), place->text, sizeof(place->text));

	if (ret != 0)
		return ret;
	name = strrchr(place->text, '/');
	return strcmp(name != NULL ? name + 1 : place->text, "dax") == 0;
}

int pmem2_devnode_is_dax(dev_t device)
{
	struct place *place = new_place(PMEM2_DEVNODE_CHAR, device);
	int ret = place != NULL ? is_link_to_dax(place) : -ENOMEM;

	free(place);
	return ret;
}

/* Attributes that tell the same, the first that there is counts. */
static const char *const size_attributes[] = {"/size", NULL};

/*
 * Linux before 5.10 tells the alignment of the dax region only, which before
 * 5.1, when dax devices were a class, stood one directory further up.
 */
static const char *const alignment_attributes[] = {"/align", "/../dax_region/align",
						   "/../../dax_region/align", NULL};

static int read_first(struct place *place, const char *const *names, unsigned long long *number)
{
	int ret = -ENOENT;

	for (; ret == -ENOENT && *names != NULL; names++)
		ret = pmem2_sysfs_read_number(at(place, 0, *names), number);
	return ret;
}

static int fail_reading(int error, dev_t device, const char *path, int invalid)
{
	switch (error) {
	case ENOENT:
		return pmem2_fail(PMEM2_E_DAX_REGION_NOT_FOUND,
				  "device dax %u:%u: the kernel describes none in %s",
				  major(device), minor(device), path);
	case EINVAL:
		return pmem2_fail(invalid, "device dax %u:%u: %s holds no number of bytes",
				  major(device), minor(device), path);
	default:
		return pmem2_fail_errno(error, "device dax %u:%u: reading %s", major(device),
					minor(device), path);
	}
}

/* `invalid` is the code for an attribute that is no number. */
static int read_dax_attribute(dev_t device, const char *const *names, int invalid, size_t *value)
{
	struct place *place = new_place(PMEM2_DEVNODE_CHAR, device);
	unsigned long long number;
	int ret;

	if (place == NULL)
		return pmem2_fail_errno(ENOMEM, "device dax %u:%u: allocating %zu bytes",
					major(device), minor(device), sizeof(*place));
	ret = read_first(place, names, &number);
	if (ret == 0)
		*value = (size_t)number;
	else
		ret = fail_reading(-ret, device, place->path.text, invalid);
	free(place);
	return ret;
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
static bool count_levels(struct place *place)
{
	const char *previous = "";
	char *rest = place->text;
	const char *name;

	place->region = NULL;
	place->holder = "";
	place->levels = 0;
	while ((name = strsep(&rest, "/")) != NULL) {
		if (place->region != NULL && place->levels++ == 0)
			place->holder = name;
		if (place->region == NULL && strncmp(previous, "ndbus", 5) == 0 &&
		    is_region(name)) {
			place->bus = previous;
			place->region = name;
		}
		previous = name;
	}
	return place->region != NULL;
}

/* 0, -ENOENT when the device is on no NVDIMM region, or another negative errno. */
static int locate(struct place *place)
{
	int ret = pmem2_sysfs_link(at(place, 0, ""), place->text, sizeof(place->text));

	if (ret == -EINVAL) /* no link, so not the sysfs that is described above */
		return -ENOENT;
	if (ret != 0)
		return ret;
	return count_levels(place) ? 0 : -ENOENT;
}

/* Read an attribute of the region into the text of `place`. */
static int read_in_region(struct place *place, const char *name)
{
	return pmem2_sysfs_read_start(at(place, place->levels, name), place->text,
				      sizeof(place->text));
}

/* An absent provider is an empty one; of a long one the start tells which it is. */
static int read_provider(struct place *place, char *provider, size_t size)
{
	int ret = pmem2_sysfs_read_start(at(place, place->levels, "/../provider"), provider, size);

	if (ret != 0)
		provider[0] = '\0';
	return ret == -ENOENT ? 0 : ret;
}

/* 1 or 0; an absent attribute says nothing. A negative errno when it cannot be read. */
static int region_says(struct place *place, const char *name, const char *value)
{
	int ret = read_in_region(place, name);

	if (ret == -ENOENT)
		return 0;
	return ret != 0 ? ret : strcmp(place->text, value) == 0;
}

/* virtio-pmem always; IBM's hypervisor memory when it offers a flush call. As region_says. */
static int needs_explicit_flush(struct place *place, const char *provider)
{
	if (strcmp(provider, "virtio-pmem") == 0)
		return 1;
	return strncmp(provider, "ibm,", 4) == 0 ? region_says(place, "/deep_flush", "1") : 0;
}

/* What lies beneath `parent`, a device-mapper volume, to be looked at before all else. */
struct stack {
	struct place *top;
	const char *parent;
};

static int push_slave(const char *name, void *data)
{
	struct stack *stack = data;
	struct place *slave = malloc(sizeof(*slave));

	if (slave == NULL)
		return -ENOMEM;
	pmem2_sysfs_path_start(&slave->path, stack->parent);
	pmem2_sysfs_path_add(&slave->path, "/");
	pmem2_sysfs_path_add(&slave->path, name);
	slave->device = slave->path.rest;
	slave->in_volume = true;
	slave->next = stack->top;
	stack->top = slave;
	return 0;
}

/* -ENOENT when there are none. */
static int push_slaves(struct place *place, struct place **top)
{
	struct stack stack = {*top, place->path.text};
	int ret = pmem2_sysfs_list(at(place, 0, "/slaves"), push_slave, &stack);

	if (ret == 0 && stack.top == *top)
		ret = -ENOENT;
	*top = stack.top;
	return ret;
}

typedef int (*visit_fn)(struct place *place, void *data);

static int visit_place(struct place *place, struct place **top, visit_fn visit, void *data)
{
	int ret = locate(place);

	if (ret == -ENOENT)
		return push_slaves(place, top);
	return ret != 0 ? ret : visit(place, data);
}

/*
 * Call `visit` with each region beneath a device, until it returns other than 0;
 * that value is the result. All that lies beneath must be known; beneath volumes
 * that are stacked higher than a path has room for, it is not.
 */
static int visit_regions(enum pmem2_devnode_class class, dev_t device, visit_fn visit, void *data)
{
	struct place *top = new_place(class, device);
	int ret = top != NULL ? 0 : -ENOMEM;

	while (top != NULL) {
		struct place *place = top;
		top = place->next;
		if (ret == 0)
			ret = visit_place(place, &top, visit, data);
		free(place);
	}
	return ret;
}

/* Take away from `data`, a pmem2_devnode_region, what the region at `place` does not promise. */
static int survey_region(struct place *place, void *data)
{
	struct pmem2_devnode_region *region = data;
	int ret = read_provider(place, region->provider, sizeof(region->provider));

	if (ret != 0)
		return ret;
	ret = needs_explicit_flush(place, region->provider);
	if (ret < 0)
		return ret;
	if (ret == 1)
		region->explicit_flush = true;
	ret = region_says(place, "/persistence_domain", "cpu_cache");
	if (ret == 0)
		region->cpu_cache = false;
	return ret < 0 ? ret : 0;
}

void pmem2_devnode_region(enum pmem2_devnode_class class, dev_t device,
			  struct pmem2_devnode_region *region)
{
	memset(region, 0, sizeof(*region));
	region->cpu_cache = true;
	region->error = visit_regions(class, device, survey_region, region);
	region->found = region->error == 0;
	if (!region->found)
		region->cpu_cache = false;
}

struct site_visit {
	int (*visit)(const struct pmem2_devnode_site *site, void *data);
	void *data;
};

/* A partition tells where it starts, in sectors of 512 bytes; a whole disk does not. */
static int read_start(struct place *place, unsigned long long *start)
{
	unsigned long long sectors;
	int ret = pmem2_sysfs_read_number(at(place, 0, "/start"), &sectors);

	*start = ret == 0 ? sectors * 512 : 0;
	return ret == -ENOENT ? 0 : ret;
}

static int visit_site(struct place *place, void *data)
{
	const struct site_visit *visit = data;
	struct pmem2_devnode_site site = {.in_volume = place->in_volume};
	struct pmem2_text holder = {site.holder, sizeof(site.holder) - 1};
	int ret;

	pmem2_text_string(&holder, place->holder);
	*holder.end = '\0';
	site.bus = (unsigned)strtoul(place->bus + strlen("ndbus"), NULL, 10);
	site.region = (unsigned)strtoul(place->region + strlen("region"), NULL, 10);
	ret = read_start(place, &site.start);
	return ret != 0 ? ret : visit->visit(&site, visit->data);
}

int pmem2_devnode_sites(enum pmem2_devnode_class class, dev_t device,
			int (*visit)(const struct pmem2_devnode_site *site, void *data), void *data)
{
	struct site_visit site_visit = {visit, data};

	return visit_regions(class, device, visit_site, &site_visit);
}

static int read_node(struct place *place, int *node)
{
	char *end;
	long value;
	int ret = read_in_region(place, "/numa_node");

	if (ret == -ENOENT) { /* a kernel built without NUMA */
		*node = -1;
		return 0;
	}
	if (ret != 0)
		return ret;
	value = strtol(place->text, &end, 10);
	if (end == place->text || *end != '\0' || value < -1 || value > INT_MAX)
		return -EINVAL;
	*node = (int)value;
	return 0;
}

struct common_node {
	bool known;
	int node;
};

static int compare_node(struct place *place, void *data)
{
	struct common_node *common = data;
	int node;
	int ret = read_node(place, &node);

	if (ret != 0)
		return ret;
	common->node = common->known && node != common->node ? -1 : node;
	common->known = true;
	return 0;
}

int pmem2_devnode_numa_node(enum pmem2_devnode_class class, dev_t device, int *node)
{
	struct common_node common = {.known = false};
	int ret = visit_regions(class, device, compare_node, &common);

	if (ret == 0)
		*node = common.node;
	return ret;
}

/*
 * The attribute is absent where the region has nothing to empty, but also where it
 * needs other means.
 */
static int without_deep_flush(struct place *place)
{
	char provider[32];
	int ret = read_provider(place, provider, sizeof(provider));

	if (ret != 0)
		return pmem2_fail_errno(-ret, "deep flush: reading %s", place->path.text);
	if (strcmp(provider, "e820") == 0)
		return 0;
	return pmem2_fail(PMEM2_E_NOSUPP,
			  "deep flush: the region of provider \"%s\" offers none to programs",
			  provider);
}

static int flush_region(struct place *place)
{
	int ret = read_in_region(place, "/deep_flush");

	if (ret == -ENOENT)
		return without_deep_flush(place);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "deep flush: reading %s", place->path.text);
	if (strcmp(place->text, "0") == 0)
		return 0;
	if (strcmp(place->text, "1") != 0)
		return pmem2_fail(-EINVAL, "deep flush: %s holds \"%s\", neither 0 nor 1",
				  place->path.text, place->text);
	ret = pmem2_sysfs_write(&place->path, "1");
	if (ret != 0)
		return pmem2_fail_errno(-ret, "deep flush: writing 1 to %s", place->path.text);
	return 0;
}

int pmem2_devnode_deep_flush(dev_t device)
{
	struct place *place = new_place(PMEM2_DEVNODE_CHAR, device);
	int ret = place != NULL ? locate(place) : -ENOMEM;

	if (ret == 0)
		ret = flush_region(place);
	else if (ret == -ENOENT)
		ret = pmem2_fail(PMEM2_E_DAX_REGION_NOT_FOUND,
				 "deep flush: device dax %u:%u lies on no NVDIMM region",
				 major(device), minor(device));
	else
		ret = pmem2_fail_errno(-ret,
				       "deep flush: looking for the region of device dax %u:%u",
				       major(device), minor(device));
	free(place);
	return ret;
}
