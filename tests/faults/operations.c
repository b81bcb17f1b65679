/* SPDX-License-Identifier: BSD-3-Clause */
#include "operations.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bits.h"
#include "fake_sysfs.h"
#include "faults.h"
#include "support.h"

/* ---- sources and configs ------------------------------------------------ */

static void prepare_bare_file(struct world *world)
{
	world_prepare_file(world);
	pmem2_source_delete(&world->src);
}

static void prepare_bare_huge_file(struct world *world)
{
	prepare_bare_file(world);
	faults_fake_huge(world->fd);
}

static void prepare_huge_file(struct world *world)
{
	prepare_bare_huge_file(world);
	world->src = pmem2_test_source(world->fd);
}

static void prepare_bare_dax(struct world *world)
{
	world_prepare_dax(world);
	pmem2_source_delete(&world->src);
}

static int open_source(struct world *world)
{
	world->src = WORLD_UNTOUCHED;
	return pmem2_source_from_fd(&world->src, world->fd);
}

static int open_anon(struct world *world)
{
	world->src = WORLD_UNTOUCHED;
	return pmem2_source_from_anon(&world->src, WORLD_FILE_SIZE);
}

static bool has_no_source(const struct world *world)
{
	return world->src == NULL;
}

static int make_config(struct world *world)
{
	world->cfg = WORLD_UNTOUCHED;
	return pmem2_config_new(&world->cfg);
}

static bool has_no_config(const struct world *world)
{
	return world->cfg == NULL;
}

static int ask_size(struct world *world)
{
	world->value = WORLD_UNTOUCHED_VALUE;
	return pmem2_source_size(world->src, &world->value);
}

static int ask_alignment(struct world *world)
{
	world->value = WORLD_UNTOUCHED_VALUE;
	return pmem2_source_alignment(world->src, &world->value);
}

static bool value_is_untouched(const struct world *world)
{
	return world->value == WORLD_UNTOUCHED_VALUE;
}

static bool value_is_file_size(const struct world *world)
{
	return world->value == WORLD_FILE_SIZE;
}

static bool value_is_huge(const struct world *world)
{
	return world->value == 2 * PMEM2_MIB;
}

static bool value_is_dax_size(const struct world *world)
{
	return world->value == FAKE_SYSFS_DAX_SIZE;
}

static bool value_is_dax_alignment(const struct world *world)
{
	return world->value == FAKE_SYSFS_DAX_ALIGNMENT;
}

/* ---- mappings ----------------------------------------------------------- */

static void prepare_private(struct world *world)
{
	world_prepare_file(world);
	pmem2_config_set_sharing(world->cfg, PMEM2_PRIVATE);
}

static void prepare_misplaced(struct world *world)
{
	world_prepare_file(world);
	/* The request with MAP_SYNC, which is refused in any case, and the one without. */
	faults_misplace(2);
}

/* All hinted places: the arena's and eight found by searching, each with and without MAP_SYNC. */
static void prepare_always_misplaced(struct world *world)
{
	world_prepare_file(world);
	faults_misplace(2 * (1 + 8));
}

static void prepare_too_weak(struct world *world)
{
	world_prepare_file(world);
	pmem2_config_set_required_store_granularity(world->cfg, PMEM2_GRANULARITY_BYTE);
}

static void prepare_file_in_reservation(struct world *world)
{
	world_prepare_file(world);
	world_add_reservation(world);
}

static void prepare_anon_in_reservation(struct world *world)
{
	world_prepare_anon(world);
	world_add_reservation(world);
}

static void prepare_file_on_dax_in_reservation(struct world *world)
{
	world_prepare_file_on_dax(world);
	world_add_reservation(world);
}

static void prepare_dax_in_reservation(struct world *world)
{
	world_prepare_dax(world);
	world_add_reservation(world);
}

static int map(struct world *world)
{
	world->map = WORLD_UNTOUCHED;
	return pmem2_map_new(&world->map, world->cfg, world->src);
}

static bool has_no_map(const struct world *world)
{
	return world->map == NULL &&
	       (world->rsv == NULL ||
		world_is_reserved(pmem2_vm_reservation_get_address(world->rsv),
				  pmem2_vm_reservation_get_size(world->rsv)));
}

static bool has_map(const struct world *world)
{
	return pmem2_is_aligned((uintptr_t)pmem2_map_get_address(world->map), 2 * PMEM2_MIB);
}

