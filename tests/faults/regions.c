/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations that ask libndctl and libdaxctl about a region with two DIMMs and bad blocks. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "fake_ndctl.h"
#include "fake_sysfs.h"
#include "operations.h"
#include "support.h"

#define ID "firstsecond"
#define SECTOR 512
#define PAGE ((size_t)4096)
#define BASE (1ULL << 32)

static struct fake_region *region;

/* The bad sectors begin in the second page of the block device and of the device dax. */
static void make_region(void)
{
	static const struct fake_bad bad = {PAGE / SECTOR, 1};

	memset(&fake_ndctl, 0, sizeof(fake_ndctl));
	fake_ndctl.bus_count = 1;
	fake_ndctl.buses[0].region_count = 1;
	fake_ndctl.commands.unit = 256;
	region = &fake_ndctl.buses[0].regions[0];
	region->resource = BASE;
	region->dimm_count = 2;
	region->dimms[0] = (struct fake_dimm){"first", 1};
	region->dimms[1] = (struct fake_dimm){"second", 2};
	region->namespace_count = 2;
	region->namespaces[0] = (struct fake_namespace){.name = "namespace0.0", .pfn = "pfn0.0"};
	region->namespaces[1] = (struct fake_namespace){.name = "namespace0.1",
							.dax = "dax0.0",
							.resource = BASE,
							.size = 4 << 20,
							.device = FAKE_SYSFS_DAX};
	region->namespaces[0].bad[0] = bad;
	region->bad[0] = bad;
}

static void heal(unsigned long long address, unsigned long long length)
{
	(void)address;
	(void)length;
	memset(region->bad, 0, sizeof(region->bad));
	memset(region->namespaces[0].bad, 0, sizeof(region->namespaces[0].bad));
}

static void prepare_dax(struct world *world)
{
	make_region();
	world_prepare_dax(world);
}

static void prepare_file(struct world *world)
{
	make_region();
	world_prepare_file_on_dax(world);
}

static int identify(struct world *world)
{
	world->value = sizeof(world->buffer);
	memset(world->buffer, WORLD_UNTOUCHED_VALUE, sizeof(world->buffer));
	return pmem2_source_device_id(world->src, world->buffer, &world->value);
}

static bool is_untouched(const struct world *world)
{
	for (size_t i = 0; i < sizeof(world->buffer); i++)
		if (world->buffer[i] != WORLD_UNTOUCHED_VALUE)
			return false;
	return world->value == sizeof(world->buffer);
}

static bool is_identified(const struct world *world)
{
	return strcmp(world->buffer, ID) == 0;
}

static int count_shutdowns(struct world *world)
{
	uint64_t count = WORLD_UNTOUCHED_VALUE;
	int ret = pmem2_source_device_usc(world->src, &count);

	world->value = count;
	return ret;
}

static bool has_not_counted(const struct world *world)
{
	return world->value == WORLD_UNTOUCHED_VALUE;
}

static bool has_counted(const struct world *world)
{
	return world->value == 3;
}

static int list(struct world *world)
{
	world->bbctx = WORLD_UNTOUCHED;
	return pmem2_badblock_context_new(&world->bbctx, world->src);
}

static bool has_no_context(const struct world *world)
{
	return world->bbctx == NULL;
}

static bool lists(const struct world *world, size_t length)
{
	struct pmem2_badblock found;

	return pmem2_badblock_next(world->bbctx, &found) == 0 && found.offset == PAGE &&
	       found.length == length &&
	       pmem2_badblock_next(world->bbctx, &found) == PMEM2_E_NO_BAD_BLOCK_FOUND;
}

static bool lists_sector(const struct world *world)
{
	return lists(world, SECTOR);
}

static bool lists_page(const struct world *world)
{
	return lists(world, PAGE);
}

static void prepare_to_clear_dax(struct world *world)
{
	prepare_dax(world);
	assert_success(pmem2_badblock_context_new(&world->bbctx, world->src));
	fake_ndctl.commands.on_clear = heal;
}

static void prepare_to_clear_file(struct world *world)
{
	prepare_file(world);
	assert_success(pmem2_badblock_context_new(&world->bbctx, world->src));
	fake_ndctl.commands.on_clear = heal;
}

static void prepare_to_replace(struct world *world)
{
	prepare_to_clear_file(world);
	fake_ndctl.commands.without_effect = true;
}

static int clear(struct world *world)
{
	return pmem2_badblock_clear(world->bbctx, &(struct pmem2_badblock){PAGE, PAGE});
}

static bool is_healed(const struct world *world)
{
	(void)world;
	return region->bad[0].count == 0;
}

const struct operation operations[] = {
	{
		.name = "source_device_id of device dax",
		.prepare = prepare_dax,
		.act = identify,
		.kept = is_untouched,
		.achieved = is_identified,
		.calls = 15,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "source_device_usc of a file",
		.prepare = prepare_file,
		.act = count_shutdowns,
		.kept = has_not_counted,
		.achieved = has_counted,
		.calls = 14,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "badblock_context_new of device dax",
		.prepare = prepare_dax,
		.act = list,
		.kept = has_no_context,
		.achieved = lists_sector,
		.calls = 13,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "badblock_context_new of a file",
		.prepare = prepare_file,
		.act = list,
		.kept = has_no_context,
		.achieved = lists_page,
		.calls = 20,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "badblock_clear of device dax",
		.prepare = prepare_to_clear_dax,
		.act = clear,
		.achieved = is_healed,
		.calls = 26,
		.exceptions = {{"close", 0, ANYWHERE},
			       {"munmap", 0, ANYWHERE},
			       {"pthread_sigmask", 0, FROM(21)}},
	},
	{
		.name = "badblock_clear of a file",
		.prepare = prepare_to_clear_file,
		.act = clear,
		.achieved = is_healed,
		.calls = 40,
		/* Writing need not help, nor need the command that the bus gets then. */
		.exceptions = {{"close", 0, ANYWHERE},
			       {"pwrite64", 0, ANYWHERE},
			       {"fcntl64", 0, FROM(14)},
			       {"fsync", 0, 1, 28},
			       {"malloc", -EIO, 22, 22},
			       {"readlink", -EIO, 23, 23},
			       {"open64", -EIO, 24, 24}},
	},
	{
		.name = "badblock_clear of a file that gets other blocks",
		.prepare = prepare_to_replace,
		.act = clear,
		.result = -EIO,
		.calls = 70,
		.exceptions = {{"close", -EIO, ANYWHERE},
			       {"pwrite64", -EIO, ANYWHERE},
			       {"fcntl64", -EIO, FROM(14)},
			       {"fsync", -EIO, 1, 42},
			       {"malloc", -EIO, 22, 22},
			       {"readlink", -EIO, 23, 23},
			       {"open64", -EIO, 24, 24}},
	},
};

const size_t operations_count = sizeof(operations) / sizeof(operations[0]);

const struct meaning meanings[] = {
	{"badblock_context_new of a file", "ioctl", EOPNOTSUPP, 0},
	{"badblock_clear of a file", "pwrite64", EIO, 0},
	{"badblock_clear of a file that gets other blocks", "fallocate64", EOPNOTSUPP, -EOPNOTSUPP},
};

const size_t meanings_count = sizeof(meanings) / sizeof(meanings[0]);
