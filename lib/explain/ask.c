/* SPDX-License-Identifier: BSD-3-Clause */
#include "ask.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "device.h"
#include "file.h"
#include "mount.h"

size_t explain_huge_page(void)
{
	char text[EXPLAIN_NAME];

	if (explain_device_read(text, sizeof(text),
				"%s/kernel/mm/transparent_hugepage/hpage_pmd_size",
				explain_sysfs_root))
		return strtoull(text, NULL, 10);
	return (size_t)2 << 20;
}

void explain_kernel_release(char *release)
{
	struct utsname system = {0};

	uname(&system);
	snprintf(release, EXPLAIN_NAME, "%.*s", EXPLAIN_NAME - 1, system.release);
}

static void keep_message(char *text)
{
	snprintf(text, EXPLAIN_TEXT, "%s", pmem2_errormsg());
}

static void sum_bad_blocks(struct explain_identity *identity,
			   struct pmem2_badblock_context *context)
{
	struct pmem2_badblock block;
	int ret;

	while ((ret = pmem2_badblock_next(context, &block)) == 0) {
		identity->bad_blocks++;
		identity->bad_bytes += block.length;
	}
	if (ret != PMEM2_E_NO_BAD_BLOCK_FOUND) {
		identity->bad_error = ret;
		keep_message(identity->bad_message);
	}
}

static void ask_bad_blocks(struct explain_identity *identity, const struct pmem2_source *source)
{
	struct pmem2_badblock_context *context;

	identity->bad_error = pmem2_badblock_context_new(&context, source);
	if (identity->bad_error != 0) {
		keep_message(identity->bad_message);
		return;
	}
	sum_bad_blocks(identity, context);
	pmem2_badblock_context_delete(&context);
}

static void ask_identity(struct explain_identity *identity, const struct pmem2_source *source)
{
	size_t length = sizeof(identity->id);

	identity->id_error = pmem2_source_device_id(source, identity->id, &length);
	if (identity->id_error != 0)
		keep_message(identity->id_message);
	identity->usc_error = pmem2_source_device_usc(source, &identity->usc);
	if (identity->usc_error != 0)
		keep_message(identity->usc_message);
	identity->node_error = pmem2_source_numa_node(source, &identity->node);
	if (identity->node_error != 0)
		keep_message(identity->node_message);
	ask_bad_blocks(identity, source);
}

static size_t alignment_of(const void *addr)
{
	uintptr_t bits = (uintptr_t)addr;

	return bits & -bits;
}

static size_t huge_bytes(const struct explain_facts *facts, int fd, struct pmem2_map *map)
{
	size_t huge = explain_huge_page();
	size_t length = pmem2_map_get_size(map);

	if (alignment_of(pmem2_map_get_address(map)) < huge)
		return 0;
	if (facts->kind == EXPLAIN_DEVDAX)
		return facts->file.alignment >= huge ? length / huge * huge : 0;
	/* Only mappings of the device itself; those of cached pages are the kernel's choice. */
	return facts->file.synchronous ? explain_file_huge(fd, length, facts->device.start, huge)
				       : 0;
}

static void ask_map(struct explain_facts *facts, int fd, const struct pmem2_config *config,
		    const struct pmem2_source *source)
{
	struct explain_mapping *mapping = &facts->mapping;
	struct pmem2_map *map;

	mapping->error = pmem2_map_new(&map, config, source);
	if (mapping->error != 0) {
		if (mapping->error == PMEM2_E_GRANULARITY_NOT_SUPPORTED)
			mapping->cause = pmem2_refused_granularity_cause();
		keep_message(mapping->reason);
		return;
	}
	mapping->granularity = pmem2_map_get_store_granularity(map);
	mapping->cause = pmem2_map_get_granularity_cause(map);
	pmem2_map_get_granularity_reason(map, mapping->reason, sizeof(mapping->reason));
	mapping->address_alignment = alignment_of(pmem2_map_get_address(map));
	mapping->huge = huge_bytes(facts, fd, map);
	if (pmem2_map_delete(&map) != 0)
		warnx("%s: %s", facts->path, pmem2_errormsg());
}

/* The library's error, with its message set, or 0. */
static int ask_with_config(struct explain_facts *facts, int fd, struct pmem2_config *config,
			   const struct pmem2_source *source)
{
	unsigned prot =
		facts->file.read_only ? PMEM2_PROT_READ : PMEM2_PROT_READ | PMEM2_PROT_WRITE;
	int ret = pmem2_config_set_required_store_granularity(config, PMEM2_GRANULARITY_PAGE);

	if (ret == 0)
		ret = pmem2_config_set_protection(config, prot);
	if (ret == 0)
		ask_map(facts, fd, config, source);
	return ret;
}

static int ask_source(struct explain_facts *facts, int fd, const struct pmem2_source *source)
{
	struct pmem2_config *config;
	int ret = pmem2_source_size(source, &facts->file.size);

	if (ret == 0)
		ret = pmem2_source_alignment(source, &facts->file.alignment);
	if (ret != 0)
		return ret;
	explain_file_look(facts, fd);
	ret = pmem2_config_new(&config);
	if (ret != 0)
		return ret;
	ret = ask_with_config(facts, fd, config, source);
	pmem2_config_delete(&config);
	if (ret == 0)
		ask_identity(&facts->identity, source);
	return ret;
}

static bool ask_library(struct explain_facts *facts, int fd)
{
	struct pmem2_source *source;
	int ret = pmem2_source_from_fd(&source, fd);

	if (ret == 0) {
		ret = ask_source(facts, fd, source);
		pmem2_source_delete(&source);
	}
	/* The message tells a descriptor's number, which the user never saw. */
	if (ret != 0)
		warnx("%s: %s (file descriptor %d is this file)", facts->path, pmem2_errormsg(),
		      fd);
	return ret == 0;
}

bool explain_ask(struct explain_facts *facts)
{
	struct stat st;
	int fd = explain_file_open(facts, &st);
	bool block = facts->kind != EXPLAIN_DEVDAX;
	bool asked;

	if (fd < 0)
		return false;
	if (block)
		explain_mount_find(&facts->mount, fd);
	explain_kernel_release(facts->kernel);
	facts->machine_has_region = explain_device_any_region();
	explain_device_find(&facts->device, block, block ? st.st_dev : st.st_rdev);
	asked = ask_library(facts, fd);
	close(fd);
	return asked;
}