static bool has_map_of_file(const struct world *world)
{
	return has_map(world) &&
	       world_holds_file(pmem2_map_get_address(world->map), WORLD_FILE_SIZE);
}

static bool has_map_in_reservation(const struct world *world)
{
	struct pmem2_map *found;

	return pmem2_vm_reservation_map_find_first(world->rsv, &found) == 0 &&
	       found == world->map &&
	       pmem2_map_get_address(found) == pmem2_vm_reservation_get_address(world->rsv);
}

static bool has_file_in_reservation(const struct world *world)
{
	return has_map_in_reservation(world) && has_map_of_file(world);
}

static void prepare_existing(struct world *world)
{
	world_prepare_file(world);
	world->memory =
		mmap(NULL, WORLD_FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, world->fd, 0);
	ck_assert_ptr_ne(world->memory, MAP_FAILED);
}

static int describe_existing(struct world *world)
{
	world->map = WORLD_UNTOUCHED;
	return pmem2_map_from_existing(&world->map, world->src, world->memory, WORLD_FILE_SIZE,
				       PMEM2_GRANULARITY_PAGE);
}

/* Memory that belongs to a live map already. */
static void prepare_existing_twice(struct world *world)
{
	prepare_existing(world);
	ck_assert_int_eq(describe_existing(world), 0);
}

static int describe_again(struct world *world)
{
	struct pmem2_map *again = WORLD_UNTOUCHED;
	int ret = pmem2_map_from_existing(&again, world->src, world->memory, WORLD_FILE_SIZE,
					  PMEM2_GRANULARITY_PAGE);

	world->value = (uintptr_t)again;
	return ret;
}

static bool second_map_is_untouched(const struct world *world)
{
	return world->value == (uintptr_t)WORLD_UNTOUCHED;
}

static bool map_is_untouched(const struct world *world)
{
	return world->map == WORLD_UNTOUCHED && world_holds_file(world->memory, WORLD_FILE_SIZE);
}

static void prepare_mapped(struct world *world)
{
	world_prepare_file(world);
	world_add_map(world);
}

static void prepare_described(struct world *world)
{
	prepare_existing(world);
	ck_assert_int_eq(describe_existing(world), 0);
}

static void prepare_mapped_in_reservation(struct world *world)
{
	prepare_file_in_reservation(world);
	world_add_map(world);
}

static int delete_map(struct world *world)
{
	return pmem2_map_delete(&world->map);
}

static bool left_memory(const struct world *world)
{
	return world->map == NULL && world_holds_file(world->memory, WORLD_FILE_SIZE);
}

/* ---- reservations ------------------------------------------------------- */

static int reserve(struct world *world)
{
	world->rsv = WORLD_UNTOUCHED;
	return pmem2_vm_reservation_new(&world->rsv, NULL, WORLD_RESERVATION_SIZE);
}

/* Where a reservation was a moment ago, which is known to be free. */
static void prepare_place(struct world *world)
{
	world_prepare_anon(world);
	world_add_reservation(world);
	world->value = (uintptr_t)pmem2_vm_reservation_get_address(world->rsv);
	assert_success(pmem2_vm_reservation_delete(&world->rsv));
}

static int reserve_place(struct world *world)
{
	world->rsv = WORLD_UNTOUCHED;
	return pmem2_vm_reservation_new(&world->rsv, (void *)world->value, WORLD_RESERVATION_SIZE);
}

static bool has_no_reservation(const struct world *world)
{
	return world->rsv == NULL;
}

static bool has_reservation_of(const struct world *world, size_t size)
{
	return pmem2_vm_reservation_get_size(world->rsv) == size &&
	       world_is_reserved(pmem2_vm_reservation_get_address(world->rsv), size);
}

static bool has_reservation(const struct world *world)
{
	return has_reservation_of(world, WORLD_RESERVATION_SIZE);
}

static int delete_reservation(struct world *world)
{
	return pmem2_vm_reservation_delete(&world->rsv);
}

static int extend(struct world *world)
{
	return pmem2_vm_reservation_extend(world->rsv, 2 * PMEM2_MIB);
}

static bool has_grown(const struct world *world)
{
	return has_reservation_of(world, WORLD_RESERVATION_SIZE + 2 * PMEM2_MIB);
}

static int drop_head(struct world *world)
{
	return pmem2_vm_reservation_shrink(world->rsv, 0, 2 * PMEM2_MIB);
}

static int drop_tail(struct world *world)
{
	return pmem2_vm_reservation_shrink(world->rsv, WORLD_RESERVATION_SIZE - 2 * PMEM2_MIB,
					   2 * PMEM2_MIB);
}

