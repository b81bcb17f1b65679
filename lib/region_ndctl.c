/* SPDX-License-Identifier: BSD-3-Clause */
/* The one file that calls libndctl and libdaxctl. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "devnode.h"
#include "err.h"
#include "ndctl.h"
#include "region.h"

#define SECTOR 512

/* A question about the region or regions of a source, in libndctl's terms. */
struct query {
	const struct pmem2_source *src;
	const char *what; /* for messages */
	const struct pmem2_ndctl *ndctl;
	struct ndctl_ctx *ctx;
	int (*ask)(struct query *query, struct ndctl_region *region,
		   const struct pmem2_devnode_site *site);
	void *data;
	bool answered; /* a message is set */
	struct asked *asked;
};

/* A DIMM that has been asked, as several regions may have it. */
struct asked {
	struct asked *next;
	const struct ndctl_dimm *dimm;
};

static int fail_missing(const struct query *query, const char *missing)
{
	return pmem2_fail(PMEM2_E_NOSUPP,
			  "%s of fd %d: libndctl and libdaxctl are needed, and there is no %s",
			  query->what, query->src->file, missing);
}

static int fail_vanished(const struct query *query, const struct pmem2_devnode_site *site)
{
	return pmem2_fail(PMEM2_E_NOSUPP,
			  "%s of fd %d: libndctl does not find region%u of ndbus%u or the %s on it",
			  query->what, query->src->file, site->region, site->bus, site->holder);
}

static struct ndctl_region *find_region(const struct query *query,
					const struct pmem2_devnode_site *site)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct ndctl_bus *bus = ndctl->ndctl_bus_get_first(query->ctx);
	struct ndctl_region *region;

	while (bus != NULL && ndctl->ndctl_bus_get_id(bus) != site->bus)
		bus = ndctl->ndctl_bus_get_next(bus);
	if (bus == NULL)
		return NULL;
	region = ndctl->ndctl_region_get_first(bus);
	while (region != NULL && ndctl->ndctl_region_get_id(region) != site->region)
		region = ndctl->ndctl_region_get_next(region);
	return region;
}

static int ask_site(const struct pmem2_devnode_site *site, void *data)
{
	struct query *query = data;
	struct ndctl_region *region = find_region(query, site);

	query->answered = true;
	if (region == NULL)
		return fail_vanished(query, site);
	return query->ask(query, region, site);
}

static int ask_sites(struct query *query)
{
	const struct pmem2_source *src = query->src;
	int ret = pmem2_devnode_sites(src->kind == PMEM2_SOURCE_DEVDAX ? PMEM2_DEVNODE_CHAR
								       : PMEM2_DEVNODE_BLOCK,
				      src->device, ask_site, query);

	if (ret == 0 || query->answered)
		return ret;
	return pmem2_fail_errno(-ret, "%s: looking in sysfs for the region beneath fd %d",
				query->what, src->file);
}

static void forget_asked(struct query *query)
{
	while (query->asked != NULL) {
		struct asked *first = query->asked;
		query->asked = first->next;
		free(first);
	}
}

static int ask(struct query *query)
{
	const char *missing;
	int ret;

	query->ndctl = pmem2_ndctl_table(&missing);
	if (query->ndctl == NULL)
		return fail_missing(query, missing);
	ret = query->ndctl->ndctl_new(&query->ctx);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "%s of fd %d: starting libndctl", query->what,
					query->src->file);
	query->ndctl->ndctl_set_log_priority(query->ctx, 0);
	ret = ask_sites(query);
	forget_asked(query);
	query->ndctl->ndctl_unref(query->ctx);
	return ret;
}

/* ---- DIMMs -------------------------------------------------------------- */

typedef int (*dimm_fn)(struct query *query, struct ndctl_dimm *dimm);

static bool has_been_asked(const struct query *query, const struct ndctl_dimm *dimm)
{
	const struct asked *asked = query->asked;

	while (asked != NULL && asked->dimm != dimm)
		asked = asked->next;
	return asked != NULL;
}

static int ask_once(struct query *query, struct ndctl_dimm *dimm, dimm_fn ask_dimm)
{
	struct asked *asked;

	if (has_been_asked(query, dimm))
		return 0;
	asked = malloc(sizeof(*asked));
	if (asked == NULL)
		return pmem2_fail_errno(ENOMEM, "%s of fd %d: allocating %zu bytes", query->what,
					query->src->file, sizeof(*asked));
	asked->dimm = dimm;
	asked->next = query->asked;
	query->asked = asked;
	return ask_dimm(query, dimm);
}

