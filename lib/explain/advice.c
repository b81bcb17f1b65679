/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Facts of file systems: Documentation/filesystems/dax.rst of the Linux source; xfs(5) and ext4(5).
 * Commands are those of ndctl, util-linux, e2fsprogs and xfsprogs.
 */
#include "advice.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mount.h"

static bool is_type(const struct explain_facts *facts, const char *type)
{
	return strcmp(facts->mount.type, type) == 0;
}

/* Those that can map a file's blocks directly. */
static bool can_dax(const struct explain_facts *facts)
{
	return is_type(facts, "ext4") || is_type(facts, "xfs") || is_type(facts, "ext2");
}

/* Those whose data have no device of their own. */
static const char *why_no_device(const struct explain_facts *facts)
{
	static const struct {
		const char *type, *why;
	} types[] = {
		{"tmpfs", "tmpfs is memory that a loss of power empties"},
		{"ramfs", "ramfs is memory that a loss of power empties"},
		{"hugetlbfs", "hugetlbfs is memory that a loss of power empties"},
		{"overlay", "an overlay, as containers have, does not pass MAP_SYNC on"},
		{"nfs", "a file system on another machine cannot be mapped directly"},
		{"nfs4", "a file system on another machine cannot be mapped directly"},
		{"9p", "a file system on another machine cannot be mapped directly"},
		{"virtiofs", "a file system of the host cannot be mapped with MAP_SYNC"},
	};

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (is_type(facts, types[i].type))
			return types[i].why;
	}
	return NULL;
}

static void advise_place(struct explain_lines *advice, const struct explain_facts *facts,
			 const char *why)
{
	if (facts->machine_has_region)
		explain_say(advice,
			    "%s; put the file on a file system with DAX on one of this machine's "
			    "namespaces (pmem2-explain without a path lists the regions)",
			    why);
	else
		explain_say(advice,
			    "%s; this machine has no NVDIMM region, so PAGE is the best that it "
			    "can give",
			    why);
}

static void advise_mount(struct explain_lines *advice, const struct explain_facts *facts)
{
	explain_say(advice, "the file system is not mounted for DAX; mount it again with -o dax");
	explain_say(advice, "umount '%s' && mount -o dax '%s' '%s'", facts->mount.point,
		    facts->mount.source, facts->mount.point);
}

static void advise_mode(struct explain_lines *advice, const struct explain_region *region)
{
	explain_say(
		advice,
		"%s is in %s mode, which cannot be mapped directly; make it fsdax (this destroys "
		"what is on it)",
		region->space, region->mode);
	explain_say(advice, "ndctl create-namespace --force --reconfig=%s --mode=fsdax",
		    region->space);
}

static void advise_explicit_flush(struct explain_lines *advice, const struct explain_region *region)
{
	explain_say(
		advice,
		"%s (%s) is flushed by a call for each write, so PAGE is the best that a file on "
		"it can have; let the host give an NVDIMM instead of it",
		region->name, region->provider);
}

static bool is_blocked_by_size(const struct explain_facts *facts)
{
	return facts->file.block != 0 && facts->file.block != (size_t)sysconf(_SC_PAGESIZE);
}

static void advise_format(struct explain_lines *advice, const struct explain_facts *facts)
{
	long page = sysconf(_SC_PAGESIZE);

	explain_say(advice,
		    "the file system has blocks of %zu bytes, DAX needs those of a page, %ld; make "
		    "it anew (this destroys what is on it)",
		    facts->file.block, page);
	explain_say(advice,
		    is_type(facts, "xfs") ? "mkfs.xfs -f -b size=%ld '%s'"
					  : "mkfs.ext4 -b %ld '%s'",
		    page, facts->mount.source);
}

/* XFS has both on one volume since Linux 6.0. */
static bool is_blocked_by_reflink(const struct explain_facts *facts)
{
	return facts->file.reflink == EXPLAIN_YES && strtol(facts->kernel, NULL, 10) < 6;
}

/* Of an ext4 or XFS file on a device that can be mapped directly. */
static void advise_file(struct explain_lines *advice, const struct explain_facts *facts)
{
	if (is_blocked_by_size(facts)) {
		advise_format(advice, facts);
	} else if (is_blocked_by_reflink(facts)) {
		explain_say(
			advice,
			"Linux %s cannot have DAX on XFS with shared blocks (reflink); make the "
			"file system anew without (this destroys what is on it)",
			facts->kernel);
		explain_say(advice, "mkfs.xfs -f -m reflink=0 '%s'", facts->mount.source);
	} else if (facts->file.encrypted == EXPLAIN_YES) {
		explain_say(advice,
			    "the file is encrypted, and such files are not mapped directly; put "
			    "it in a directory that is not");
	} else if (facts->file.dax_flag == EXPLAIN_YES &&
		   !explain_mount_has(&facts->mount, "dax=never")) {
		explain_say(
			advice,
			"the file is to be in DAX mode, but was open or in memory when it was told "
			"so; close it everywhere and drop what the kernel remembers of it");
		explain_say(advice, "sync && echo 2 > /proc/sys/vm/drop_caches");
	} else {
		advise_mount(advice, facts);
	}
}

