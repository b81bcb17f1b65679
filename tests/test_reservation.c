/* SPDX-License-Identifier: BSD-3-Clause */
#include "reservation.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bits.h"
#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define PAGES 16
#define ANYWHERE ((void *)1)

/* ---- looking at the address space ------------------------------------------ */

/* Address space that is in use by nobody. */
static char *free_space(size_t size)
{
	void *addr =
		mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(addr, MAP_FAILED);
	ck_assert_int_eq(munmap(addr, size), 0);
	return addr;
}

static void occupy(void *addr, size_t size)
{
	void *got = mmap(addr, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	ck_assert_ptr_eq(got, addr);
}

/* ---- a reservation of 16 pages for each test -------------------------------- */

static struct pmem2_vm_reservation *rsv;

static void create(void)
{
	rsv = NULL;
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, PAGES * PAGE));
}

static void discard(void)
{
	assert_success(pmem2_vm_reservation_delete(&rsv));
}

static char *place(size_t offset)
{
	return (char *)pmem2_vm_reservation_get_address(rsv) + offset;
}

static int map_source_at(struct pmem2_map **map, struct pmem2_source *src, size_t offset)
{
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	int ret;

	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, offset));
	ret = pmem2_map_new(map, cfg, src);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	return ret;
}

/* Map new anonymous memory at an offset. */
static int map_at(struct pmem2_map **map, size_t offset, size_t length)
{
	struct pmem2_source *src = NULL;

	assert_success(pmem2_source_from_anon(&src, length));
	return map_source_at(map, src, offset);
}

static int map_file_at(struct pmem2_map **map, int fd, size_t offset)
{
	return map_source_at(map, pmem2_test_source(fd), offset);
}

static void assert_bounds(const void *addr, size_t size)
{
	ck_assert_ptr_eq(pmem2_vm_reservation_get_address(rsv), addr);
	ck_assert_uint_eq(pmem2_vm_reservation_get_size(rsv), size);
}

/* ---- creation ------------------------------------------------------------------ */

static const size_t unaligned_addresses[] = {1, 8, 4095, 4097, 0x100001};

START_TEST(unaligned_address_is_refused)
{
	struct pmem2_vm_reservation *made = ANYWHERE;
	void *addr = (void *)unaligned_addresses[_i];
	char text[96];

	snprintf(text, sizeof(text), "address %p is not a multiple of the page size %zu", addr,
		 PAGE);
	assert_failure(pmem2_vm_reservation_new(&made, addr, PAGE), PMEM2_E_ADDRESS_UNALIGNED,
		       text);
	ck_assert_ptr_null(made);
}
END_TEST

static const size_t unaligned_sizes[] = {1, 4095, 4097, SIZE_MAX};

START_TEST(unaligned_size_is_refused)
{
	struct pmem2_vm_reservation *made = ANYWHERE;
	char text[96];

	snprintf(text, sizeof(text), "size %zu is not a multiple of the page size %zu",
		 unaligned_sizes[_i], PAGE);
	assert_failure(pmem2_vm_reservation_new(&made, NULL, unaligned_sizes[_i]),
		       PMEM2_E_LENGTH_UNALIGNED, text);
	ck_assert_ptr_null(made);
}
END_TEST

START_TEST(address_is_checked_before_size)
{
	struct pmem2_vm_reservation *made = ANYWHERE;

	assert_failure(pmem2_vm_reservation_new(&made, (void *)1, 1), PMEM2_E_ADDRESS_UNALIGNED,
		       "address 0x1");
	assert_failure(pmem2_vm_reservation_new(&made, (void *)1, 0), PMEM2_E_ADDRESS_UNALIGNED,
		       "address 0x1");
}
END_TEST

START_TEST(size_zero_is_refused)
{
	struct pmem2_vm_reservation *made = ANYWHERE;

	assert_failure(pmem2_vm_reservation_new(&made, NULL, 0), PMEM2_E_LENGTH_OUT_OF_RANGE,
		       "reservation: size 0, at least one page");
	ck_assert_ptr_null(made);
}
END_TEST

static const size_t huge_sizes[] = {(size_t)1 << 50, (size_t)1 << 63, SIZE_MAX - 65535};

START_TEST(more_than_the_address_space_gives_out_of_memory)
{
	struct pmem2_vm_reservation *made = ANYWHERE;
	size_t before = pmem2_test_mapped_bytes();
	char text[96];

	snprintf(text, sizeof(text), "taking %zu bytes of address space anywhere: Cannot",
		 huge_sizes[_i]);
	assert_failure(pmem2_vm_reservation_new(&made, NULL, huge_sizes[_i]), -ENOMEM, text);
	ck_assert_ptr_null(made);
	assert_mapped_bytes(before);
	assert_failure(pmem2_vm_reservation_new(&made, (void *)(16 * PAGE), huge_sizes[_i]),
		       -ENOMEM, "bytes of address space at 0x");
	ck_assert_ptr_null(made);
	assert_mapped_bytes(before);
}
END_TEST

static const struct {
	size_t size;
	size_t alignment;
} natural[] = {
	{4096, 2 * PMEM2_MIB},      {16 * PMEM2_MIB, 2 * PMEM2_MIB},
	{PMEM2_GIB, 2 * PMEM2_MIB}, {2 * PMEM2_GIB - 4096, 2 * PMEM2_MIB},
	{2 * PMEM2_GIB, PMEM2_GIB}, {3 * PMEM2_GIB, PMEM2_GIB},
};

START_TEST(chosen_address_suits_huge_pages)
{
	struct pmem2_vm_reservation *made = NULL;
	struct pmem2_vm_reservation *second = NULL;

	assert_success(pmem2_vm_reservation_new(&made, NULL, natural[_i].size));
	assert_success(pmem2_vm_reservation_new(&second, NULL, natural[_i].size));
	ck_assert_uint_eq((uintptr_t)made->addr % natural[_i].alignment, 0);
	ck_assert_uint_eq((uintptr_t)second->addr % natural[_i].alignment, 0);
	ck_assert_uint_eq(pmem2_vm_reservation_get_size(made), natural[_i].size);
	assert_success(pmem2_vm_reservation_delete(&made));
	assert_success(pmem2_vm_reservation_delete(&second));
}
END_TEST