static bool has_shrunk(const struct world *world)
{
	return has_reservation_of(world, WORLD_RESERVATION_SIZE - 2 * PMEM2_MIB);
}

static int find(struct world *world)
{
	struct pmem2_map *found;
	int ret = pmem2_vm_reservation_map_find(world->rsv, 0, 1, &found);

	if (ret == 0)
		ret = pmem2_vm_reservation_map_find_last(world->rsv, &found);
	if (ret == 0 && pmem2_vm_reservation_map_find_next(world->rsv, found, &found) == 0)
		ret = -EEXIST;
	return ret;
}

/* ---- data --------------------------------------------------------------- */

static int read_safely(struct world *world)
{
	memset(world->buffer, 0, sizeof(world->buffer));
	return pmem2_source_pread_mcsafe(world->src, world->buffer, sizeof(world->buffer), 0);
}

static bool has_read(const struct world *world)
{
	return world_holds_file(world->buffer, sizeof(world->buffer));
}

static int write_safely(struct world *world)
{
	for (size_t i = 0; i < sizeof(world->buffer); i++)
		world->buffer[i] = world_byte(i);
	return pmem2_source_pwrite_mcsafe(world->src, world->buffer, sizeof(world->buffer), 0);
}

static void prepare_mapped_dax(struct world *world)
{
	world_prepare_dax(world);
	world_add_map(world);
}

static int flush_deeply(struct world *world)
{
	return pmem2_deep_flush(world->map, pmem2_map_get_address(world->map), WORLD_FILE_SIZE);
}

static bool has_synced(const struct world *world)
{
	return faults_synced(pmem2_map_get_address(world->map), WORLD_FILE_SIZE);
}

static int list_badblocks(struct world *world)
{
	world->bbctx = WORLD_UNTOUCHED;
	return pmem2_badblock_context_new(&world->bbctx, world->src);
}

static bool has_no_context(const struct world *world)
{
	return world->bbctx == NULL;
}

static bool has_no_badblock(const struct world *world)
{
	struct pmem2_badblock found;

	return pmem2_badblock_next(world->bbctx, &found) == PMEM2_E_NO_BAD_BLOCK_FOUND;
}

static void prepare_badblocks(struct world *world)
{
	world_prepare_file(world);
	assert_success(pmem2_badblock_context_new(&world->bbctx, world->src));
}

static int clear_badblock(struct world *world)
{
	const struct pmem2_badblock range = {.offset = 4096, .length = 4096};

	return pmem2_badblock_clear(world->bbctx, &range);
}

static int count_shutdowns(struct world *world)
{
	uint64_t count = WORLD_UNTOUCHED_VALUE;
	int ret = pmem2_source_device_usc(world->src, &count);

	world->value = count;
	return ret;
}

/* `value` is the length of the identity, the text is in `buffer`. */
static int identify(struct world *world)
{
	world->value = sizeof(world->buffer);
	memset(world->buffer, WORLD_UNTOUCHED_VALUE, sizeof(world->buffer));
	return pmem2_source_device_id(world->src, world->buffer, &world->value);
}

static bool identity_is_untouched(const struct world *world)
{
	for (size_t i = 0; i < sizeof(world->buffer); i++)
		if (world->buffer[i] != WORLD_UNTOUCHED_VALUE)
			return false;
	return world->value == sizeof(world->buffer);
}

static int ask_node(struct world *world)
{
	int node = WORLD_UNTOUCHED_VALUE;
	int ret = pmem2_source_numa_node(world->src, &node);

	world->value = (size_t)node;
	return ret;
}

static bool value_is_node(const struct world *world)
{
	return world->value == 1;
}

