/* SPDX-License-Identifier: BSD-3-Clause */
#include "sample.h"

#include <errno.h>

#define MIB ((size_t)1 << 20)

static const struct explain_region nfit = {
	.name = "region0",
	.provider = "ACPI.NFIT",
	.domain = "memory_controller",
	.space = "namespace0.0",
	.mode = "fsdax",
};

struct explain_facts sample_fsdax(void)
{
	return (struct explain_facts){
		.path = "/mnt/pmem/file",
		.kind = EXPLAIN_FILE,
		.file = {.size = 4 * MIB,
			 .alignment = 4096,
			 .block = 4096,
			 .dax = EXPLAIN_YES,
			 .dax_flag = EXPLAIN_NO,
			 .encrypted = EXPLAIN_NO,
			 .synchronous = true},
		.mount = {.known = true,
			  .type = "ext4",
			  .point = "/mnt/pmem",
			  .source = "/dev/pmem0",
			  .options = "rw,dax=always"},
		.device = {.name = "pmem0", .dax = EXPLAIN_YES, .region = {nfit}, .regions = 1},
		.mapping = {.granularity = PMEM2_GRANULARITY_CACHE_LINE,
			    .address_alignment = 2 * MIB,
			    .huge = 2 * MIB,
			    .cause = PMEM2_CAUSE_NO_CPU_CACHE,
			    .reason = "the reason"},
		.identity = {.id = "8680-56341200", .usc = 3, .node = 0},
		.kernel = "6.1.0",
		.machine_has_region = true,
	};
}

struct explain_facts sample_refused(void)
{
	struct explain_facts facts = sample_fsdax();

	facts.file.dax = EXPLAIN_NO;
	facts.file.synchronous = false;
	facts.file.refusal = EOPNOTSUPP;
	facts.mapping.granularity = PMEM2_GRANULARITY_PAGE;
	facts.mapping.cause = PMEM2_CAUSE_NO_MAP_SYNC;
	facts.mapping.huge = 0;
	return facts;
}

struct explain_facts sample_devdax(void)
{
	struct explain_facts facts = sample_fsdax();

	facts.path = "/dev/dax0.0";
	facts.kind = EXPLAIN_DEVDAX;
	facts.file =
		(struct explain_file){.size = 126 * MIB, .alignment = 2 * MIB, .synchronous = true};
	facts.mount = (struct explain_mount){0};
	facts.device.dax = EXPLAIN_UNKNOWN;
	facts.device.region[0].mode[0] = '\0';
	return facts;
}
