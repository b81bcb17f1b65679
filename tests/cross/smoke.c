/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The main paths of the library in plain C, for machines that have nothing but
 * a C library. Usage: smoke FOLDER REASON, where REASON is part of the message
 * that refuses a finer granularity than PAGE to a file of FOLDER.
 */
#include <fcntl.h>
#include <libpmem2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define FILE_PAGES 4
#define AREA 512

static const char *folder;
static const char *reason;
static bool has_write_back;
static int fd;
static struct pmem2_source *src;
static struct pmem2_config *cfg;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail(__LINE__, #condition);                                                \
	} while (0)

static void fail(int line, const char *condition)
{
	fprintf(stderr, "smoke.c:%d: %s does not hold; last message: %s\n", line, condition,
		pmem2_errormsg());
	exit(1);
}

static void open_file(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/smoke-XXXXXX", folder);
	fd = mkstemp(path);
	CHECK(fd >= 0);
	CHECK(unlink(path) == 0);
	CHECK(ftruncate(fd, (off_t)(FILE_PAGES * PAGE)) == 0);
	CHECK(pmem2_source_from_fd(&src, fd) == 0);
	CHECK(pmem2_config_new(&cfg) == 0);
	CHECK(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE) == 0);
}

static void close_file(void)
{
	CHECK(pmem2_config_delete(&cfg) == 0);
	CHECK(pmem2_source_delete(&src) == 0);
	close(fd);
}

static struct pmem2_map *map_file(void)
{
	struct pmem2_map *map;

	CHECK(pmem2_map_new(&map, cfg, src) == 0);
	return map;
}

static void check_source(void)
{
	size_t value;

	CHECK(pmem2_source_size(src, &value) == 0 && value == FILE_PAGES * PAGE);
	CHECK(pmem2_source_alignment(src, &value) == 0 && value == PAGE);
}

static void check_stores_reach_the_file(void)
{
	struct pmem2_map *map = map_file();
	char *content = pmem2_map_get_address(map);
	char back[16] = "";

	CHECK(pmem2_map_get_store_granularity(map) == PMEM2_GRANULARITY_PAGE);
	CHECK(pmem2_map_get_size(map) == FILE_PAGES * PAGE);
	CHECK((size_t)content % ((size_t)2 << 20) == 0);
	pmem2_get_memcpy_fn(map)(content + PAGE - 3, "text", 5, 0);
	content[0] = 'x';
	pmem2_get_persist_fn(map)(content, 1);
	CHECK(pmem2_deep_flush(map, content, FILE_PAGES * PAGE) == 0);
	CHECK(pmem2_map_delete(&map) == 0 && map == NULL);
	CHECK(pread(fd, back, 5, (off_t)PAGE - 3) == 5 && strcmp(back, "text") == 0);
	CHECK(pread(fd, back, 1, 0) == 1 && back[0] == 'x');
}

/* A file gets no more than PAGE here, and the message says why. */
static void check_refusals(void)
{
	static const enum pmem2_granularity finer[] = {PMEM2_GRANULARITY_BYTE,
						       PMEM2_GRANULARITY_CACHE_LINE};
	struct pmem2_map *map;

	for (size_t i = 0; i < 2; i++) {
		CHECK(pmem2_config_set_required_store_granularity(cfg, finer[i]) == 0);
		CHECK(pmem2_map_new(&map, cfg, src) == PMEM2_E_GRANULARITY_NOT_SUPPORTED);
		CHECK(map == NULL);
		CHECK(strstr(pmem2_errormsg(), reason) != NULL);
	}
	CHECK(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE) == 0);
}

static void check_private_maps_are_byte_granular(void)
{
	struct pmem2_map *map;

	CHECK(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE) == 0);
	map = map_file();
	CHECK(pmem2_map_get_store_granularity(map) == PMEM2_GRANULARITY_BYTE);
	CHECK(pmem2_map_delete(&map) == 0);
	CHECK(pmem2_config_set_sharing(cfg, PMEM2_SHARED) == 0);
}

/* The generators of test data; every byte tells its place. */
static unsigned char pattern(size_t at)
{
	return (unsigned char)(at * 7 + at / 256 + 1);
}

static void check_copy(pmem2_memmove_fn copy, unsigned char *area, size_t to, size_t from,
		       size_t length, unsigned flags)
{
	unsigned char expected[AREA];

	for (size_t i = 0; i < AREA; i++)
		expected[i] = area[i] = pattern(i);
	for (size_t i = 0; i < length; i++)
		expected[to + i] = pattern(from + i);
	CHECK(copy(area + to, area + from, length, flags) == area + to);
	CHECK(memcmp(area, expected, AREA) == 0);
}

static void check_fill(pmem2_memset_fn fill, unsigned char *area, size_t to, size_t length,
		       unsigned flags)
{
	unsigned char expected[AREA];

	for (size_t i = 0; i < AREA; i++)
		expected[i] = area[i] = pattern(i);
	for (size_t i = 0; i < length; i++)
		expected[to + i] = 0xa7;
	CHECK(fill(area + to, 0x5a7, length, flags) == area + to);
	CHECK(memcmp(area, expected, AREA) == 0);
}