static void advise_device(struct explain_lines *advice, const struct explain_facts *facts)
{
	const struct explain_device *device = &facts->device;
	const struct explain_region *region = &device->region[0];
	bool dax_mode = strcmp(region->mode, "fsdax") == 0 || region->mode[0] == '\0';

	if (region->explicit_flush)
		advise_explicit_flush(advice, region);
	else if (!dax_mode && device->dax != EXPLAIN_YES)
		advise_mode(advice, region);
	else if (device->volume && device->dax == EXPLAIN_NO)
		explain_say(
			advice,
			"the volume %s has a part or a kind that cannot be mapped directly; linear "
			"and striped volumes of fsdax namespaces can",
			device->name);
	else if (device->disk[0] != '\0' &&
		 device->start % (unsigned long)sysconf(_SC_PAGESIZE) != 0)
		explain_say(advice,
			    "the partition %s starts at byte %llu, in the middle of a page; move "
			    "it to a "
			    "multiple of 2 MiB",
			    device->name, device->start);
	else if (!can_dax(facts))
		explain_say(advice, "%s has no DAX; use ext4 or xfs on '%s', mounted with -o dax",
			    facts->mount.known ? facts->mount.type : "the file system",
			    facts->mount.known ? facts->mount.source : device->name);
	else
		advise_file(advice, facts);
}

static void advise_map_sync(struct explain_lines *advice, const struct explain_facts *facts)
{
	const char *why = why_no_device(facts);

	if (why == NULL && facts->device.loop)
		why = "a loop device is a file behind the page cache";
	if (why == NULL && facts->device.name[0] == '\0')
		why = "the device beneath the file system is not known to sysfs";
	if (why == NULL && facts->device.regions == 0)
		why = "the device beneath the file system is not persistent memory";
	if (why != NULL)
		advise_place(advice, facts, why);
	else
		advise_device(advice, facts);
}

static void advise_no_region(struct explain_lines *advice, const struct explain_facts *facts)
{
	if (facts->kind == EXPLAIN_DEVDAX)
		explain_say(advice,
			    "%s is memory without an NVDIMM region, such as volatile CXL or "
			    "high-bandwidth memory: nothing makes it survive a loss of power",
			    facts->device.name[0] != '\0' ? facts->device.name : "the device");
	else
		explain_say(advice,
			    "no NVDIMM region is known beneath the file system; where /sys of "
			    "the host is hidden, as in some containers, make it visible");
}

/* The first that is not flushed; there may be better ones beside it. */
static void advise_no_cpu_cache(struct explain_lines *advice, const struct explain_device *device)
{
	unsigned kept = device->regions < EXPLAIN_REGIONS ? device->regions : EXPLAIN_REGIONS;

	for (unsigned i = 0; i < kept; i++) {
		if (strcmp(device->region[i].domain, "cpu_cache") == 0)
			continue;
		explain_say(advice,
			    "BYTE needs a platform that flushes its CPU caches when power fails "
			    "(eADR), "
			    "and for %s firmware tells none; if it has a switch for it, turn it on",
			    device->region[i].name);
		return;
	}
}

static void advise_other(struct explain_lines *advice, const struct explain_facts *facts)
{
	switch (facts->mapping.cause) {
	case PMEM2_CAUSE_ENVIRONMENT:
		explain_say(advice, "let the media decide");
		explain_say(advice, "unset PMEM2_FORCE_GRANULARITY");
		break;
	case PMEM2_CAUSE_NO_WRITEBACK:
		explain_say(advice,
			    "programs cannot write cache lines back on this CPU; use another");
		break;
	case PMEM2_CAUSE_REGION_UNREADABLE:
		explain_say(advice,
			    "let this user read /sys, where the region's persistence domain "
			    "stands");
		break;
	case PMEM2_CAUSE_REALTIME_DEVICE:
		explain_say(advice, "put the file on the data device of its file system");
		explain_say(advice,
			    "xfs_io -c 'chattr -t' DIRECTORY, then make the file anew there");
		break;
	default:
		explain_say(advice, "the message tells what has to be different");
		break;
	}
}

void explain_advise(struct explain_lines *advice, const struct explain_facts *facts)
{
	const struct explain_mapping *mapping = &facts->mapping;

	switch (mapping->cause) {
	case PMEM2_CAUSE_CPU_CACHE:
		break;
	case PMEM2_CAUSE_NO_MAP_SYNC:
		advise_map_sync(advice, facts);
		break;
	case PMEM2_CAUSE_EXPLICIT_FLUSH:
		explain_say(
			advice,
			"%s is flushed by a call for each write, which device dax has not; make it "
			"fsdax with a file system, for PAGE (this destroys what is on it)",
			facts->device.region[0].space);
		explain_say(advice, "ndctl create-namespace --force --reconfig=%s --mode=fsdax",
			    facts->device.region[0].space);
		break;
	case PMEM2_CAUSE_NO_REGION:
		advise_no_region(advice, facts);
		break;
	case PMEM2_CAUSE_NO_CPU_CACHE:
		advise_no_cpu_cache(advice, &facts->device);
		break;
	default:
		advise_other(advice, facts);
		break;
	}
}
