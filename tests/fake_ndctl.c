/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake_ndctl.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "ndctl.h"

struct fake_ndctl fake_ndctl;
int fake_ndctl_open;

/* The address range of the one command there is at a time. */
static struct ndctl_range range;
static bool clearing;

/* libndctl's types, of which nothing is known outside it, stand for ours. */
#define CAST(type, pointer) ((struct type *)(void *)(pointer))

static int fake_new(struct ndctl_ctx **ctx)
{
	if (fake_ndctl.new_error != 0)
		return fake_ndctl.new_error;
	fake_ndctl_open++;
	*ctx = CAST(ndctl_ctx, &fake_ndctl);
	return 0;
}

static struct ndctl_ctx *fake_unref(struct ndctl_ctx *ctx)
{
	(void)ctx;
	fake_ndctl_open--;
	return NULL;
}

static void fake_set_log_priority(struct ndctl_ctx *ctx, int priority)
{
	(void)ctx;
	fake_ndctl.log_priority = priority;
}

static struct ndctl_bus *fake_first_bus(struct ndctl_ctx *ctx)
{
	(void)ctx;
	return fake_ndctl.bus_count > 0 ? CAST(ndctl_bus, &fake_ndctl.buses[0]) : NULL;
}

static struct ndctl_bus *fake_next_bus(struct ndctl_bus *bus)
{
	struct fake_bus *next = CAST(fake_bus, bus) + 1;

	return next < fake_ndctl.buses + fake_ndctl.bus_count ? CAST(ndctl_bus, next) : NULL;
}

static unsigned fake_bus_id(struct ndctl_bus *bus)
{
	return CAST(fake_bus, bus)->id;
}

static struct ndctl_region *fake_first_region(struct ndctl_bus *bus)
{
	struct fake_bus *fake = CAST(fake_bus, bus);

	return fake->region_count > 0 ? CAST(ndctl_region, &fake->regions[0]) : NULL;
}

static struct fake_bus *bus_of(const struct fake_region *region)
{
	struct fake_bus *bus = fake_ndctl.buses;

	while (region < bus->regions || region >= bus->regions + bus->region_count)
		bus++;
	return bus;
}

static struct ndctl_region *fake_next_region(struct ndctl_region *region)
{
	struct fake_region *next = CAST(fake_region, region) + 1;
	struct fake_bus *bus = bus_of(next - 1);

	return next < bus->regions + bus->region_count ? CAST(ndctl_region, next) : NULL;
}

static unsigned fake_region_id(struct ndctl_region *region)
{
	return CAST(fake_region, region)->id;
}

static unsigned long long fake_region_resource(struct ndctl_region *region)
{
	return CAST(fake_region, region)->resource;
}

static struct ndctl_bus *fake_region_bus(struct ndctl_region *region)
{
	return CAST(ndctl_bus, bus_of(CAST(fake_region, region)));
}

static struct ndctl_dimm *fake_first_dimm(struct ndctl_region *region)
{
	struct fake_region *fake = CAST(fake_region, region);

	return fake->dimm_count > 0 ? CAST(ndctl_dimm, &fake->dimms[0]) : NULL;
}

static struct ndctl_dimm *fake_next_dimm(struct ndctl_region *region, struct ndctl_dimm *dimm)
{
	struct fake_region *fake = CAST(fake_region, region);
	struct fake_dimm *next = CAST(fake_dimm, dimm) + 1;

	return next < fake->dimms + fake->dimm_count ? CAST(ndctl_dimm, next) : NULL;
}

static const char *fake_dimm_id(struct ndctl_dimm *dimm)
{
	return CAST(fake_dimm, dimm)->id;
}

static long long fake_dimm_shutdowns(struct ndctl_dimm *dimm)
{
	return CAST(fake_dimm, dimm)->shutdowns;
}

static const char *fake_dimm_name(struct ndctl_dimm *dimm)
{
	(void)dimm;
	return "nmem7";
}

/* ---- namespaces --------------------------------------------------------- */

static struct ndctl_namespace *fake_first_namespace(struct ndctl_region *region)
{
	struct fake_region *fake = CAST(fake_region, region);

	return fake->namespace_count > 0 ? CAST(ndctl_namespace, &fake->namespaces[0]) : NULL;
}

static struct fake_region *region_of(const struct fake_namespace *ndns)
{
	for (struct fake_bus *bus = fake_ndctl.buses;; bus++)
		for (size_t i = 0; i < bus->region_count; i++)
			if (ndns >= bus->regions[i].namespaces &&
			    ndns < bus->regions[i].namespaces + FAKE_NDCTL_MAX)
				return &bus->regions[i];
}

static struct ndctl_namespace *fake_next_namespace(struct ndctl_namespace *ndns)
{
	struct fake_namespace *next = CAST(fake_namespace, ndns) + 1;
	struct fake_region *region = region_of(next - 1);

	return next < region->namespaces + region->namespace_count ? CAST(ndctl_namespace, next)
								   : NULL;
}

static const char *fake_namespace_name(struct ndctl_namespace *ndns)
{
	return CAST(fake_namespace, ndns)->name;
}

