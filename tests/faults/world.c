/* SPDX-License-Identifier: BSD-3-Clause */
#include "world.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_sysfs.h"
#include "faults.h"
#include "support.h"

char world_byte(size_t offset)
{
	return (char)(offset * 7 + offset / 251);
}

bool world_holds_file(const void *memory, size_t length)
{
	const char *bytes = memory;

	for (size_t i = 0; i < length; i++)
		if (bytes[i] != world_byte(i))
			return false;
	return true;
}

void world_prepare_nothing(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->fd = -1;
}

static int open_file(size_t size)
{
	char page[4096];
	int fd = pmem2_test_file(size);

	for (size_t at = 0; at < WORLD_FILE_SIZE; at += sizeof(page)) {
		for (size_t i = 0; i < sizeof(page); i++)
			page[i] = world_byte(at + i);
		ck_assert_int_eq(pwrite(fd, page, sizeof(page), (off_t)at), sizeof(page));
	}
	return fd;
}

static void prepare_fd(struct world *world, size_t size, enum pmem2_granularity granularity)
{
	world_prepare_nothing(world);
	world->fd = open_file(size);
	world->cfg = pmem2_test_config(granularity);
}

void world_prepare_file(struct world *world)
{
	prepare_fd(world, WORLD_FILE_SIZE, PMEM2_GRANULARITY_PAGE);
	world->src = pmem2_test_source(world->fd);
}

void world_prepare_anon(struct world *world)
{
	world_prepare_nothing(world);
	world->cfg = pmem2_test_config(PMEM2_GRANULARITY_BYTE);
	assert_success(pmem2_source_from_anon(&world->src, WORLD_FILE_SIZE));
}

void world_prepare_dax(struct world *world)
{
	prepare_fd(world, FAKE_SYSFS_DAX_SIZE, PMEM2_GRANULARITY_CACHE_LINE);
	faults_fake_device(world->fd, true, FAKE_SYSFS_DAX);
	world->src = pmem2_test_source(world->fd);
}

void world_prepare_file_on_dax(struct world *world)
{
	prepare_fd(world, WORLD_FILE_SIZE, PMEM2_GRANULARITY_BYTE);
	faults_fake_device(world->fd, false, FAKE_SYSFS_BLOCK);
	world->src = pmem2_test_source(world->fd);
}

void world_prepare_file_on_mapper(struct world *world)
{
	prepare_fd(world, WORLD_FILE_SIZE, PMEM2_GRANULARITY_BYTE);
	faults_fake_device(world->fd, false, FAKE_SYSFS_MAPPER);
	world->src = pmem2_test_source(world->fd);
}

void world_add_reservation(struct world *world)
{
	assert_success(pmem2_vm_reservation_new(&world->rsv, NULL, WORLD_RESERVATION_SIZE));
	pmem2_config_set_vm_reservation(world->cfg, world->rsv, 0);
}

void world_add_map(struct world *world)
{
	assert_success(pmem2_map_new(&world->map, world->cfg, world->src));
}

void world_tear_down(struct world *world)
{
	if (world->map != NULL)
		assert_success(pmem2_map_delete(&world->map));
	if (world->rsv != NULL)
		assert_success(pmem2_vm_reservation_delete(&world->rsv));
	if (world->memory != NULL)
		ck_assert_int_eq(munmap(world->memory, WORLD_FILE_SIZE), 0);
	pmem2_badblock_context_delete(&world->bbctx);
	pmem2_config_delete(&world->cfg);
	pmem2_source_delete(&world->src);
	faults_fake_device(-1, false, 0);
	faults_fake_huge(-1);
	if (world->fd >= 0)
		ck_assert_int_eq(close(world->fd), 0);
}

/* How many bytes of [from, to) the line of /proc/self/maps holds as inaccessible space. */
static size_t reserved_part(const char *line, uintptr_t from, uintptr_t to)
{
	uintptr_t start, end;
	char permissions[5];

	ck_assert_int_eq(sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, permissions),
			 3);
	if (start < from)
		start = from;
	if (end > to)
		end = to;
	return strcmp(permissions, "---p") == 0 && start < end ? end - start : 0;
}

bool world_is_reserved(const void *addr, size_t length)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t reserved = 0;
	char line[512];

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof(line), maps) != NULL)
		reserved += reserved_part(line, (uintptr_t)addr, (uintptr_t)addr + length);
	fclose(maps);
	return reserved == length;
}