START_TEST(tebibyte_can_be_reserved)
{
	struct pmem2_vm_reservation *made = NULL;

	assert_success(pmem2_vm_reservation_new(&made, NULL, 1024 * PMEM2_GIB));
	ck_assert_uint_eq(pmem2_vm_reservation_get_size(made), 1024 * PMEM2_GIB);
	assert_success(pmem2_vm_reservation_delete(&made));
}
END_TEST

START_TEST(natural_alignment_lets_huge_pages_fit)
{
	ck_assert_uint_eq(pmem2_reservation_natural_alignment(natural[_i].size),
			  natural[_i].alignment);
}
END_TEST

START_TEST(given_address_is_taken_exactly)
{
	struct pmem2_vm_reservation *made = NULL;
	char *addr = free_space(8 * PAGE) + PAGE;

	assert_success(pmem2_vm_reservation_new(&made, addr, 5 * PAGE));
	ck_assert_ptr_eq(pmem2_vm_reservation_get_address(made), addr);
	ck_assert_uint_eq(pmem2_vm_reservation_get_size(made), 5 * PAGE);
	assert_success(pmem2_vm_reservation_delete(&made));
}
END_TEST

/* In pages: what is occupied of the 8 pages asked for. */
static const struct {
	size_t start;
	size_t count;
} occupied[] = {{0, 1}, {7, 1}, {3, 2}, {0, 8}};

START_TEST(given_address_in_use_is_refused_and_nothing_is_taken)
{
	struct pmem2_vm_reservation *made = ANYWHERE;
	char *addr = free_space(8 * PAGE);
	char *taken = addr + occupied[_i].start * PAGE;
	char text[96];
	size_t before;

	occupy(taken, occupied[_i].count * PAGE);
	before = pmem2_test_mapped_bytes();
	snprintf(text, sizeof(text), "part of the %zu bytes at %p is in use", 8 * PAGE,
		 (void *)addr);
	assert_failure(pmem2_vm_reservation_new(&made, addr, 8 * PAGE), PMEM2_E_MAPPING_EXISTS,
		       text);
	ck_assert_ptr_null(made);
	assert_mapped_bytes(before);
	ck_assert_str_eq(pmem2_test_access(taken), "rw-p");
	ck_assert_int_eq(munmap(taken, occupied[_i].count * PAGE), 0);
}
END_TEST

START_TEST(another_reservation_is_in_the_way_too)
{
	struct pmem2_vm_reservation *made = ANYWHERE;

	assert_failure(pmem2_vm_reservation_new(&made, place(PAGE), PAGE), PMEM2_E_MAPPING_EXISTS,
		       "is in use");
	ck_assert_ptr_null(made);
}
END_TEST

START_TEST(reserved_space_is_private_and_cannot_be_touched)
{
	ck_assert_str_eq(pmem2_test_access(place(0)), "---p");
	ck_assert_str_eq(pmem2_test_access(place(PAGES * PAGE - 1)), "---p");
}
END_TEST

START_TEST(reading_reserved_space_faults)
{
	(void)*(volatile char *)place(PAGE);
}
END_TEST

/* ---- deletion -------------------------------------------------------------------- */

START_TEST(delete_returns_all_that_was_taken)
{
	static const size_t sizes[] = {4096, 16 * PMEM2_MIB, 3 * PMEM2_GIB};
	size_t before = pmem2_test_mapped_bytes();

	for (int i = 0; i < 10 * COUNT(sizes); i++) {
		struct pmem2_vm_reservation *made = NULL;
		assert_success(pmem2_vm_reservation_new(&made, NULL, sizes[i % COUNT(sizes)]));
		assert_success(pmem2_vm_reservation_delete(&made));
		ck_assert_ptr_null(made);
	}
	assert_mapped_bytes(before);
}
END_TEST

START_TEST(delete_with_a_map_inside_is_refused_and_keeps_everything)
{
	struct pmem2_vm_reservation *given = rsv;
	struct pmem2_map *map = NULL;
	char text[96];

	assert_success(map_at(&map, 3 * PAGE, PAGE));
	snprintf(text, sizeof(text), "a map lies at offset %zu of the %zu bytes", 3 * PAGE,
		 PAGES * PAGE);
	assert_failure(pmem2_vm_reservation_delete(&given), PMEM2_E_VM_RESERVATION_NOT_EMPTY, text);
	ck_assert_ptr_eq(given, rsv);
	ck_assert_str_eq(pmem2_test_access(place(2 * PAGE)), "---p");
	*(char *)pmem2_map_get_address(map) = 'x';
	assert_success(pmem2_map_delete(&map));
}
END_TEST

/* ---- growing ---------------------------------------------------------------------- */

START_TEST(extend_grows_at_the_end)
{
	void *addr = place(0);
	size_t before = pmem2_test_mapped_bytes();

	assert_success(pmem2_vm_reservation_extend(rsv, 3 * PAGE));
	assert_bounds(addr, (PAGES + 3) * PAGE);
	assert_mapped_bytes(before + 3 * PAGE);
	ck_assert_str_eq(pmem2_test_access(place((PAGES + 3) * PAGE - 1)), "---p");
}
END_TEST