/* A region without DIMMs has nobody to ask. */
static int ask_dimms(struct query *query, struct ndctl_region *region,
		     const struct pmem2_devnode_site *site, dimm_fn ask_dimm)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct ndctl_dimm *dimm = ndctl->ndctl_region_get_first_dimm(region);
	int ret = 0;

	if (dimm == NULL)
		return pmem2_fail(PMEM2_E_NOSUPP, "%s of fd %d: region%u has no DIMM to ask",
				  query->what, query->src->file, site->region);
	for (; dimm != NULL && ret == 0; dimm = ndctl->ndctl_region_get_next_dimm(region, dimm))
		ret = ask_once(query, dimm, ask_dimm);
	return ret;
}

static int fail_dimm(const struct query *query, struct ndctl_dimm *dimm)
{
	return pmem2_fail(PMEM2_E_NOSUPP, "%s of fd %d: DIMM %s does not tell", query->what,
			  query->src->file, query->ndctl->ndctl_dimm_get_devname(dimm));
}

/* The ids one after the other, without a NUL. */
struct id {
	char *text;
	size_t length;
};

static int add_id(struct query *query, struct ndctl_dimm *dimm)
{
	struct id *id = query->data;
	const char *unique = query->ndctl->ndctl_dimm_get_unique_id(dimm);
	size_t length;
	char *text;

	if (unique == NULL || unique[0] == '\0')
		return fail_dimm(query, dimm);
	length = strlen(unique);
	text = malloc(id->length + length + 1);
	if (text == NULL)
		return pmem2_fail_errno(ENOMEM, "%s of fd %d: allocating %zu bytes", query->what,
					query->src->file, id->length + length + 1);
	if (id->text != NULL)
		memcpy(text, id->text, id->length);
	memcpy(text + id->length, unique, length);
	free(id->text);
	id->text = text;
	id->length += length;
	return 0;
}

static int ask_ids(struct query *query, struct ndctl_region *region,
		   const struct pmem2_devnode_site *site)
{
	return ask_dimms(query, region, site, add_id);
}

static int copy_id(const struct pmem2_source *src, const struct id *collected, char *id,
		   size_t *len)
{
	size_t size = collected->length + 1;

	if (id == NULL) {
		*len = size;
		return 0;
	}
	if (*len < size)
		return pmem2_fail(PMEM2_E_BUFFER_TOO_SMALL,
				  "device id of fd %d: the buffer has %zu bytes, %zu are needed",
				  src->file, *len, size);
	if (size > 1)
		memcpy(id, collected->text, size - 1);
	id[size - 1] = '\0';
	return 0;
}

int pmem2_region_device_id(const struct pmem2_source *src, char *id, size_t *len)
{
	struct id collected = {NULL, 0};
	struct query query = {.src = src, .what = "device id", .ask = ask_ids, .data = &collected};
	int ret = ask(&query);

	if (ret == 0)
		ret = copy_id(src, &collected, id, len);
	free(collected.text);
	return ret;
}

static int add_count(struct query *query, struct ndctl_dimm *dimm)
{
	uint64_t *sum = query->data;
	long long count = query->ndctl->ndctl_dimm_get_dirty_shutdown(dimm);

	if (count < 0)
		return fail_dimm(query, dimm);
	*sum += (uint64_t)count;
	return 0;
}

static int ask_counts(struct query *query, struct ndctl_region *region,
		      const struct pmem2_devnode_site *site)
{
	return ask_dimms(query, region, site, add_count);
}

int pmem2_region_device_usc(const struct pmem2_source *src, uint64_t *usc)
{
	uint64_t sum = 0;
	struct query query = {
		.src = src, .what = "unsafe-shutdown count", .ask = ask_counts, .data = &sum};
	int ret = ask(&query);

	if (ret == 0)
		*usc = sum;
	return ret;
}

/* ---- bad blocks --------------------------------------------------------- */

static bool is_named(const char *name, const struct pmem2_devnode_site *site)
{
	return name != NULL && strcmp(name, site->holder) == 0;
}

