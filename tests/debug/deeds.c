/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does the deed named by the first argument, in a file named by the second: what the library
 * allows (and then prints "done"), or what the debug library stops programs for.
 */
#include <fcntl.h>
#include <libpmem2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))

static int file;

static void need(int good, const char *what)
{
	if (!good) {
		fprintf(stderr, "deeds: %s: %s\n", what, pmem2_errormsg());
		exit(2);
	}
}

/* Map `length` bytes of the file, or of anonymous memory for a descriptor of -1. */
static struct pmem2_map *map_at(struct pmem2_vm_reservation *rsv, size_t offset, int fd,
				size_t length)
{
	struct pmem2_source *src;
	struct pmem2_config *cfg;
	struct pmem2_map *map;

	need((fd < 0 ? pmem2_source_from_anon(&src, length) : pmem2_source_from_fd(&src, fd)) == 0,
	     "source");
	need(pmem2_config_new(&cfg) == 0, "config");
	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE);
	pmem2_config_set_length(cfg, length);
	pmem2_config_set_vm_reservation(cfg, rsv, offset);
	need(pmem2_map_new(&map, cfg, src) == 0, "map");
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	return map;
}

static struct pmem2_map *map_file(void)
{
	return map_at(NULL, 0, file, 2 * PAGE);
}

static char *address(struct pmem2_map *map)
{
	return pmem2_map_get_address(map);
}

static void persist_on_the_stack(void)
{
	char here[64] = "";

	pmem2_get_persist_fn(map_file())(here, sizeof(here));
}

static void persist_beyond_the_map(void)
{
	struct pmem2_map *map = map_file();

	pmem2_get_persist_fn(map)(address(map), 2 * PAGE + 1);
}

static void persist_before_the_map(void)
{
	struct pmem2_map *map = map_file();

	pmem2_get_persist_fn(map)(address(map) - 1, PAGE);
}

static void flush_after_the_map_is_deleted(void)
{
	struct pmem2_map *map = map_file();
	pmem2_flush_fn flush = pmem2_get_flush_fn(map);
	char *memory = address(map);

	pmem2_map_delete(&map);
	flush(memory, 1);
}

static void persist_a_page_map_with_the_function_of_bytes(void)
{
	struct pmem2_map *bytes = map_at(NULL, 0, -1, PAGE);

	pmem2_get_persist_fn(bytes)(address(map_file()), 1);
}

static void copy_to_a_page_map_with_the_function_of_bytes(void)
{
	struct pmem2_map *bytes = map_at(NULL, 0, -1, PAGE);

	pmem2_get_memcpy_fn(bytes)(address(map_file()), "text", 4, 0);
}

static void persist_around_the_address_space(void)
{
	struct pmem2_map *map = map_at(NULL, 0, -1, PAGE);

	pmem2_get_persist_fn(map)(address(map), (size_t)-1);
}

static void copy_with_unknown_flags(void)
{
	struct pmem2_map *map = map_file();

	pmem2_get_memmove_fn(map)(address(map), "text", 4, PMEM2_F_MEM_NODRAIN | 1U << 6);
}

static void fill_with_unknown_flags(void)
{
	struct pmem2_map *map = map_file();

	pmem2_get_memset_fn(map)(address(map), 1, 4, 1U << 31);
}

static void fill_on_the_stack(void)
{
	char here[64];

	pmem2_get_memset_fn(map_file())(here, 0, sizeof(here), PMEM2_F_MEM_NODRAIN);
}

static void create_a_config_nowhere(void)
{
	pmem2_config_new(NULL);
}

static void delete_a_map_twice(void)
{
	struct pmem2_map *map = map_file();

	pmem2_map_delete(&map);
	pmem2_map_delete(&map);
}

static void search_from_a_map_of_nowhere(void)
{
	struct pmem2_vm_reservation *rsv;
	struct pmem2_map *next;

	need(pmem2_vm_reservation_new(&rsv, NULL, PAGE) == 0, "reservation");
	pmem2_vm_reservation_map_find_next(rsv, map_file(), &next);
}

static void persist_whole_lines_and_pages(void)
{
	struct pmem2_map *map;

	need(ftruncate(file, (off_t)PAGE + 100) == 0, "ftruncate");
	map = map_at(NULL, 0, file, 0);
	pmem2_get_persist_fn(map)(address(map), PAGE + 128);
	pmem2_get_flush_fn(map)(address(map), 2 * PAGE);
}