static struct ndctl_btt *fake_btt(struct ndctl_namespace *ndns)
{
	return CAST(fake_namespace, ndns)->btt != NULL ? CAST(ndctl_btt, ndns) : NULL;
}

static struct ndctl_pfn *fake_pfn(struct ndctl_namespace *ndns)
{
	return CAST(fake_namespace, ndns)->pfn != NULL ? CAST(ndctl_pfn, ndns) : NULL;
}

static struct ndctl_dax *fake_dax(struct ndctl_namespace *ndns)
{
	return CAST(fake_namespace, ndns)->dax != NULL ? CAST(ndctl_dax, ndns) : NULL;
}

static const char *fake_btt_name(struct ndctl_btt *btt)
{
	return CAST(fake_namespace, btt)->btt;
}

static const char *fake_pfn_name(struct ndctl_pfn *pfn)
{
	return CAST(fake_namespace, pfn)->pfn;
}

static const char *fake_dax_name(struct ndctl_dax *dax)
{
	return CAST(fake_namespace, dax)->dax;
}

/* Only one of the three is asked for: the one that says where the data lies. */
static unsigned long long fake_namespace_resource(struct ndctl_namespace *ndns)
{
	struct fake_namespace *fake = CAST(fake_namespace, ndns);

	return fake->pfn == NULL && fake->dax == NULL ? fake->resource : 1;
}

static unsigned long long fake_namespace_size(struct ndctl_namespace *ndns)
{
	return CAST(fake_namespace, ndns)->size;
}

static unsigned long long fake_pfn_resource(struct ndctl_pfn *pfn)
{
	return CAST(fake_namespace, pfn)->resource;
}

/* ---- device dax --------------------------------------------------------- */

/* One of the devices on a namespace: others of lower and higher number, and that of the test. */
struct fake_device {
	const struct fake_namespace *ndns;
	int offset; /* of its number */
};

#define DEVICES 3

static struct fake_device devices[DEVICES];

static struct daxctl_region *fake_dax_region(struct ndctl_dax *dax)
{
	struct fake_namespace *fake = CAST(fake_namespace, dax);

	return fake->device != 0 ? CAST(daxctl_region, dax) : NULL;
}

static struct daxctl_dev *fake_first_device(struct daxctl_region *region)
{
	for (int i = 0; i < DEVICES; i++)
		devices[i] = (struct fake_device){CAST(fake_namespace, region), i - 1};
	return CAST(daxctl_dev, &devices[0]);
}

static struct daxctl_dev *fake_next_device(struct daxctl_dev *dev)
{
	struct fake_device *next = CAST(fake_device, dev) + 1;

	return next < devices + DEVICES ? CAST(daxctl_dev, next) : NULL;
}

static int fake_device_major(struct daxctl_dev *dev)
{
	return (int)major(CAST(fake_device, dev)->ndns->device);
}

static int fake_device_minor(struct daxctl_dev *dev)
{
	const struct fake_device *fake = CAST(fake_device, dev);

	return (int)minor(fake->ndns->device) + fake->offset;
}

/* libdaxctl says 0 for what it cannot find out. */
static unsigned long long fake_device_resource(struct daxctl_dev *dev)
{
	const struct fake_device *fake = CAST(fake_device, dev);

	if (fake->ndns->resource == ULLONG_MAX)
		return 0;
	return fake->offset == 0 ? fake->ndns->resource : 1;
}

static unsigned long long fake_device_size(struct daxctl_dev *dev)
{
	const struct fake_device *fake = CAST(fake_device, dev);

	return fake->offset == 0 ? fake->ndns->size : 1;
}

/* ---- bad blocks --------------------------------------------------------- */

static struct badblock current;
static const struct fake_bad *rest;

static struct badblock *next_bad(void)
{
	if (rest->count == 0)
		return NULL;
	current.offset = rest->sector;
	current.len = rest->count;
	rest++;
	return &current;
}

static struct badblock *first_bad(const struct fake_bad *list, int error)
{
	if (error != 0) {
		errno = error;
		return NULL;
	}
	rest = list;
	return next_bad();
}

static struct badblock *fake_region_first(struct ndctl_region *region)
{
	struct fake_region *fake = CAST(fake_region, region);

	return first_bad(fake->bad, fake->error);
}

static struct badblock *fake_region_next(struct ndctl_region *region)
{
	(void)region;
	return next_bad();
}

static struct badblock *fake_namespace_first(struct ndctl_namespace *ndns)
{
	struct fake_namespace *fake = CAST(fake_namespace, ndns);

	errno = ENOENT; /* left from a look for udev's queue, which is there only when not empty */
	if (fake->btt != NULL || fake->dax != NULL) /* libndctl lists nothing of these */
		return NULL;
	return first_bad(fake->bad, fake->error);
}

static struct badblock *fake_namespace_next(struct ndctl_namespace *ndns)
{
	(void)ndns;
	return next_bad();
}

/* ---- commands ----------------------------------------------------------- */