/* Whether what stands beneath the region is this namespace, or made of it. */
static bool holds(const struct pmem2_ndctl *ndctl, struct ndctl_namespace *ndns,
		  const struct pmem2_devnode_site *site)
{
	struct ndctl_btt *btt = ndctl->ndctl_namespace_get_btt(ndns);
	struct ndctl_pfn *pfn = ndctl->ndctl_namespace_get_pfn(ndns);
	struct ndctl_dax *dax = ndctl->ndctl_namespace_get_dax(ndns);

	return is_named(ndctl->ndctl_namespace_get_devname(ndns), site) ||
	       (btt != NULL && is_named(ndctl->ndctl_btt_get_devname(btt), site)) ||
	       (pfn != NULL && is_named(ndctl->ndctl_pfn_get_devname(pfn), site)) ||
	       (dax != NULL && is_named(ndctl->ndctl_dax_get_devname(dax), site));
}

static struct ndctl_namespace *find_namespace(const struct query *query,
					      struct ndctl_region *region,
					      const struct pmem2_devnode_site *site)
{
	struct ndctl_namespace *ndns = query->ndctl->ndctl_namespace_get_first(region);

	while (ndns != NULL && !holds(query->ndctl, ndns, site))
		ndns = query->ndctl->ndctl_namespace_get_next(ndns);
	return ndns;
}

static int fail_bounds(const struct query *query, const struct pmem2_devnode_site *site)
{
	return pmem2_fail(PMEM2_E_CANNOT_READ_BOUNDS,
			  "%s of fd %d: the kernel does not tell where %s lies, which usually only "
			  "root may know",
			  query->what, query->src->file, site->holder);
}

/* Physical addresses. */
struct place {
	unsigned long long address, size;
};

static bool is_source(const struct query *query, struct daxctl_dev *dev)
{
	int major = query->ndctl->daxctl_dev_get_major(dev);
	int minor = query->ndctl->daxctl_dev_get_minor(dev);

	return major >= 0 && minor >= 0 &&
	       makedev((unsigned)major, (unsigned)minor) == query->src->device;
}

static int find_dax(const struct query *query, struct ndctl_dax *dax,
		    const struct pmem2_devnode_site *site, struct place *place)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct daxctl_region *region = ndctl->ndctl_dax_get_daxctl_region(dax);
	struct daxctl_dev *dev = region != NULL ? ndctl->daxctl_dev_get_first(region) : NULL;

	while (dev != NULL && !is_source(query, dev))
		dev = ndctl->daxctl_dev_get_next(dev);
	if (dev == NULL)
		return fail_vanished(query, site);
	place->address = ndctl->daxctl_dev_get_resource(dev);
	place->size = ndctl->daxctl_dev_get_size(dev);
	/* libdaxctl takes addresses from /proc/iomem where it may not read the device's. */
	return place->address == 0 ? fail_bounds(query, site) : 0;
}

/* The physical address of the first byte of what stands beneath the source. */
static int find_address(const struct query *query, struct ndctl_namespace *ndns,
			const struct pmem2_devnode_site *site, unsigned long long *address)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct ndctl_pfn *pfn = ndctl->ndctl_namespace_get_pfn(ndns);
	struct ndctl_dax *dax = ndctl->ndctl_namespace_get_dax(ndns);
	struct place place = {0, 0};
	int ret;

	if (dax != NULL) {
		ret = find_dax(query, dax, site, &place);
		*address = place.address;
		return ret;
	}
	*address = pfn != NULL ? ndctl->ndctl_pfn_get_resource(pfn)
			       : ndctl->ndctl_namespace_get_resource(ndns);
	return *address == ULLONG_MAX ? fail_bounds(query, site) : 0;
}

/* Bad ranges as the kernel lists them, and what part of them is the device. */
struct listing {
	int (*visit)(const struct pmem2_badblock *bad, void *data);
	void *data;
	unsigned long long start; /* of the device, in the coordinates of the list */
	unsigned long long end;
};

static int visit_part(const struct listing *listing, const struct badblock *listed)
{
	unsigned long long start = listed->offset * SECTOR;
	unsigned long long end = start + (unsigned long long)listed->len * SECTOR;
	struct pmem2_badblock bad;

	if (start < listing->start)
		start = listing->start;
	if (end > listing->end)
		end = listing->end;
	if (start >= end)
		return 0;
	bad.offset = (size_t)(start - listing->start);
	bad.length = (size_t)(end - start);
	return listing->visit(&bad, listing->data);
}

static const char *root_hint(int error)
{
	return error == EACCES || error == EPERM ? ", which takes root" : "";
}