static void persist_neighbours_in_one_go(void)
{
	struct pmem2_vm_reservation *rsv;
	struct pmem2_map *first;

	need(pmem2_vm_reservation_new(&rsv, NULL, 4 * PAGE) == 0, "reservation");
	first = map_at(rsv, 0, file, PAGE);
	map_at(rsv, PAGE, file, 2 * PAGE);
	pmem2_get_persist_fn(first)(address(first) + 10, 3 * PAGE - 10);
}

static void copy_to_the_stack_without_flush(void)
{
	char here[8] = "";

	pmem2_get_memcpy_fn(map_file())(here, "text", 4, PMEM2_F_MEM_NOFLUSH);
	need(strcmp(here, "text") == 0, "copy");
}

static void flush_nothing_anywhere(void)
{
	pmem2_get_flush_fn(map_file())(NULL, 0);
}

static void persist_bytes_with_the_function_of_pages(void)
{
	struct pmem2_map *bytes = map_at(NULL, 0, -1, PAGE);

	pmem2_get_persist_fn(map_file())(address(bytes), PAGE);
}

static void persist_memory_mapped_by_the_program(void)
{
	char *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	struct pmem2_source *src;
	struct pmem2_map *map;

	need(memory != MAP_FAILED && pmem2_source_from_fd(&src, file) == 0, "mmap");
	need(pmem2_map_from_existing(&map, src, memory + 100, PAGE - 100, PMEM2_GRANULARITY_PAGE) ==
		     0,
	     "map");
	pmem2_get_persist_fn(map)(memory, PAGE);
	need(pmem2_map_delete(&map) == 0, "delete");
}

static void delete_a_map_whose_place_was_taken(void)
{
	struct pmem2_map *map = map_file();
	struct pmem2_vm_reservation *rsv;
	char *memory = address(map);

	need(munmap(memory, 2 * PAGE) == 0, "munmap");
	need(pmem2_vm_reservation_new(&rsv, memory, 2 * PAGE) == 0, "reservation");
	need(pmem2_map_delete(&map) == 0, "delete");
}

static void ask_anonymous_memory_for_its_device(void)
{
	struct pmem2_badblock_context **nowhere = NULL;
	struct pmem2_source *src;

	need(pmem2_source_from_anon(&src, PAGE) == 0, "source");
	need(pmem2_source_device_id(src, NULL, NULL) == PMEM2_E_NOSUPP, "id");
	need(pmem2_source_device_usc(src, NULL) == PMEM2_E_NOSUPP, "count");
	need(pmem2_badblock_context_new(nowhere, src) == PMEM2_E_NOSUPP, "bad blocks");
}

/* The log must not go to what got the descriptor that was the log's. */
static void close_all_descriptors_and_write_a_file(void)
{
	int fd;

	for (fd = 3; fd < 100; fd++)
		close(fd);
	for (fd = 0; fd < 20; fd++)
		need(dup(STDOUT_FILENO) > 0, "dup");
	fflush(stdout);
	map_at(NULL, 0, -1, PAGE);
}

static const struct deed {
	const char *name;
	void (*run)(void);
} deeds[] = {
#define DEED(name) #name, name
	{DEED(persist_on_the_stack)},
	{DEED(persist_beyond_the_map)},
	{DEED(persist_before_the_map)},
	{DEED(flush_after_the_map_is_deleted)},
	{DEED(persist_a_page_map_with_the_function_of_bytes)},
	{DEED(copy_to_a_page_map_with_the_function_of_bytes)},
	{DEED(persist_around_the_address_space)},
	{DEED(copy_with_unknown_flags)},
	{DEED(fill_with_unknown_flags)},
	{DEED(fill_on_the_stack)},
	{DEED(create_a_config_nowhere)},
	{DEED(delete_a_map_twice)},
	{DEED(search_from_a_map_of_nowhere)},
	{DEED(persist_whole_lines_and_pages)},
	{DEED(persist_neighbours_in_one_go)},
	{DEED(copy_to_the_stack_without_flush)},
	{DEED(flush_nothing_anywhere)},
	{DEED(persist_bytes_with_the_function_of_pages)},
	{DEED(persist_memory_mapped_by_the_program)},
	{DEED(delete_a_map_whose_place_was_taken)},
	{DEED(ask_anonymous_memory_for_its_device)},
	{DEED(close_all_descriptors_and_write_a_file)},
};

int main(int argc, char *argv[])
{
	if (argc != 3)
		return 2;
	file = open(argv[2], O_RDWR);
	need(file >= 0 && ftruncate(file, (off_t)(2 * PAGE)) == 0, argv[2]);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (strcmp(argv[1], deeds[i].name) == 0) {
			deeds[i].run();
			puts("done");
			return 0;
		}
	}
	return 2;
}