static struct ndctl_cmd *new_command(unsigned long long address, unsigned long long length)
{
	if (fake_ndctl.commands.absent || (clearing && fake_ndctl.commands.no_clear))
		return NULL;
	range.address = address;
	range.length = length;
	fake_ndctl_open++;
	return CAST(ndctl_cmd, &range);
}

static struct ndctl_cmd *fake_ars_cap(struct ndctl_bus *bus, unsigned long long address,
				      unsigned long long length)
{
	(void)bus;
	clearing = false;
	return new_command(address, length);
}

static int fake_range(struct ndctl_cmd *command, struct ndctl_range *answer)
{
	unsigned long long unit = fake_ndctl.commands.unit;
	unsigned long long end = range.address + range.length;

	(void)command;
	if (fake_ndctl.commands.range_error != 0)
		return fake_ndctl.commands.range_error;
	answer->address = range.address / unit * unit;
	answer->length = (end + unit - 1) / unit * unit - answer->address;
	return 0;
}

static struct ndctl_cmd *fake_clear(unsigned long long address, unsigned long long length,
				    struct ndctl_cmd *capability)
{
	(void)capability;
	clearing = true;
	return new_command(address, length);
}

#define DONE 1 /* what the system gave; libndctl takes all that is not negative for success */

static int fake_submit(struct ndctl_cmd *command)
{
	int error = clearing ? fake_ndctl.commands.clear_error : fake_ndctl.commands.cap_error;

	(void)command;
	if (error != 0 || !clearing)
		return error != 0 ? error : DONE;
	if (fake_ndctl.commands.on_clear != NULL && !fake_ndctl.commands.without_effect)
		fake_ndctl.commands.on_clear(range.address, range.length);
	return DONE;
}

static unsigned long long fake_cleared(struct ndctl_cmd *command)
{
	(void)command;
	return fake_ndctl.commands.incomplete ? range.length - 1 : range.length;
}

static void fake_cmd_unref(struct ndctl_cmd *command)
{
	(void)command;
	fake_ndctl_open--;
}

const struct pmem2_ndctl *__wrap_pmem2_ndctl_table(const char **missing);

const struct pmem2_ndctl *__wrap_pmem2_ndctl_table(const char **missing)
{
	static const struct pmem2_ndctl table = {
		.ndctl_new = fake_new,
		.ndctl_unref = fake_unref,
		.ndctl_set_log_priority = fake_set_log_priority,
		.ndctl_bus_get_first = fake_first_bus,
		.ndctl_bus_get_next = fake_next_bus,
		.ndctl_bus_get_id = fake_bus_id,
		.ndctl_region_get_first = fake_first_region,
		.ndctl_region_get_next = fake_next_region,
		.ndctl_region_get_id = fake_region_id,
		.ndctl_region_get_resource = fake_region_resource,
		.ndctl_region_get_bus = fake_region_bus,
		.ndctl_region_get_first_dimm = fake_first_dimm,
		.ndctl_region_get_next_dimm = fake_next_dimm,
		.ndctl_region_get_first_badblock = fake_region_first,
		.ndctl_region_get_next_badblock = fake_region_next,
		.ndctl_dimm_get_unique_id = fake_dimm_id,
		.ndctl_dimm_get_dirty_shutdown = fake_dimm_shutdowns,
		.ndctl_dimm_get_devname = fake_dimm_name,
		.ndctl_namespace_get_first = fake_first_namespace,
		.ndctl_namespace_get_next = fake_next_namespace,
		.ndctl_namespace_get_devname = fake_namespace_name,
		.ndctl_namespace_get_btt = fake_btt,
		.ndctl_namespace_get_pfn = fake_pfn,
		.ndctl_namespace_get_dax = fake_dax,
		.ndctl_namespace_get_resource = fake_namespace_resource,
		.ndctl_namespace_get_size = fake_namespace_size,
		.ndctl_namespace_get_first_badblock = fake_namespace_first,
		.ndctl_namespace_get_next_badblock = fake_namespace_next,
		.ndctl_btt_get_devname = fake_btt_name,
		.ndctl_pfn_get_devname = fake_pfn_name,
		.ndctl_pfn_get_resource = fake_pfn_resource,
		.ndctl_dax_get_devname = fake_dax_name,
		.ndctl_dax_get_daxctl_region = fake_dax_region,
		.ndctl_bus_cmd_new_ars_cap = fake_ars_cap,
		.ndctl_cmd_ars_cap_get_range = fake_range,
		.ndctl_bus_cmd_new_clear_error = fake_clear,
		.ndctl_cmd_clear_error_get_cleared = fake_cleared,
		.ndctl_cmd_submit = fake_submit,
		.ndctl_cmd_unref = fake_cmd_unref,
		.daxctl_dev_get_first = fake_first_device,
		.daxctl_dev_get_next = fake_next_device,
		.daxctl_dev_get_major = fake_device_major,
		.daxctl_dev_get_minor = fake_device_minor,
		.daxctl_dev_get_resource = fake_device_resource,
		.daxctl_dev_get_size = fake_device_size,
	};

	*missing = fake_ndctl.missing;
	return fake_ndctl.missing == NULL ? &table : NULL;
}