/*
 * The list is empty; but if it was not to be had, libndctl leaves only errno to tell. ENOENT
 * tells nothing: libndctl leaves it too when it has looked for udev's queue, which usually is
 * not there.
 */
static int check_empty(const struct query *query, int error)
{
	if (error == 0 || error == ENOENT)
		return 0;
	return pmem2_fail_errno(error, "%s of fd %d: reading the kernel's list%s", query->what,
				query->src->file, root_hint(error));
}

static int list_region(struct query *query, struct ndctl_region *region,
		       const struct listing *listing)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct badblock *bad;
	int ret = 0;

	errno = 0;
	bad = ndctl->ndctl_region_get_first_badblock(region);
	if (bad == NULL)
		return check_empty(query, errno);
	for (; bad != NULL && ret == 0; bad = ndctl->ndctl_region_get_next_badblock(region))
		ret = visit_part(listing, bad);
	return ret;
}

static int list_namespace(struct query *query, struct ndctl_namespace *ndns,
			  const struct listing *listing)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct badblock *bad;
	int ret = 0;

	errno = 0;
	bad = ndctl->ndctl_namespace_get_first_badblock(ndns);
	if (bad == NULL)
		return check_empty(query, errno);
	for (; bad != NULL && ret == 0; bad = ndctl->ndctl_namespace_get_next_badblock(ndns))
		ret = visit_part(listing, bad);
	return ret;
}

/* False: they are kept from this user, or have vanished. */
static bool find_bounds(const struct query *query, struct ndctl_region *region,
			const struct place *place, struct listing *listing)
{
	unsigned long long base = query->ndctl->ndctl_region_get_resource(region);

	/* An unknown base, ULLONG_MAX, is above all addresses. */
	if (place->address == ULLONG_MAX || place->size == ULLONG_MAX || place->address < base)
		return false;
	listing->start = place->address - base;
	listing->end = listing->start + place->size;
	return true;
}

/* The region's list, as a dax device has none of its own. */
static int list_dax(struct query *query, struct ndctl_region *region, struct ndctl_namespace *ndns,
		    const struct pmem2_devnode_site *site, struct listing *listing)
{
	struct ndctl_dax *dax = query->ndctl->ndctl_namespace_get_dax(ndns);
	struct place place;
	int ret;

	if (dax == NULL)
		return fail_vanished(query, site);
	ret = find_dax(query, dax, site, &place);
	if (ret != 0)
		return ret;
	if (!find_bounds(query, region, &place, listing))
		return fail_bounds(query, site);
	return list_region(query, region, listing);
}

static int refuse_volume(const struct pmem2_badblock *bad, void *data)
{
	const struct query *query = data;

	return pmem2_fail(
		PMEM2_E_NOSUPP,
		"%s of fd %d: %zu bytes at offset %zu beneath its device-mapper volume are "
		"bad, and which part of the volume they are is not known",
		query->what, query->src->file, bad->length, bad->offset);
}

static int refuse_btt(const struct pmem2_badblock *bad, void *data)
{
	const struct query *query = data;

	return pmem2_fail(
		PMEM2_E_NOSUPP,
		"%s of fd %d: %zu bytes at offset %zu beneath the block translation table of its "
		"namespace are bad, and which of its blocks they are is not known",
		query->what, query->src->file, bad->length, bad->offset);
}

struct unbounded {
	const struct query *query;
	const struct pmem2_devnode_site *site;
};

static int refuse_unbounded(const struct pmem2_badblock *bad, void *data)
{
	const struct unbounded *unbounded = data;

	(void)bad;
	return fail_bounds(unbounded->query, unbounded->site);
}

/*
 * The kernel lists nothing of the block device of a BTT, which moves its blocks at each
 * write. What can be told is that nothing is bad beneath it.
 */
static int list_btt(struct query *query, struct ndctl_region *region, struct ndctl_namespace *ndns,
		    const struct pmem2_devnode_site *site)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct unbounded unbounded = {query, site};
	struct listing listing = {refuse_btt, query, 0, ULLONG_MAX};
	struct place place = {ndctl->ndctl_namespace_get_resource(ndns),
			      ndctl->ndctl_namespace_get_size(ndns)};

	if (!find_bounds(query, region, &place, &listing)) {
		listing.visit = refuse_unbounded;
		listing.data = &unbounded;
	}
	return list_region(query, region, &listing);
}