START_TEST(extension_can_be_mapped_also_across_the_old_end)
{
	struct pmem2_map *map = NULL;

	assert_success(pmem2_vm_reservation_extend(rsv, 3 * PAGE));
	assert_success(map_at(&map, (PAGES - 1) * PAGE, 4 * PAGE));
	memset(pmem2_map_get_address(map), 'x', 4 * PAGE);
	ck_assert_ptr_eq(pmem2_map_get_address(map), place((PAGES - 1) * PAGE));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(extend_keeps_maps)
{
	struct pmem2_map *map = NULL;
	struct pmem2_map *found = NULL;

	assert_success(map_at(&map, (PAGES - 1) * PAGE, PAGE));
	memset(pmem2_map_get_address(map), 'x', PAGE);
	assert_success(pmem2_vm_reservation_extend(rsv, PAGE));
	ck_assert_int_eq(*place(PAGES * PAGE - 1), 'x');
	assert_success(pmem2_vm_reservation_map_find_first(rsv, &found));
	ck_assert_ptr_eq(found, map);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(reservation_of_the_library_s_choice_has_room_to_grow)
{
	void *addr = place(0);

	for (int i = 0; i < 10; i++)
		assert_success(pmem2_vm_reservation_extend(rsv, 16 * PMEM2_MIB));
	assert_bounds(addr, PAGES * PAGE + 160 * PMEM2_MIB);
}
END_TEST

START_TEST(later_maps_and_reservations_leave_a_gibibyte_to_grow_into)
{
	struct pmem2_map *map = pmem2_test_map(pmem2_test_file(PAGE), PMEM2_GRANULARITY_PAGE);
	struct pmem2_vm_reservation *later = NULL;

	assert_success(pmem2_vm_reservation_new(&later, NULL, PAGE));
	assert_success(pmem2_vm_reservation_extend(rsv, PMEM2_GIB));
	assert_success(pmem2_vm_reservation_delete(&later));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(extending_by_nothing_changes_nothing)
{
	void *addr = place(0);

	assert_success(pmem2_vm_reservation_extend(rsv, 0));
	assert_bounds(addr, PAGES * PAGE);
}
END_TEST

static const size_t unaligned_extensions[] = {1, 4095, 4097, SIZE_MAX};

START_TEST(unaligned_extension_is_refused)
{
	void *addr = place(0);
	char text[96];

	snprintf(text, sizeof(text), "extension %zu is not a multiple of the page size",
		 unaligned_extensions[_i]);
	assert_failure(pmem2_vm_reservation_extend(rsv, unaligned_extensions[_i]),
		       PMEM2_E_LENGTH_UNALIGNED, text);
	assert_bounds(addr, PAGES * PAGE);
}
END_TEST

/* In pages behind the reservation. */
static const size_t obstacles[] = {0, 1, 3};

START_TEST(extension_into_used_space_is_refused_and_changes_nothing)
{
	char *obstacle = place((PAGES + obstacles[_i]) * PAGE);
	void *addr = place(0);
	char text[96];
	size_t before;

	occupy(obstacle, PAGE);
	before = pmem2_test_mapped_bytes();
	snprintf(text, sizeof(text), "extension by %zu bytes at %p, part of which is in use",
		 4 * PAGE, (void *)place(PAGES * PAGE));
	assert_failure(pmem2_vm_reservation_extend(rsv, 4 * PAGE), PMEM2_E_MAPPING_EXISTS, text);
	assert_bounds(addr, PAGES * PAGE);
	assert_mapped_bytes(before);
	ck_assert_str_eq(pmem2_test_access(obstacle), "rw-p");
	ck_assert_int_eq(munmap(obstacle, PAGE), 0);
}
END_TEST

START_TEST(extension_beyond_the_address_space_is_refused_and_changes_nothing)
{
	void *addr = place(0);

	assert_failure(pmem2_vm_reservation_extend(rsv, huge_sizes[_i]), -ENOMEM,
		       "reservation: extension by ");
	assert_bounds(addr, PAGES * PAGE);
}
END_TEST

/* ---- shrinking ----------------------------------------------------------------------- */

START_TEST(dropping_the_head_moves_the_address_up)
{
	char *addr = place(0);
	size_t before = pmem2_test_mapped_bytes();

	assert_success(pmem2_vm_reservation_shrink(rsv, 0, 3 * PAGE));
	assert_bounds(addr + 3 * PAGE, (PAGES - 3) * PAGE);
	assert_mapped_bytes(before - 3 * PAGE);
	assert_unmapped(addr + 3 * PAGE - 1);
	ck_assert_str_eq(pmem2_test_access(addr + 3 * PAGE), "---p");
}
END_TEST

START_TEST(dropping_the_tail_keeps_the_address)
{
	char *addr = place(0);
	size_t before = pmem2_test_mapped_bytes();

	assert_success(pmem2_vm_reservation_shrink(rsv, (PAGES - 3) * PAGE, 3 * PAGE));
	assert_bounds(addr, (PAGES - 3) * PAGE);
	assert_mapped_bytes(before - 3 * PAGE);
	assert_unmapped(addr + (PAGES - 3) * PAGE);
	ck_assert_str_eq(pmem2_test_access(addr + (PAGES - 3) * PAGE - 1), "---p");
}
END_TEST

START_TEST(offsets_count_from_the_new_start_after_the_head_is_dropped)
{
	char *addr = place(0);
	struct pmem2_map *early = NULL;
	struct pmem2_map *late = NULL;
	struct pmem2_map *found = NULL;

	assert_success(map_at(&early, 4 * PAGE, PAGE));
	assert_success(pmem2_vm_reservation_shrink(rsv, 0, 3 * PAGE));
	assert_success(pmem2_vm_reservation_map_find(rsv, PAGE, 0, &found));
	ck_assert_ptr_eq(found, early);
	assert_success(map_at(&late, 2 * PAGE, PAGE));
	ck_assert_ptr_eq(pmem2_map_get_address(late), addr + 5 * PAGE);
	assert_success(pmem2_map_delete(&early));
	assert_success(pmem2_map_delete(&late));
}
END_TEST

START_TEST(dropped_space_can_be_taken_by_others_and_back_by_extending)
{
	char *end = place(PAGES * PAGE);
	struct pmem2_vm_reservation *other = NULL;

	assert_success(pmem2_vm_reservation_shrink(rsv, (PAGES - 2) * PAGE, 2 * PAGE));
	assert_success(pmem2_vm_reservation_new(&other, end - PAGE, PAGE));
	assert_failure(pmem2_vm_reservation_extend(rsv, 2 * PAGE), PMEM2_E_MAPPING_EXISTS,
		       "is in use");
	assert_success(pmem2_vm_reservation_delete(&other));
	assert_success(pmem2_vm_reservation_extend(rsv, 2 * PAGE));
	assert_bounds(end - PAGES * PAGE, PAGES * PAGE);
}
END_TEST

START_TEST(shrinking_keeps_the_maps_outside)
{
	struct pmem2_map *map = NULL;

	assert_success(map_at(&map, PAGE, PAGE));
	memset(pmem2_map_get_address(map), 'x', PAGE);
	assert_success(pmem2_vm_reservation_shrink(rsv, 0, PAGE));
	assert_success(pmem2_vm_reservation_shrink(rsv, PAGE, (PAGES - 2) * PAGE));
	ck_assert_int_eq(*place(0), 'x');
	ck_assert_int_eq(*place(PAGE - 1), 'x');
	assert_success(pmem2_map_delete(&map));
}
END_TEST

/* In pages, with bytes added; the checks in their order. */
static const struct {
	size_t offset;
	size_t size;
	int code;
	const char *text;
} bad_cuts[] = {
	{1, 1, PMEM2_E_OFFSET_UNALIGNED, "offset 1 is not a multiple of the page size"},
	{SIZE_MAX, 4096, PMEM2_E_OFFSET_UNALIGNED, "offset 18446744073709551615 is not"},
	{0, 1, PMEM2_E_LENGTH_UNALIGNED, "length 1 is not a multiple of the page size"},
	{16 * 4096, 4095, PMEM2_E_LENGTH_UNALIGNED, "length 4095 is not a multiple"},
	{16 * 4096, 0, PMEM2_E_OFFSET_OUT_OF_RANGE, "offset 65536 is not below its size 65536"},
	{17 * 4096, 4096, PMEM2_E_OFFSET_OUT_OF_RANGE, "offset 69632 is not below its size 65536"},
	{0, 0, PMEM2_E_LENGTH_OUT_OF_RANGE, "length 0 at offset 0, between 1 and 65536"},
	{4096, 0, PMEM2_E_LENGTH_OUT_OF_RANGE, "length 0 at offset 4096, between 1 and 61440"},
	{0, 17 * 4096, PMEM2_E_LENGTH_OUT_OF_RANGE, "length 69632 at offset 0, between 1 and"},
	{15 * 4096, 8192, PMEM2_E_LENGTH_OUT_OF_RANGE, "length 8192 at offset 61440, between 1"},
	{4096, SIZE_MAX - 4095, PMEM2_E_LENGTH_OUT_OF_RANGE,
	 "length 18446744073709547520 at offset 4096"},
	{8192, SIZE_MAX - 4095, PMEM2_E_LENGTH_OUT_OF_RANGE,
	 "length 18446744073709547520 at offset 8192"},
	{4096, 4096, PMEM2_E_NOSUPP, "4096 bytes at offset 4096 are neither its head nor"},
	{4096, 14 * 4096, PMEM2_E_NOSUPP, "57344 bytes at offset 4096 are neither its head nor"},
	{0, 16 * 4096, PMEM2_E_NOSUPP, "shrinking by all its 65536 bytes, delete it instead"},
};

START_TEST(impossible_cut_is_refused_and_changes_nothing)
{
	void *addr = place(0);
	size_t before = pmem2_test_mapped_bytes();

	assert_failure(pmem2_vm_reservation_shrink(rsv, bad_cuts[_i].offset, bad_cuts[_i].size),
		       bad_cuts[_i].code, bad_cuts[_i].text);
	assert_bounds(addr, PAGES * PAGE);
	assert_mapped_bytes(before);
}
END_TEST

/* In pages: a map, and a cut that it is in the way of. */
static const struct {
	size_t map;
	size_t map_count;
	size_t cut;
	size_t cut_count;
} blocked_cuts[] = {{0, 1, 0, 1}, {3, 1, 0, 4}, {3, 2, 0, 4}, {15, 1, 15, 1}, {11, 2, 12, 4}};

START_TEST(cut_through_a_map_is_refused_and_changes_nothing)
{
	void *addr = place(0);
	struct pmem2_map *map = NULL;
	char text[96];

	assert_success(
		map_at(&map, blocked_cuts[_i].map * PAGE, blocked_cuts[_i].map_count * PAGE));
	snprintf(text, sizeof(text), "a map lies at offset %zu of", blocked_cuts[_i].map * PAGE);
	assert_failure(pmem2_vm_reservation_shrink(rsv, blocked_cuts[_i].cut * PAGE,
						   blocked_cuts[_i].cut_count * PAGE),
		       PMEM2_E_VM_RESERVATION_NOT_EMPTY, text);
	assert_bounds(addr, PAGES * PAGE);
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_shrink(rsv, blocked_cuts[_i].cut * PAGE,
						   blocked_cuts[_i].cut_count * PAGE));
}
END_TEST

/* ---- mapping into a reservation -------------------------------------------------------- */

START_TEST(file_is_mapped_at_its_place)
{
	int fd = pmem2_test_file(2 * PAGE);
	struct pmem2_map *map = NULL;
	char byte = 0;

	assert_success(map_file_at(&map, fd, 5 * PAGE));
	ck_assert_ptr_eq(pmem2_map_get_address(map), place(5 * PAGE));
	*place(7 * PAGE - 1) = 'x';
	ck_assert_int_eq(pread(fd, &byte, 1, (off_t)(2 * PAGE - 1)), 1);
	ck_assert_int_eq(byte, 'x');
	ck_assert_str_eq(pmem2_test_access(place(5 * PAGE - 1)), "---p");
	ck_assert_str_eq(pmem2_test_access(place(5 * PAGE)), "rw-s");
	ck_assert_str_eq(pmem2_test_access(place(7 * PAGE)), "---p");
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(reservation_can_be_filled_with_one_map)
{
	struct pmem2_map *map = NULL;

	assert_success(map_at(&map, 0, PAGES * PAGE));
	memset(place(0), 'x', PAGES * PAGE);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(delete_turns_a_map_back_into_reserved_space)
{
	size_t before = pmem2_test_mapped_bytes();
	struct pmem2_map *map = NULL;

	for (int i = 0; i < 3; i++) {
		assert_success(map_file_at(&map, pmem2_test_file(PAGE + 1), 4 * PAGE));
		assert_success(pmem2_map_delete(&map));
		ck_assert_str_eq(pmem2_test_access(place(4 * PAGE)), "---p");
		ck_assert_str_eq(pmem2_test_access(place(5 * PAGE)), "---p");
	}
	assert_mapped_bytes(before);
}
END_TEST

/* Anonymous memory and a file, shared and private. */
static int map_kind(struct pmem2_map **map, int kind, size_t size)
{
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	struct pmem2_source *src = NULL;
	int ret;

	if (kind % 2 == 0)
		assert_success(pmem2_source_from_anon(&src, size));
	else
		src = pmem2_test_source(pmem2_test_file(size));
	assert_success(pmem2_config_set_sharing(cfg, kind < 2 ? PMEM2_SHARED : PMEM2_PRIVATE));
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, 0));
	ret = pmem2_map_new(map, cfg, src);
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	return ret;
}

START_TEST(mapping_needs_no_address_space_beside_the_reservation)
{
	struct pmem2_map *map = NULL;

	assert_success(pmem2_vm_reservation_extend(rsv, 512 * PMEM2_MIB));
	pmem2_test_limit_address_space(64 * PMEM2_MIB);
	for (int i = 0; i < 2; i++) {
		assert_success(map_kind(&map, _i, 512 * PMEM2_MIB));
		*place(512 * PMEM2_MIB - 1) = 'x';
		assert_success(pmem2_map_delete(&map));
	}
}
END_TEST

static const size_t unaligned_places[] = {1, 512, 4095, 4097, SIZE_MAX};

START_TEST(unaligned_place_is_refused)
{
	struct pmem2_map *map = ANYWHERE;
	char text[96];

	snprintf(text, sizeof(text), "reservation: offset %zu is not a multiple of the page size",
		 unaligned_places[_i]);
	assert_failure(map_at(&map, unaligned_places[_i], PAGE), PMEM2_E_OFFSET_UNALIGNED, text);
	ck_assert_ptr_null(map);
}
END_TEST

/* Bytes into 16 pages. */
static const struct {
	size_t offset;
	size_t length;
} outside[] = {
	{0, 16 * 4096 + 1},       {4096, 15 * 4096 + 1},    {15 * 4096, 4097},
	{16 * 4096, 1},           {17 * 4096, 4096},        {SIZE_MAX - 4095, 4096},
	{SIZE_MAX - 4095, 65536}, {SIZE_MAX - 8191, 65536}, {(size_t)1 << 63, 4096},
	{4096, SIZE_MAX},         {0, SIZE_MAX - 4095},     {SIZE_MAX - 4095, SIZE_MAX},
};

START_TEST(map_that_does_not_fit_is_refused_and_maps_nothing)
{
	struct pmem2_map *map = ANYWHERE;
	size_t before = pmem2_test_mapped_bytes();
	char text[128];

	snprintf(text, sizeof(text),
		 "reservation: %zu bytes at offset %zu do not fit into its %zu bytes",
		 outside[_i].length, outside[_i].offset, PAGES * PAGE);
	assert_failure(map_at(&map, outside[_i].offset, outside[_i].length),
		       PMEM2_E_LENGTH_OUT_OF_RANGE, text);
	ck_assert_ptr_null(map);
	assert_mapped_bytes(before);
}
END_TEST

START_TEST(huge_offset_does_not_wrap_around_to_what_lies_below)
{
	struct pmem2_map *map = ANYWHERE;
	char *below = place(0) - PAGE;

	occupy(below, PAGE);
	*below = 'x';
	assert_failure(map_at(&map, SIZE_MAX - 4095, PAGES * PAGE), PMEM2_E_LENGTH_OUT_OF_RANGE,
		       "do not fit");
	ck_assert_int_eq(*below, 'x');
	ck_assert_int_eq(munmap(below, PAGE), 0);
}
END_TEST

/* Beside a map of 5000 bytes, which takes pages 5 and 6; in pages and bytes. */
static const struct {
	size_t page;
	size_t length;
	int code;
} neighbours[] = {
	{4, 4096, 0},
	{4, 4097, PMEM2_E_MAPPING_EXISTS},
	{5, 1, PMEM2_E_MAPPING_EXISTS},
	{6, 1, PMEM2_E_MAPPING_EXISTS},
	{6, 8192, PMEM2_E_MAPPING_EXISTS},
	{7, 1, 0},
	{0, 16 * 4096, PMEM2_E_MAPPING_EXISTS},
	{0, 5 * 4096, 0},
	{7, 9 * 4096, 0},
};

START_TEST(only_a_map_that_shares_no_page_fits_beside_another)
{
	struct pmem2_map *first = NULL;
	struct pmem2_map *second = ANYWHERE;
	char text[96];

	assert_success(map_at(&first, 5 * PAGE, 5000));
	memset(place(5 * PAGE), 'x', 5000);
	if (neighbours[_i].code == 0) {
		assert_success(map_at(&second, neighbours[_i].page * PAGE, neighbours[_i].length));
		assert_success(pmem2_map_delete(&second));
	} else {
		snprintf(text, sizeof(text), "part of the %zu bytes at offset %zu is mapped",
			 neighbours[_i].length, neighbours[_i].page * PAGE);
		assert_failure(map_at(&second, neighbours[_i].page * PAGE, neighbours[_i].length),
			       neighbours[_i].code, text);
	}
	ck_assert_ptr_null(second);
	ck_assert_int_eq(*place(5 * PAGE + 4999), 'x');
	assert_success(pmem2_map_delete(&first));
}
END_TEST

START_TEST(place_of_a_refused_granularity_can_be_used_again)
{
	struct pmem2_source *src = pmem2_test_source(pmem2_test_file(PAGE));
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_BYTE);
	struct pmem2_map *map = ANYWHERE;

	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, 2 * PAGE));
	assert_failure(pmem2_map_new(&map, cfg, src), PMEM2_E_GRANULARITY_NOT_SUPPORTED, "");
	ck_assert_ptr_null(map);
	ck_assert_str_eq(pmem2_test_access(place(2 * PAGE)), "---p");
	assert_success(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE));
	assert_success(pmem2_map_new(&map, cfg, src));
	assert_success(pmem2_map_delete(&map));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
}
END_TEST