/* Every alignment of both ends, disjoint and overlapping either way. */
static void check_bytes(struct pmem2_map *map, unsigned flags)
{
	static const size_t lengths[] = {0, 1, 2, 7, 8, 9, 15, 16, 31, 63, 64, 65, 100, 200};
	unsigned char *area = pmem2_map_get_address(map);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (size_t to = 64; to < 80; to++) {
			check_fill(pmem2_get_memset_fn(map), area, to, lengths[i], flags);
			for (size_t from = 55; from < 90; from++) {
				check_copy(pmem2_get_memmove_fn(map), area, to, from, lengths[i],
					   flags);
				check_copy(pmem2_get_memcpy_fn(map), area, to, from + 210,
					   lengths[i], flags);
			}
		}
	}
}

static void check_anonymous(void)
{
	struct pmem2_source *anonymous;
	struct pmem2_map *map;

	CHECK(pmem2_source_from_anon(&anonymous, 4 * PAGE) == 0);
	CHECK(pmem2_map_new(&map, cfg, anonymous) == 0);
	CHECK(pmem2_map_get_store_granularity(map) == PMEM2_GRANULARITY_BYTE);
	check_bytes(map, 0);
	pmem2_get_flush_fn(map)(pmem2_map_get_address(map), PAGE);
	pmem2_get_drain_fn(map)();
	CHECK(pmem2_map_delete(&map) == 0);
	CHECK(pmem2_source_delete(&anonymous) == 0);
}

static void check_forced(const char *value, enum pmem2_granularity granularity)
{
	struct pmem2_map *map;
	char back[5] = "";

	CHECK(setenv("PMEM2_FORCE_GRANULARITY", value, 1) == 0);
	map = map_file();
	CHECK(pmem2_map_get_store_granularity(map) == granularity);
	check_bytes(map, PMEM2_F_MEM_NOFLUSH);
	pmem2_get_memcpy_fn(map)(pmem2_map_get_address(map), "kept", 5, 0);
	pmem2_get_persist_fn(map)(pmem2_map_get_address(map), 5);
	CHECK(pmem2_map_delete(&map) == 0);
	CHECK(unsetenv("PMEM2_FORCE_GRANULARITY") == 0);
	CHECK(pread(fd, back, 5, 0) == 5 && strcmp(back, "kept") == 0);
}

static void check_reservation(void)
{
	struct pmem2_vm_reservation *rsv;
	struct pmem2_map *map;
	struct pmem2_map *found;
	size_t size = 2 * FILE_PAGES * PAGE;

	CHECK(pmem2_vm_reservation_new(&rsv, NULL, size) == 0);
	CHECK(pmem2_config_set_vm_reservation(cfg, rsv, PAGE) == 0);
	map = map_file();
	CHECK((char *)pmem2_map_get_address(map) ==
	      (char *)pmem2_vm_reservation_get_address(rsv) + PAGE);
	CHECK(pmem2_vm_reservation_map_find(rsv, 0, size, &found) == 0 && found == map);
	CHECK(pmem2_map_new(&found, cfg, src) == PMEM2_E_MAPPING_EXISTS);
	CHECK(pmem2_vm_reservation_delete(&rsv) == PMEM2_E_VM_RESERVATION_NOT_EMPTY);
	CHECK(pmem2_map_delete(&map) == 0);
	CHECK(pmem2_vm_reservation_map_find_first(rsv, &found) == PMEM2_E_MAPPING_NOT_FOUND);
	CHECK(pmem2_config_set_vm_reservation(cfg, NULL, 0) == 0);
	CHECK(pmem2_vm_reservation_shrink(rsv, size - PAGE, PAGE) == 0);
	CHECK(pmem2_vm_reservation_extend(rsv, PAGE) == 0);
	CHECK(pmem2_vm_reservation_get_size(rsv) == size);
	CHECK(pmem2_vm_reservation_delete(&rsv) == 0);
}

static void check_errors(void)
{
	struct pmem2_source *refused;
	int pipes[2];

	CHECK(pipe(pipes) == 0);
	CHECK(pmem2_source_from_fd(&refused, pipes[0]) == PMEM2_E_INVALID_FILE_TYPE);
	CHECK(refused == NULL && pmem2_errormsg()[0] != '\0');
	CHECK(pmem2_source_from_fd(&refused, -1) == PMEM2_E_INVALID_FILE_HANDLE);
	CHECK(pmem2_err_to_errno(-5) == 5);
	close(pipes[0]);
	close(pipes[1]);
}

static void check_reads_and_writes(void)
{
	char back[5] = "";

	CHECK(pmem2_source_pwrite_mcsafe(src, "safe", 5, 100) == 0);
	CHECK(pmem2_source_pread_mcsafe(src, back, 5, 100) == 0 && strcmp(back, "safe") == 0);
	CHECK(pmem2_source_pread_mcsafe(src, back, 5, FILE_PAGES * PAGE) ==
	      PMEM2_E_LENGTH_OUT_OF_RANGE);
}

int main(int argc, char *argv[])
{
	if (argc < 3)
		return 2;
	folder = argv[1];
	reason = argv[2];
	/* A third word stands for a CPU that has none. */
	has_write_back = argc == 3;
	open_file();
	check_source();
	check_stores_reach_the_file();
	check_refusals();
	check_private_maps_are_byte_granular();
	check_anonymous();
	check_forced("BYTE", has_write_back ? PMEM2_GRANULARITY_BYTE : PMEM2_GRANULARITY_PAGE);
	check_forced("CACHE_LINE",
		     has_write_back ? PMEM2_GRANULARITY_CACHE_LINE : PMEM2_GRANULARITY_PAGE);
	check_reservation();
	check_errors();
	check_reads_and_writes();
	close_file();
	printf("all done\n");
	return 0;
}