static int ask_badblocks(struct query *query, struct ndctl_region *region,
			 const struct pmem2_devnode_site *site)
{
	struct listing listing = *(const struct listing *)query->data;
	struct ndctl_namespace *ndns = find_namespace(query, region, site);

	if (ndns == NULL)
		return fail_vanished(query, site);
	if (site->in_volume) {
		listing.visit = refuse_volume;
		listing.data = query;
	}
	if (query->ndctl->ndctl_namespace_get_btt(ndns) != NULL)
		return list_btt(query, region, ndns, site);
	if (query->src->kind == PMEM2_SOURCE_DEVDAX)
		return list_dax(query, region, ndns, site, &listing);
	listing.start = site->start;
	listing.end = ULLONG_MAX;
	return list_namespace(query, ndns, &listing);
}

int pmem2_region_badblocks(const struct pmem2_source *src,
			   int (*visit)(const struct pmem2_badblock *bad, void *data), void *data)
{
	struct listing listing = {.visit = visit, .data = data};
	struct query query = {
		.src = src, .what = "bad blocks", .ask = ask_badblocks, .data = &listing};

	return ask(&query);
}

/* ---- clearing ----------------------------------------------------------- */

static int fail_clear(const struct query *query, int error, const char *step,
		      unsigned long long address, unsigned long long length)
{
	return pmem2_fail_errno(error, "%s of fd %d: %s %llu bytes at physical address %p%s",
				query->what, query->src->file, step, length,
				(void *)(uintptr_t)address, root_hint(error));
}

static int submit(const struct query *query, struct ndctl_cmd *command)
{
	int ret = query->ndctl->ndctl_cmd_submit(command);

	return ret < 0 ? ret : 0;
}

/* `capability` has been submitted, and tells what range the bus would clear. */
static int clear_error(const struct query *query, struct ndctl_cmd *capability,
		       const struct ndctl_range *range)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct ndctl_cmd *command =
		ndctl->ndctl_bus_cmd_new_clear_error(range->address, range->length, capability);
	unsigned long long cleared;
	int ret;

	if (command == NULL)
		return fail_clear(query, ENOTSUP, "clearing", range->address, range->length);
	ret = submit(query, command);
	cleared = ret == 0 ? ndctl->ndctl_cmd_clear_error_get_cleared(command) : 0;
	ndctl->ndctl_cmd_unref(command);
	if (ret != 0)
		return fail_clear(query, -ret, "clearing", range->address, range->length);
	if (cleared < range->length)
		return fail_clear(query, ENXIO, "not all was cleared of", range->address,
				  range->length);
	return 0;
}

static int clear_at(const struct query *query, struct ndctl_region *region,
		    unsigned long long address, unsigned long long length)
{
	const struct pmem2_ndctl *ndctl = query->ndctl;
	struct ndctl_cmd *capability = ndctl->ndctl_bus_cmd_new_ars_cap(
		ndctl->ndctl_region_get_bus(region), address, length);
	struct ndctl_range range;
	int ret;

	if (capability == NULL)
		return fail_clear(query, ENOTSUP, "preparing to clear", address, length);
	ret = submit(query, capability);
	if (ret == 0 && ndctl->ndctl_cmd_ars_cap_get_range(capability, &range) != 0)
		ret = -ENXIO;
	if (ret != 0)
		ret = fail_clear(query, -ret, "preparing to clear", address, length);
	else
		ret = clear_error(query, capability, &range);
	ndctl->ndctl_cmd_unref(capability);
	return ret;
}

static int ask_clear(struct query *query, struct ndctl_region *region,
		     const struct pmem2_devnode_site *site)
{
	const struct pmem2_badblock *bad = query->data;
	struct ndctl_namespace *ndns = find_namespace(query, region, site);
	unsigned long long address;
	int ret;

	if (ndns == NULL)
		return fail_vanished(query, site);
	if (site->in_volume)
		return refuse_volume(bad, query);
	if (query->ndctl->ndctl_namespace_get_btt(ndns) != NULL)
		return refuse_btt(bad, query);
	ret = find_address(query, ndns, site, &address);
	if (ret != 0)
		return ret;
	return clear_at(query, region, address + site->start + bad->offset, bad->length);
}

int pmem2_region_clear(const struct pmem2_source *src, const struct pmem2_badblock *bad)
{
	struct query query = {
		.src = src, .what = "clearing bad blocks", .ask = ask_clear, .data = (void *)bad};

	return ask(&query);
}