/*
 * A map of two pages is unmapped behind the library's back, another reservation takes its
 * place, and the map is deleted.
 */
static struct pmem2_vm_reservation *lose_place(size_t offset)
{
	struct pmem2_vm_reservation *taker = NULL;
	struct pmem2_map *map = NULL;
	char *lost = place(offset);

	assert_success(map_at(&map, offset, 2 * PAGE));
	ck_assert_int_eq(munmap(lost, 2 * PAGE), 0);
	assert_success(pmem2_vm_reservation_new(&taker, lost, 2 * PAGE));
	assert_success(pmem2_map_delete(&map));
	ck_assert_ptr_null(map);
	return taker;
}

static const size_t lost_pages[] = {0, 5, PAGES - 2};

START_TEST(lost_place_outlives_the_reservation)
{
	size_t offset = lost_pages[_i] * PAGE;
	struct pmem2_vm_reservation *taker = lose_place(offset);
	char *start = place(0);

	assert_success(pmem2_vm_reservation_delete(&rsv));
	for (char *page = start; page < start + PAGES * PAGE; page += PAGE) {
		if (page == start + offset || page == start + offset + PAGE)
			ck_assert_str_eq(pmem2_test_access(page), "---p");
		else
			assert_unmapped(page);
	}
	assert_success(pmem2_vm_reservation_delete(&taker));
	create();
}
END_TEST