const struct operation operations[] = {
	{
		.name = "source_from_fd of a file",
		.prepare = prepare_bare_file,
		.act = open_source,
		.kept = has_no_source,
		.calls = 3,
	},
	{
		.name = "source_from_fd of a file on hugetlbfs",
		.prepare = prepare_bare_huge_file,
		.act = open_source,
		.kept = has_no_source,
		.calls = 4,
		.exceptions = {{"fstatfs64", 0, ANYWHERE}},
	},
	{
		.name = "source_from_fd of device dax",
		.prepare = prepare_bare_dax,
		.act = open_source,
		.kept = has_no_source,
		.calls = 5,
	},
	{
		.name = "source_from_anon",
		.prepare = world_prepare_nothing,
		.act = open_anon,
		.kept = has_no_source,
		.calls = 1,
	},
	{
		.name = "config_new",
		.prepare = world_prepare_nothing,
		.act = make_config,
		.kept = has_no_config,
		.calls = 1,
	},
	{
		.name = "source_size of a file",
		.prepare = world_prepare_file,
		.act = ask_size,
		.kept = value_is_untouched,
		.achieved = value_is_file_size,
		.calls = 1,
	},
	{
		.name = "source_size of device dax",
		.prepare = world_prepare_dax,
		.act = ask_size,
		.kept = value_is_untouched,
		.achieved = value_is_dax_size,
		.calls = 4,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "source_alignment of a file on hugetlbfs",
		.prepare = prepare_huge_file,
		.act = ask_alignment,
		.achieved = value_is_huge,
		.calls = 0,
	},
	{
		.name = "source_alignment of device dax",
		.prepare = world_prepare_dax,
		.act = ask_alignment,
		.kept = value_is_untouched,
		.achieved = value_is_dax_alignment,
		.calls = 4,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "map_new of a file",
		.prepare = world_prepare_file,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_of_file,
		.calls = 5,
	},
	{
		.name = "map_new of a file whose place is taken",
		.prepare = prepare_misplaced,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_of_file,
		.calls = 12,
		.exceptions = {{"munmap", 0, ANYWHERE}},
	},
	{
		.name = "map_new of a file whose every place is taken",
		.prepare = prepare_always_misplaced,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_of_file,
		.calls = 60,
		.exceptions = {{"munmap", 0, ANYWHERE}},
	},
	{
		.name = "map_new, private",
		.prepare = prepare_private,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_of_file,
		.calls = 4,
	},
	{
		.name = "map_new of anonymous memory",
		.prepare = world_prepare_anon,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map,
		.calls = 3,
	},
	{
		.name = "map_new refused for its granularity",
		.prepare = prepare_too_weak,
		.act = map,
		.kept = has_no_map,
		.result = PMEM2_E_GRANULARITY_NOT_SUPPORTED,
		.calls = 6,
		.exceptions = {{"munmap", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE}},
	},
	{
		.name = "map_new of a file into a reservation",
		.prepare = prepare_file_in_reservation,
		.act = map,
		.kept = has_no_map,
		.achieved = has_file_in_reservation,
		.calls = 5,
	},
	{
		.name = "map_new of anonymous memory into a reservation",
		.prepare = prepare_anon_in_reservation,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_in_reservation,
		.calls = 3,
	},
	{
		.name = "map_new of device dax",
		.prepare = world_prepare_dax,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map,
		.calls = 19,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "map_new of device dax into a reservation",
		.prepare = prepare_dax_in_reservation,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_in_reservation,
		.calls = 20,
		.exceptions = {{"close", 0, ANYWHERE}, {"munmap", 0, ANYWHERE}},
	},
	{
		.name = "map_new of a file on dax with persistent caches",
		.prepare = world_prepare_file_on_dax,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_of_file,
		.calls = 13,
		.exceptions = {{"close", 0, ANYWHERE},
			       {"ioctl", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"malloc", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"readlink", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"open64", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"read", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE}},
	},
	{
		.name = "map_new of a file on dax into a reservation",
		.prepare = prepare_file_on_dax_in_reservation,
		.act = map,
		.kept = has_no_map,
		.achieved = has_file_in_reservation,
		.calls = 15,
		.exceptions = {{"close", 0, ANYWHERE},
			       {"munmap", 0, ANYWHERE},
			       {"ioctl", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"malloc", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"readlink", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"open64", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"read", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE}},
	},
	{
		.name = "map_new of a file on a dax volume",
		.prepare = world_prepare_file_on_mapper,
		.act = map,
		.kept = has_no_map,
		.achieved = has_map_of_file,
		.calls = 20,
		.exceptions = {{"close", 0, ANYWHERE},
			       {"ioctl", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"malloc", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"readlink", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"open64", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"getdents64", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE},
			       {"read", PMEM2_E_GRANULARITY_NOT_SUPPORTED, ANYWHERE}},
	},
	{
		.name = "map_from_existing",
		.prepare = prepare_existing,
		.act = describe_existing,
		.kept = map_is_untouched,
		.calls = 2,
	},
	{
		.name = "map_from_existing of what a live map has",
		.prepare = prepare_existing_twice,
		.act = describe_again,
		.kept = second_map_is_untouched,
		.result = PMEM2_E_MAP_EXISTS,
		.calls = 1,
	},
	{
		.name = "map_delete",
		.prepare = prepare_mapped,
		.act = delete_map,
		.kept = has_map_of_file,
		.achieved = has_no_map,
		.calls = 1,
	},
	{
		.name = "map_delete of described memory",
		.prepare = prepare_described,
		.act = delete_map,
		.achieved = left_memory,
		.calls = 0,
	},
	{
		.name = "map_delete in a reservation",
		.prepare = prepare_mapped_in_reservation,
		.act = delete_map,
		.kept = has_file_in_reservation,
		.achieved = has_no_map,
		.calls = 2,
	},
	{
		.name = "vm_reservation_new",
		.prepare = world_prepare_anon,
		.act = reserve,
		.kept = has_no_reservation,
		.achieved = has_reservation,
		.calls = 3,
	},
	{
		.name = "vm_reservation_new at an address",
		.prepare = prepare_place,
		.act = reserve_place,
		.kept = has_no_reservation,
		.achieved = has_reservation,
		.calls = 3,
	},
	{
		.name = "vm_reservation_delete",
		.prepare = prepare_anon_in_reservation,
		.act = delete_reservation,
		.kept = has_reservation,
		.achieved = has_no_reservation,
		.calls = 1,
	},
	{
		.name = "vm_reservation_extend",
		.prepare = prepare_anon_in_reservation,
		.act = extend,
		.kept = has_reservation,
		.achieved = has_grown,
		.calls = 1,
	},
	{
		.name = "vm_reservation_shrink of the head",
		.prepare = prepare_anon_in_reservation,
		.act = drop_head,
		.kept = has_reservation,
		.achieved = has_shrunk,
		.calls = 1,
	},
	{
		.name = "vm_reservation_shrink of the tail",
		.prepare = prepare_anon_in_reservation,
		.act = drop_tail,
		.kept = has_reservation,
		.achieved = has_shrunk,
		.calls = 1,
	},
	{
		.name = "vm_reservation_map_find",
		.prepare = prepare_mapped_in_reservation,
		.act = find,
		.calls = 0,
	},
	{
		.name = "source_pread_mcsafe of a file",
		.prepare = world_prepare_file,
		.act = read_safely,
		.achieved = has_read,
		.calls = 2,
	},
	{
		.name = "source_pwrite_mcsafe of a file",
		.prepare = world_prepare_file,
		.act = write_safely,
		.calls = 3,
	},
	{
		.name = "source_pread_mcsafe of device dax",
		.prepare = world_prepare_dax,
		.act = read_safely,
		.achieved = has_read,
		.calls = 17,
		.exceptions = {{"close", 0, ANYWHERE},
			       {"pthread_sigmask", 0, FROM(13)},
			       {"munmap", 0, ANYWHERE}},
	},
	{
		.name = "source_pwrite_mcsafe of device dax",
		.prepare = world_prepare_dax,
		.act = write_safely,
		.calls = 17,
		.exceptions = {{"close", 0, ANYWHERE},
			       {"pthread_sigmask", 0, FROM(13)},
			       {"munmap", 0, ANYWHERE}},
	},
	{
		.name = "deep_flush of a file",
		.prepare = prepare_mapped,
		.act = flush_deeply,
		.achieved = has_synced,
		.calls = 1,
	},
	{
		.name = "deep_flush of device dax",
		.prepare = prepare_mapped_dax,
		.act = flush_deeply,
		.calls = 8,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "badblock_context_new",
		.prepare = world_prepare_file,
		.act = list_badblocks,
		.kept = has_no_context,
		.achieved = has_no_badblock,
		.calls = 8,
	},
	{
		.name = "badblock_clear",
		.prepare = prepare_badblocks,
		.act = clear_badblock,
		.calls = 3,
	},
	{
		.name = "source_device_id of a file on no NVDIMM",
		.prepare = world_prepare_file,
		.act = identify,
		.kept = identity_is_untouched,
		.result = PMEM2_E_NOSUPP,
		.calls = 4,
	},
	{
		.name = "source_device_id of device dax",
		.prepare = world_prepare_dax,
		.act = identify,
		.kept = identity_is_untouched,
		.result = PMEM2_E_NOSUPP,
		.calls = 20,
		.exceptions = {{"close", PMEM2_E_NOSUPP, ANYWHERE}},
	},
	{
		.name = "source_device_id of a file on a dax volume",
		.prepare = world_prepare_file_on_mapper,
		.act = identify,
		.kept = identity_is_untouched,
		.result = PMEM2_E_NOSUPP,
		.calls = 40,
		.exceptions = {{"close", PMEM2_E_NOSUPP, ANYWHERE}},
	},
	{
		.name = "source_device_usc of a file on no NVDIMM",
		.prepare = world_prepare_file,
		.act = count_shutdowns,
		.kept = value_is_untouched,
		.result = PMEM2_E_NOSUPP,
		.calls = 4,
	},
	{
		.name = "source_device_usc of device dax",
		.prepare = world_prepare_dax,
		.act = count_shutdowns,
		.kept = value_is_untouched,
		.result = PMEM2_E_NOSUPP,
		.calls = 20,
		.exceptions = {{"close", PMEM2_E_NOSUPP, ANYWHERE}},
	},
	{
		.name = "source_device_usc of a file on a dax volume",
		.prepare = world_prepare_file_on_mapper,
		.act = count_shutdowns,
		.kept = value_is_untouched,
		.result = PMEM2_E_NOSUPP,
		.calls = 40,
		.exceptions = {{"close", PMEM2_E_NOSUPP, ANYWHERE}},
	},
	{
		.name = "source_numa_node of a file on no NVDIMM",
		.prepare = world_prepare_file,
		.act = ask_node,
		.kept = value_is_untouched,
		.result = PMEM2_E_DAX_REGION_NOT_FOUND,
		.calls = 4,
	},
	{
		.name = "source_numa_node of device dax",
		.prepare = world_prepare_dax,
		.act = ask_node,
		.kept = value_is_untouched,
		.achieved = value_is_node,
		.calls = 6,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
	{
		.name = "source_numa_node of a file on a dax volume",
		.prepare = world_prepare_file_on_mapper,
		.act = ask_node,
		.kept = value_is_untouched,
		.achieved = value_is_node,
		.calls = 14,
		.exceptions = {{"close", 0, ANYWHERE}},
	},
};

const size_t operations_count = sizeof(operations) / sizeof(operations[0]);

const struct meaning meanings[] = {
	{"source_from_fd of a file", "fcntl64", EBADF, PMEM2_E_INVALID_FILE_HANDLE},
	{"source_from_fd of device dax", "readlink", ENOENT, -ENOENT},
	{"source_size of a file", "fstat64", EBADF, PMEM2_E_INVALID_FILE_HANDLE},
	{"source_size of device dax", "open64", ENOENT, PMEM2_E_DAX_REGION_NOT_FOUND},
	{"map_new of a file", "fstat64", EBADF, PMEM2_E_INVALID_FILE_HANDLE},
	{"map_new of a file", "mmap64", EINVAL, 0},
	{"map_new of a file", "mmap64", EOPNOTSUPP, 0},
	{"map_new of a file", "mmap64", EACCES, PMEM2_E_NO_ACCESS},
	{"map_new of a file on dax with persistent caches", "ioctl", ENOTTY, 0},
	{"map_new, private", "mmap64", EEXIST, PMEM2_E_MAPPING_EXISTS},
	{"map_new, private", "mmap64", ENOTSUP, PMEM2_E_NOSUPP},
	{"map_new, private", "mmap64", ENODEV, -ENODEV},
	{"map_new of anonymous memory", "mmap64", ENOMEM, -ENOMEM},
	{"vm_reservation_new at an address", "mmap64", EEXIST, PMEM2_E_MAPPING_EXISTS},
	{"vm_reservation_extend", "mmap64", EEXIST, PMEM2_E_MAPPING_EXISTS},
	{"source_pread_mcsafe of a file", "pread64", EINTR, 0},
	{"source_pread_mcsafe of a file", "pread64", EIO, PMEM2_E_IO_FAIL},
	{"source_pwrite_mcsafe of a file", "pwrite64", EINTR, 0},
	{"source_pwrite_mcsafe of a file", "pwrite64", EIO, PMEM2_E_IO_FAIL},
	{"deep_flush of a file", "msync", EINTR, 0},
	{"deep_flush of a file", "msync", EIO, -EIO},
	{"deep_flush of device dax", "readlink", ENOENT, PMEM2_E_DAX_REGION_NOT_FOUND},
	{"deep_flush of device dax", "write", EACCES, -EACCES},
	{"badblock_clear", "fallocate64", EOPNOTSUPP, -EOPNOTSUPP},
};

const size_t meanings_count = sizeof(meanings) / sizeof(meanings[0]);
