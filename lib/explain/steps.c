/* SPDX-License-Identifier: BSD-3-Clause */
#include "steps.h"

#include <string.h>

const char *explain_granularity(enum pmem2_granularity granularity)
{
	static const char *const names[] = {
		[PMEM2_GRANULARITY_BYTE] = "BYTE",
		[PMEM2_GRANULARITY_CACHE_LINE] = "CACHE_LINE",
		[PMEM2_GRANULARITY_PAGE] = "PAGE",
	};

	return names[granularity];
}

const char *explain_cause(enum pmem2_granularity_cause cause)
{
	static const char *const names[] = {
		[PMEM2_CAUSE_NONE] = "none",
		[PMEM2_CAUSE_NOT_SHARED] = "not_shared",
		[PMEM2_CAUSE_CALLER] = "caller",
		[PMEM2_CAUSE_ENVIRONMENT] = "environment",
		[PMEM2_CAUSE_CONFIG] = "config",
		[PMEM2_CAUSE_NO_WRITEBACK] = "no_writeback",
		[PMEM2_CAUSE_NO_MAP_SYNC] = "no_map_sync",
		[PMEM2_CAUSE_EXPLICIT_FLUSH] = "explicit_flush",
		[PMEM2_CAUSE_REGION_UNREADABLE] = "region_unreadable",
		[PMEM2_CAUSE_REALTIME_DEVICE] = "realtime_device",
		[PMEM2_CAUSE_NO_REGION] = "no_region",
		[PMEM2_CAUSE_NO_CPU_CACHE] = "no_cpu_cache",
		[PMEM2_CAUSE_CPU_CACHE] = "cpu_cache",
	};

	return names[cause];
}

static void say_what_is_mapped(struct explain_lines *steps, const struct explain_facts *facts)
{
	const struct explain_mount *mount = &facts->mount;
	const char *kind =
		facts->kind == EXPLAIN_FILE ? "a regular file" : "a file in this directory";

	if (facts->kind == EXPLAIN_DEVDAX)
		explain_say(steps,
			    "device dax is mapped shared, with nothing between program and media");
	else if (mount->known)
		explain_say(steps, "%s on %s is mapped shared", kind, mount->type);
	else
		explain_say(steps, "%s is mapped shared", kind);
}

static void say_map_sync(struct explain_lines *steps, const struct explain_facts *facts)
{
	if (facts->kind == EXPLAIN_DEVDAX)
		return;
	if (facts->file.synchronous)
		explain_say(steps,
			    "mmap grants MAP_SYNC: stores go to the media, and the file system "
			    "keeps its metadata in step");
	else
		explain_say(steps, "mmap refuses MAP_SYNC: %s%s", strerror(facts->file.refusal),
			    facts->file.dax == EXPLAIN_NO
				    ? "; the file is not in DAX mode, stores go to "
				      "the page cache"
				    : "");
}

static const char *domain_words(const struct explain_region *region)
{
	if (strcmp(region->domain, "cpu_cache") == 0)
		return "cpu_cache: CPU caches are flushed when power fails (eADR)";
	if (strcmp(region->domain, "memory_controller") == 0)
		return "memory_controller: CPU caches are lost when power fails (ADR)";
	return region->domain[0] != '\0' ? region->domain : "not told";
}

/* Only where the answer can count: the region is looked at once MAP_SYNC was granted. */
static void say_regions(struct explain_lines *steps, const struct explain_facts *facts)
{
	unsigned kept = facts->device.regions;

	if (!facts->file.synchronous)
		return;
	if (facts->device.regions == 0)
		explain_say(steps, "no NVDIMM region beneath it is known");
	if (facts->device.regions > 2) {
		explain_say(steps, "%u regions are beneath it; the weakest decides",
			    facts->device.regions);
		kept = 0;
	}
	for (unsigned i = 0; i < kept; i++) {
		const struct explain_region *region = &facts->device.region[i];
		explain_say(steps, "%s%s has the persistence domain %s", region->name,
			    region->explicit_flush ? " needs a call for each flush, and" : "",
			    domain_words(region));
	}
}

/* Causes that the steps before do not tell, which are about the file, mmap and regions. */
static bool is_of_its_own(enum pmem2_granularity_cause cause)
{
	switch (cause) {
	case PMEM2_CAUSE_NO_MAP_SYNC:
	case PMEM2_CAUSE_NO_REGION:
	case PMEM2_CAUSE_NO_CPU_CACHE:
	case PMEM2_CAUSE_CPU_CACHE:
		return false;
	default:
		return true;
	}
}

static void say_result(struct explain_lines *steps, const struct explain_mapping *mapping)
{
	if (mapping->error != 0 || is_of_its_own(mapping->cause))
		explain_say(steps, "%s", mapping->reason);
	if (mapping->error != 0)
		explain_say(steps, "so it is not mapped: %s", pmem2_err_name(mapping->error));
	else
		explain_say(steps, "so the granularity is %s",
			    explain_granularity(mapping->granularity));
}

void explain_steps(struct explain_lines *steps, const struct explain_facts *facts)
{
	say_what_is_mapped(steps, facts);
	say_map_sync(steps, facts);
	say_regions(steps, facts);
	say_result(steps, &facts->mapping);
}