START_TEST(lost_place_is_never_mapped_again)
{
	struct pmem2_vm_reservation *taker = lose_place(5 * PAGE);
	struct pmem2_map *map = NULL;

	assert_failure(map_at(&map, 6 * PAGE, PAGE), PMEM2_E_MAPPING_EXISTS, "offset 24576");
	assert_failure(pmem2_vm_reservation_shrink(rsv, 0, 6 * PAGE),
		       PMEM2_E_VM_RESERVATION_NOT_EMPTY, "");
	assert_success(map_at(&map, 7 * PAGE, PAGE));
	assert_failure(pmem2_vm_reservation_delete(&rsv), PMEM2_E_VM_RESERVATION_NOT_EMPTY,
		       "a map lies at offset 28672");
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&taker));
}
END_TEST

START_TEST(place_of_a_map_that_the_system_refused_can_be_used_again)
{
	int fd = open(pmem2_test_named_file(PAGE), O_RDONLY | O_CLOEXEC);
	struct pmem2_map *map = ANYWHERE;

	assert_failure(map_file_at(&map, fd, 2 * PAGE), PMEM2_E_NO_ACCESS, "WRITE");
	ck_assert_ptr_null(map);
	ck_assert_str_eq(pmem2_test_access(place(2 * PAGE)), "---p");
	assert_success(map_at(&map, 2 * PAGE, PAGE));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(claim_unaligned_for_the_device_is_refused_and_leaves_the_place_free)
{
	struct pmem2_claim claim;
	void *addr = ANYWHERE;
	struct pmem2_map *map = NULL;
	char text[96];

	snprintf(text, sizeof(text), "address %p at offset %zu is not a multiple of the source",
		 (void *)place(PAGE), PAGE);
	assert_failure(pmem2_reservation_claim(rsv, PAGE, PAGE, 2 * PMEM2_MIB, &claim, &addr),
		       PMEM2_E_ADDRESS_UNALIGNED, text);
	ck_assert_ptr_eq(addr, ANYWHERE);
	assert_success(map_at(&map, PAGE, PAGE));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(claim_aligned_for_the_device_gets_its_address)
{
	struct pmem2_claim claim;
	void *addr = NULL;

	assert_success(pmem2_reservation_claim(rsv, 0, PAGE, 2 * PMEM2_MIB, &claim, &addr));
	ck_assert_ptr_eq(addr, place(0));
	pmem2_reservation_release(rsv, &claim);
}
END_TEST

START_TEST(claimed_place_is_taken_before_anything_is_mapped_there)
{
	struct pmem2_claim claim;
	struct pmem2_map *map = NULL;
	void *addr = NULL;

	assert_success(pmem2_reservation_claim(rsv, PAGE, 1, PAGE, &claim, &addr));
	assert_failure(map_at(&map, PAGE, PAGE), PMEM2_E_MAPPING_EXISTS, "is mapped");
	pmem2_reservation_release(rsv, &claim);
	assert_success(map_at(&map, PAGE, PAGE));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

/* ---- many threads ------------------------------------------------------------------------- */

#define THREADS 8
#define ROUNDS 300

/* Map a random place, use it alone, unmap it; places that another thread has are left to it. */
static void *use_places(void *seed)
{
	unsigned state = *(unsigned *)seed;

	for (int i = 0; i < ROUNDS; i++) {
		size_t page = (size_t)rand_r(&state) % PAGES;
		struct pmem2_map *map = NULL;
		int ret = map_at(&map, page * PAGE, PAGE);
		if (ret == PMEM2_E_MAPPING_EXISTS)
			continue;
		ck_assert_int_eq(ret, 0);
		ck_assert_int_eq(*place(page * PAGE), 0);
		memset(place(page * PAGE), 'x', PAGE);
		ck_assert_int_eq(pmem2_map_delete(&map), 0);
	}
	return NULL;
}

START_TEST(many_threads_map_and_unmap_one_reservation)
{
	unsigned seed = pmem2_test_seed();
	unsigned seeds[THREADS];
	pthread_t threads[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		seeds[i] = seed + i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, use_places, &seeds[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	for (size_t i = 0; i < PAGES; i++)
		ck_assert_str_eq(pmem2_test_access(place(i * PAGE)), "---p");
}
END_TEST

/* ---- a simple model ------------------------------------------------------------------------- */

#define MODEL_PAGES 96

/* What lies in the reservation, page by page. */
static struct {
	size_t pages;
	char *addr;
	struct pmem2_map *owner[MODEL_PAGES];
} model;

static struct pmem2_map *model_find(size_t page, size_t count)
{
	for (size_t i = page; i < page + count && i < model.pages; i++) {
		if (model.owner[i] != NULL)
			return model.owner[i];
	}
	return NULL;
}

static size_t draw(unsigned *state, size_t limit)
{
	return (size_t)rand_r(state) % limit;
}

static int expected_of_map(size_t page, size_t count)
{
	if (page + count > model.pages)
		return PMEM2_E_LENGTH_OUT_OF_RANGE;
	return model_find(page, count) != NULL ? PMEM2_E_MAPPING_EXISTS : 0;
}

static void step_map(unsigned *state)
{
	size_t page = draw(state, model.pages + 4);
	size_t count = 1 + draw(state, 6);
	size_t cut = draw(state, PAGE);
	struct pmem2_map *map = NULL;

	ck_assert_int_eq(map_at(&map, page * PAGE, count * PAGE - cut),
			 expected_of_map(page, count));
	if (map == NULL)
		return;
	ck_assert_ptr_eq(pmem2_map_get_address(map), model.addr + page * PAGE);
	for (size_t i = page; i < page + count; i++)
		model.owner[i] = map;
}

static void step_unmap(unsigned *state)
{
	size_t page = draw(state, model.pages);
	struct pmem2_map *map = model.owner[page];

	if (map == NULL)
		return;
	for (size_t i = 0; i < model.pages; i++) {
		if (model.owner[i] == map)
			model.owner[i] = NULL;
	}
	ck_assert_int_eq(pmem2_map_delete(&map), 0);
}

static void step_extend(unsigned *state)
{
	size_t count = draw(state, 4);
	int ret;

	if (model.pages + count > MODEL_PAGES)
		return;
	ret = pmem2_vm_reservation_extend(rsv, count * PAGE);
	if (ret == PMEM2_E_MAPPING_EXISTS && !pmem2_test_is_alone())
		return;
	ck_assert_int_eq(ret, 0);
	for (size_t i = 0; i < count; i++)
		model.owner[model.pages++] = NULL;
}

static int expected_of_shrink(size_t page, size_t count)
{
	if (page >= model.pages)
		return PMEM2_E_OFFSET_OUT_OF_RANGE;
	if (count == 0 || page + count > model.pages)
		return PMEM2_E_LENGTH_OUT_OF_RANGE;
	if (count == model.pages || (page != 0 && page + count != model.pages))
		return PMEM2_E_NOSUPP;
	return model_find(page, count) != NULL ? PMEM2_E_VM_RESERVATION_NOT_EMPTY : 0;
}

static void step_shrink(unsigned *state)
{
	size_t count = draw(state, 4);
	size_t page = 0;

	if (draw(state, 3) != 0)
		page = count < model.pages ? model.pages - count : model.pages;
	else if (draw(state, 2) != 0)
		page = draw(state, model.pages + 2);
	int expected = expected_of_shrink(page, count);
	ck_assert_int_eq(pmem2_vm_reservation_shrink(rsv, page * PAGE, count * PAGE), expected);
	if (expected != 0)
		return;
	model.pages -= count;
	if (page == 0) {
		model.addr += count * PAGE;
		memmove(model.owner, model.owner + count, model.pages * sizeof(model.owner[0]));
	}
}

static void step_find(unsigned *state)
{
	size_t page = draw(state, model.pages + 2);
	size_t count = 1 + draw(state, 8);
	struct pmem2_map *expected = NULL;
	struct pmem2_map *found = NULL;

	/* Maps may end before their last page does; the first byte of each page is theirs. */
	if (page < model.pages)
		expected = model_find(page, count);
	ck_assert_int_eq(pmem2_vm_reservation_map_find(rsv, page * PAGE, count * PAGE, &found),
			 expected != NULL ? 0 : PMEM2_E_MAPPING_NOT_FOUND);
	ck_assert_ptr_eq(found, expected);
}

/* All maps in order, found from both ends, are those of the model. */
static void compare(void)
{
	struct pmem2_map *up = NULL;
	struct pmem2_map *down = NULL;
	struct pmem2_map *previous = NULL;

	assert_bounds(model.addr, model.pages * PAGE);
	(void)pmem2_vm_reservation_map_find_first(rsv, &up);
	for (size_t i = 0; i < model.pages; i++) {
		if (model.owner[i] == previous || model.owner[i] == NULL)
			continue;
		previous = model.owner[i];
		ck_assert_ptr_eq(up, previous);
		(void)pmem2_vm_reservation_map_find_next(rsv, up, &up);
	}
	ck_assert_ptr_null(up);
	(void)pmem2_vm_reservation_map_find_last(rsv, &down);
	ck_assert_ptr_eq(down, previous);
}

START_TEST(random_changes_agree_with_a_simple_model)
{
	static void (*const steps[])(unsigned *) = {step_map,    step_map,   step_map,
						    step_unmap,  step_unmap, step_extend,
						    step_shrink, step_find};
	unsigned state = pmem2_test_seed() + (unsigned)_i;
	char *space = free_space(64 * PMEM2_MIB);

	model.addr = space;
	model.pages = 32;
	assert_success(pmem2_vm_reservation_new(&rsv, model.addr, model.pages * PAGE));
	for (int i = 0; i < 1000; i++) {
		steps[draw(&state, COUNT(steps))](&state);
		compare();
	}
	while (model_find(0, model.pages) != NULL)
		step_unmap(&state);
	assert_success(pmem2_vm_reservation_delete(&rsv));
	if (pmem2_test_is_alone())
		occupy(space, 64 * PMEM2_MIB);
}
END_TEST

/* ---- the suite ---------------------------------------------------------------------- */

static TCase *tcase_with_reservation(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, create, discard);
	return tcase;
}

static TCase *creation(void)
{
	TCase *tcase = tcase_create("creation");

	tcase_add_loop_test(tcase, unaligned_address_is_refused, 0, COUNT(unaligned_addresses));
	tcase_add_loop_test(tcase, unaligned_size_is_refused, 0, COUNT(unaligned_sizes));
	tcase_add_test(tcase, address_is_checked_before_size);
	tcase_add_test(tcase, size_zero_is_refused);
	tcase_add_loop_test(tcase, chosen_address_suits_huge_pages, 0, COUNT(natural));
	tcase_add_loop_test(tcase, natural_alignment_lets_huge_pages_fit, 0, COUNT(natural));
	tcase_add_test(tcase, given_address_is_taken_exactly);
	tcase_add_loop_test(tcase, given_address_in_use_is_refused_and_nothing_is_taken, 0,
			    COUNT(occupied));
	tcase_add_test(tcase, delete_returns_all_that_was_taken);
	return tcase;
}

static TCase *existing(void)
{
	TCase *tcase = tcase_with_reservation("existing");

	tcase_add_test(tcase, another_reservation_is_in_the_way_too);
	tcase_add_test(tcase, reserved_space_is_private_and_cannot_be_touched);
	tcase_add_test_raise_signal(tcase, reading_reserved_space_faults, SIGSEGV);
	tcase_add_test(tcase, delete_with_a_map_inside_is_refused_and_keeps_everything);
	return tcase;
}

static TCase *growing(void)
{
	TCase *tcase = tcase_with_reservation("growing");

	tcase_add_test(tcase, extend_grows_at_the_end);
	tcase_add_test(tcase, extension_can_be_mapped_also_across_the_old_end);
	tcase_add_test(tcase, extend_keeps_maps);
	tcase_add_test(tcase, reservation_of_the_library_s_choice_has_room_to_grow);
	tcase_add_test(tcase, extending_by_nothing_changes_nothing);
	tcase_add_loop_test(tcase, unaligned_extension_is_refused, 0, COUNT(unaligned_extensions));
	tcase_add_loop_test(tcase, extension_into_used_space_is_refused_and_changes_nothing, 0,
			    COUNT(obstacles));
	return tcase;
}

static TCase *shrinking(void)
{
	TCase *tcase = tcase_with_reservation("shrinking");

	tcase_add_test(tcase, dropping_the_head_moves_the_address_up);
	tcase_add_test(tcase, dropping_the_tail_keeps_the_address);
	tcase_add_test(tcase, offsets_count_from_the_new_start_after_the_head_is_dropped);
	tcase_add_test(tcase, dropped_space_can_be_taken_by_others_and_back_by_extending);
	tcase_add_test(tcase, shrinking_keeps_the_maps_outside);
	tcase_add_loop_test(tcase, impossible_cut_is_refused_and_changes_nothing, 0,
			    COUNT(bad_cuts));
	tcase_add_loop_test(tcase, cut_through_a_map_is_refused_and_changes_nothing, 0,
			    COUNT(blocked_cuts));
	return tcase;
}

static TCase *mapping(void)
{
	TCase *tcase = tcase_with_reservation("mapping");

	tcase_add_test(tcase, file_is_mapped_at_its_place);
	tcase_add_test(tcase, reservation_can_be_filled_with_one_map);
	tcase_add_test(tcase, delete_turns_a_map_back_into_reserved_space);
	tcase_add_loop_test(tcase, unaligned_place_is_refused, 0, COUNT(unaligned_places));
	tcase_add_loop_test(tcase, map_that_does_not_fit_is_refused_and_maps_nothing, 0,
			    COUNT(outside));
	tcase_add_test(tcase, huge_offset_does_not_wrap_around_to_what_lies_below);
	tcase_add_loop_test(tcase, only_a_map_that_shares_no_page_fits_beside_another, 0,
			    COUNT(neighbours));
	tcase_add_test(tcase, place_of_a_refused_granularity_can_be_used_again);
	tcase_add_test(tcase, place_of_a_map_that_the_system_refused_can_be_used_again);
	tcase_add_loop_test(tcase, lost_place_outlives_the_reservation, 0, COUNT(lost_pages));
	tcase_add_test(tcase, lost_place_is_never_mapped_again);
	tcase_add_test(tcase, claim_unaligned_for_the_device_is_refused_and_leaves_the_place_free);
	tcase_add_test(tcase, claim_aligned_for_the_device_gets_its_address);
	tcase_add_test(tcase, claimed_place_is_taken_before_anything_is_mapped_there);
	tcase_add_test(tcase, many_threads_map_and_unmap_one_reservation);
	return tcase;
}

/* What the system says of much, and not a tool between it and the program. */
static TCase *much(void)
{
	TCase *tcase = tcase_with_reservation("much");

	tcase_add_loop_test(tcase, mapping_needs_no_address_space_beside_the_reservation, 0, 4);
	tcase_add_loop_test(tcase, more_than_the_address_space_gives_out_of_memory, 0,
			    COUNT(huge_sizes));
	tcase_add_test(tcase, later_maps_and_reservations_leave_a_gibibyte_to_grow_into);
	tcase_add_loop_test(tcase,
			    extension_beyond_the_address_space_is_refused_and_changes_nothing, 0,
			    COUNT(huge_sizes));
	return tcase;
}

/* For emulators of another CPU, which keep a table of every page, to leave out. */
static TCase *vast(void)
{
	TCase *tcase = tcase_with_reservation("vast");

	tcase_set_tags(tcase, "vast");
	tcase_add_test(tcase, tebibyte_can_be_reserved);
	return tcase;
}

static TCase *random_changes(void)
{
	TCase *tcase = tcase_create("random changes");

	tcase_set_timeout(tcase, 50);
	tcase_add_loop_test(tcase, random_changes_agree_with_a_simple_model, 0, 4);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("reservation");

	suite_add_tcase(suite, creation());
	suite_add_tcase(suite, existing());
	suite_add_tcase(suite, growing());
	suite_add_tcase(suite, shrinking());
	suite_add_tcase(suite, mapping());
	suite_add_tcase(suite, random_changes());
	if (pmem2_test_is_alone()) {
		suite_add_tcase(suite, much());
		suite_add_tcase(suite, vast());
	}
	return suite;
}
