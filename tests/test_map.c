/* SPDX-License-Identifier: BSD-3-Clause */
#include "map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "bits.h"
#include "config.h"
#include "support.h"
#include "sysfs_tree.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define SOMETHING ((struct pmem2_map *)1)
#define PIB ((size_t)1 << 50)

#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif

/* ---- system calls that are watched -------------------------------------- */

static struct {
	size_t bytes; /* mapped, less those unmapped */
	int calls;    /* since the test set it to 0 */
	int flags[4]; /* of the first calls */
	int error;    /* fail with it, if not 0 */
	int sync_error;
	bool grants_sync; /* as a DAX file system does */
	int ignored_hints;
} mapping;

static int unmapping_error;

static int mapping_failure(int flags)
{
	if (mapping.sync_error != 0 && (flags & MAP_SYNC))
		return mapping.sync_error;
	return mapping.error;
}

void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	int error = mapping_failure(flags);

	if (mapping.calls < 4)
		mapping.flags[mapping.calls] = flags;
	mapping.calls++;
	if (error != 0) {
		errno = error;
		return MAP_FAILED;
	}
	if (mapping.grants_sync && (flags & MAP_SYNC))
		flags = MAP_SHARED;
	if (mapping.ignored_hints > 0 && addr != NULL && !(flags & MAP_FIXED_NOREPLACE)) {
		mapping.ignored_hints--;
		addr = (char *)addr + PAGE;
	}
	addr = (void *)syscall(SYS_mmap, addr, length, prot, flags, fd, offset);
	if (addr != MAP_FAILED)
		mapping.bytes += pmem2_align_up(length, PAGE);
	return addr;
}

int munmap(void *addr, size_t length)
{
	if (unmapping_error != 0) {
		errno = unmapping_error;
		return -1;
	}
	mapping.bytes -= pmem2_align_up(length, PAGE);
	return (int)syscall(SYS_munmap, addr, length);
}

/* ---- what most tests begin with ----------------------------------------- */

static struct pmem2_config *cfg;
static struct pmem2_source *src;
static struct pmem2_map *map;
static int fd;

static void begin(void)
{
	ck_assert_int_eq(unsetenv("PMEM2_FORCE_GRANULARITY"), 0);
	cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	fd = -1;
}

static void end(void)
{
	if (map != NULL)
		assert_success(pmem2_map_delete(&map));
	pmem2_source_delete(&src);
	pmem2_config_delete(&cfg);
	if (fd >= 0)
		close(fd);
}

static void use_fd(int new_fd)
{
	ck_assert_int_ge(new_fd, 0);
	fd = new_fd;
	src = pmem2_test_source(fd);
}

static void use_file(size_t size)
{
	use_fd(pmem2_test_file(size));
}

/* A file of which byte i holds i / PAGE + 1. */
static void use_numbered_file(size_t size)
{
	use_file(size);
	for (size_t i = 0; i < size; i++) {
		char number = (char)(i / PAGE + 1);
		ck_assert_int_eq(pwrite(fd, &number, 1, (off_t)i), 1);
	}
}

static void use_anon(size_t size)
{
	assert_success(pmem2_source_from_anon(&src, size));
}

static void set_range(size_t offset, size_t length)
{
	assert_success(pmem2_config_set_offset(cfg, offset));
	assert_success(pmem2_config_set_length(cfg, length));
}

static void set_private(void)
{
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE));
}

static void make_map(void)
{
	assert_success(pmem2_map_new(&map, cfg, src));
}

static void assert_refused(int code, const char *text)
{
	map = SOMETHING;
	assert_failure(pmem2_map_new(&map, cfg, src), code, text);
	ck_assert_ptr_null(map);
}

static char *address_of(struct pmem2_map *any)
{
	return pmem2_map_get_address(any);
}

/* Run a step in a child process, and wait for its end. */
static void in_child(void (*step)(void))
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		step();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

/* ---- the checks and their order ----------------------------------------- */

/* Device dax, which can fail every check; a file stands in for what mmap sees. */
static struct pmem2_vm_reservation *narrow;

static void set_attribute(const char *name, const char *text)
{
	pmem2_test_sysfs_write(text, PMEM2_TEST_REGION "/dax0.0/dax0.0/%s", 0U, 0U, name);
}

static void begin_devdax(void)
{
	begin();
	use_file(2 * PMEM2_MIB);
	src->kind = PMEM2_SOURCE_DEVDAX;
	src->device = makedev(252, 0);
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_dax("char/252:0", 0, "2097152", "2097152");
	assert_success(pmem2_vm_reservation_new(&narrow, NULL, 2 * PMEM2_MIB));
}

static void end_devdax(void)
{
	end();
	assert_success(pmem2_vm_reservation_delete(&narrow));
}

static void unset_granularity(void)
{
	cfg->has_granularity = false;
}

static void break_alignment(void)
{
	set_attribute("align", "3145728");
}

static void break_size(void)
{
	set_attribute("size", "much");
}

static void misalign_offset(void)
{
	cfg->offset = PAGE;
}

static void empty_source(void)
{
	set_attribute("size", "0");
}

static void misalign_length(void)
{
	cfg->length = PAGE;
}

static void exceed_source(void)
{
	cfg->length = 4 * PMEM2_MIB;
}

static void misalign_place(void)
{
	assert_success(pmem2_config_set_vm_reservation(cfg, narrow, 1));
}

static void exceed_reservation(void)
{
	assert_success(pmem2_config_set_vm_reservation(cfg, narrow, 2 * PMEM2_MIB));
}

static void break_mapping(void)
{
	mapping.error = ENODEV;
}

static void require_byte(void)
{
	cfg->granularity = PMEM2_GRANULARITY_BYTE;
}

static const struct {
	void (*commit)(void);
	int code;
	const char *text;
} mistakes[] = {
	{unset_granularity, PMEM2_E_GRANULARITY_NOT_SET, "no required store granularity"},
	{break_alignment, PMEM2_E_INVALID_ALIGNMENT_VALUE, "alignment 3145728"},
	{break_size, PMEM2_E_INVALID_SIZE_FORMAT, "size"},
	{misalign_offset, PMEM2_E_OFFSET_UNALIGNED, "not a multiple of the source alignment"},
	{set_private, PMEM2_E_SRC_DEVDAX_PRIVATE, "PRIVATE"},
	{empty_source, PMEM2_E_SOURCE_EMPTY, "0 bytes"},
	{misalign_length, PMEM2_E_LENGTH_UNALIGNED, "not a multiple of the source alignment"},
	{exceed_source, PMEM2_E_MAP_RANGE, "does not lie inside the 2097152 bytes"},
	{misalign_place, PMEM2_E_OFFSET_UNALIGNED, "reservation: offset 1"},
	{exceed_reservation, PMEM2_E_LENGTH_OUT_OF_RANGE, "do not fit into its 2097152 bytes"},
	{break_mapping, -ENODEV, "No such device"},
	{require_byte, PMEM2_E_GRANULARITY_NOT_SUPPORTED, "BYTE is required"},
};

#define MISTAKES ((int)(sizeof(mistakes) / sizeof(mistakes[0])))

START_TEST(first_mistake_in_the_order_of_checks_is_reported)
{
	for (int i = MISTAKES - 1; i >= _i; i--)
		mistakes[i].commit();
	assert_refused(mistakes[_i].code, mistakes[_i].text);
	mapping.error = 0;
}
END_TEST

START_TEST(refused_map_leaves_nothing_mapped_or_open)
{
	size_t mapped;
	size_t descriptors;

	mistakes[_i].commit();
	assert_refused(mistakes[_i].code, mistakes[_i].text);
	mapped = mapping.bytes;
	descriptors = pmem2_test_open_descriptors();
	for (int i = 0; i < 3; i++)
		assert_refused(mistakes[_i].code, mistakes[_i].text);
	mapping.error = 0;
	ck_assert_uint_eq(mapping.bytes, mapped);
	ck_assert_uint_eq(pmem2_test_open_descriptors(), descriptors);
}
END_TEST

START_TEST(address_is_never_aligned_less_than_the_source)
{
	ck_assert_int_eq(ftruncate(fd, (off_t)PMEM2_GIB), 0);
	set_attribute("size", "1073741824");
	set_attribute("align", "1073741824");
	cfg->prot = PMEM2_PROT_READ;
	for (int i = 0; i < 4; i++) {
		make_map();
		ck_assert_uint_eq((uintptr_t)address_of(map) % PMEM2_GIB, 0);
		assert_success(pmem2_map_delete(&map));
	}
}
END_TEST

START_TEST(closed_descriptor_is_refused)
{
	use_file(PAGE);
	close(fd);
	set_range(1, 1);
	assert_refused(PMEM2_E_INVALID_FILE_HANDLE, "closed");
	fd = -1;
}
END_TEST

START_TEST(unaligned_offset_is_refused_before_an_empty_source)
{
	use_file(0);
	set_range(PAGE - 1, 1);
	assert_refused(PMEM2_E_OFFSET_UNALIGNED, "map: offset");
}
END_TEST

START_TEST(empty_file_is_refused_whatever_the_length)
{
	use_file(0);
	assert_refused(PMEM2_E_SOURCE_EMPTY, "0 bytes");
	set_range(0, PAGE);
	assert_refused(PMEM2_E_SOURCE_EMPTY, "0 bytes");
	set_range(PAGE, 1);
	assert_refused(PMEM2_E_SOURCE_EMPTY, "0 bytes");
}
END_TEST

START_TEST(anonymous_source_of_no_bytes_is_refused)
{
	use_anon(0);
	assert_refused(PMEM2_E_SOURCE_EMPTY, "anonymous memory has a size of 0 bytes");
	set_range(0, PAGE);
	assert_refused(PMEM2_E_SOURCE_EMPTY, "0 bytes");
}
END_TEST

START_TEST(procfs_file_is_refused_as_empty)
{
	use_fd(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
	assert_refused(PMEM2_E_SOURCE_EMPTY, "0 bytes");
}
END_TEST

START_TEST(unaligned_length_is_refused)
{
	use_file(4 * PAGE);
	set_range(0, PAGE + 1);
	assert_refused(PMEM2_E_LENGTH_UNALIGNED, "map: length");
	set_range(0, 9 * PAGE - 1);
	assert_refused(PMEM2_E_LENGTH_UNALIGNED, "map: length");
}
END_TEST

/* ---- the part of the source that is mapped ------------------------------ */

START_TEST(length_0_reaches_to_the_end_unrounded)
{
	use_file(PAGE + 904);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(map), PAGE + 904);
}
END_TEST

START_TEST(length_0_at_an_offset_reaches_to_the_end_unrounded)
{
	use_file(PAGE + 904);
	set_range(PAGE, 0);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(map), 904);
}
END_TEST

START_TEST(explicit_length_is_kept)
{
	use_numbered_file(4 * PAGE);
	set_range(PAGE, 2 * PAGE);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(map), 2 * PAGE);
	ck_assert_int_eq(address_of(map)[0], 2);
	ck_assert_int_eq(address_of(map)[2 * PAGE - 1], 3);
	assert_unmapped(address_of(map) + 2 * PAGE);
}
END_TEST

START_TEST(explicit_length_must_fit_in_the_unrounded_size)
{
	use_file(PAGE + 904);
	set_range(0, 2 * PAGE);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
	set_range(0, PAGE);
	make_map();
}
END_TEST

START_TEST(offset_at_the_end_is_refused)
{
	use_file(2 * PAGE);
	set_range(2 * PAGE, 0);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
	set_range(2 * PAGE, PAGE);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
}
END_TEST

START_TEST(offset_past_the_end_is_refused)
{
	use_file(2 * PAGE);
	set_range(3 * PAGE, 0);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
	set_range(pmem2_align_down(INT64_MAX, PAGE), 0);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
}
END_TEST

START_TEST(length_past_the_end_is_refused)
{
	use_file(2 * PAGE);
	set_range(PAGE, 2 * PAGE);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
}
END_TEST

START_TEST(offset_plus_length_may_not_wrap)
{
	use_file(4 * PAGE);
	set_range(2 * PAGE, SIZE_MAX - 2 * PAGE + 1);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
	set_range(2 * PAGE, SIZE_MAX - PAGE + 1);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
	set_range(pmem2_align_down(INT64_MAX, PAGE), SIZE_MAX - PAGE + 1);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
}
END_TEST

START_TEST(several_maps_of_one_source_show_the_same_bytes)
{
	struct pmem2_map *maps[4];

	use_file(PAGE);
	for (size_t i = 0; i < 4; i++)
		assert_success(pmem2_map_new(&maps[i], cfg, src));
	address_of(maps[2])[7] = 'x';
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(address_of(maps[i])[7], 'x');
		for (size_t j = 0; j < i; j++)
			ck_assert_ptr_ne(address_of(maps[i]), address_of(maps[j]));
	}
	for (size_t i = 0; i < 4; i++)
		assert_success(pmem2_map_delete(&maps[i]));
}
END_TEST

START_TEST(one_config_serves_several_sources)
{
	struct pmem2_map *other;

	use_file(PAGE);
	make_map();
	other = map;
	close(fd);
	pmem2_source_delete(&src);
	use_file(3 * PAGE);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(other), PAGE);
	ck_assert_uint_eq(pmem2_map_get_size(map), 3 * PAGE);
	assert_success(pmem2_map_delete(&other));
}
END_TEST

START_TEST(map_outlives_config_source_and_descriptor)
{
	int other;

	use_file(PAGE);
	other = dup(fd);
	make_map();
	close(fd);
	pmem2_source_delete(&src);
	pmem2_config_delete(&cfg);
	pmem2_get_memcpy_fn(map)(address_of(map), "kept", 5, 0);
	pmem2_get_persist_fn(map)(address_of(map), 5);
	assert_success(pmem2_deep_flush(map, address_of(map), 5));
	assert_success(pmem2_map_delete(&map));
	fd = other;
	char text[5];
	ck_assert_int_eq(pread(fd, text, 5, 0), 5);
	ck_assert_str_eq(text, "kept");
}
END_TEST

/* ---- addresses ---------------------------------------------------------- */

static const struct {
	size_t length;
	size_t alignment;
} lengths[] = {
	{1, 2 * PMEM2_MIB},
	{4096, 2 * PMEM2_MIB},
	{PMEM2_MIB, 2 * PMEM2_MIB},
	{2 * PMEM2_MIB, 2 * PMEM2_MIB},
	{5 * PMEM2_MIB, 2 * PMEM2_MIB},
	{PMEM2_GIB, 2 * PMEM2_MIB},
	{2 * PMEM2_GIB, PMEM2_GIB},
	{3 * PMEM2_GIB, PMEM2_GIB},
};

static void assert_aligned(size_t alignment)
{
	make_map();
	ck_assert_msg((uintptr_t)address_of(map) % alignment == 0, "%p of %zu bytes",
		      pmem2_map_get_address(map), pmem2_map_get_size(map));
}

START_TEST(address_suits_huge_pages)
{
	struct pmem2_map *first;

	use_file(lengths[_i].length);
	assert_aligned(lengths[_i].alignment);
	first = map;
	assert_aligned(lengths[_i].alignment);
	assert_success(pmem2_map_delete(&first));
}
END_TEST

START_TEST(address_of_anonymous_memory_suits_huge_pages)
{
	use_anon(lengths[_i].length);
	set_private();
	assert_aligned(lengths[_i].alignment);
}
END_TEST

START_TEST(address_suits_huge_pages_also_when_the_system_ignores_hints)
{
	use_file(lengths[_i].length);
	mapping.ignored_hints = 2;
	assert_aligned(lengths[_i].alignment);
	ck_assert_int_eq(mapping.ignored_hints, 0);
}
END_TEST

START_TEST(reservation_has_room_to_grow_also_when_the_system_ignores_hints)
{
	struct pmem2_vm_reservation *rsv = NULL;
	size_t before = mapping.bytes;

	mapping.ignored_hints = 1;
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, PAGE));
	ck_assert_int_eq(mapping.ignored_hints, 0);
	ck_assert_uint_eq(mapping.bytes, before + PAGE);
	assert_success(pmem2_vm_reservation_extend(rsv, 512 * PMEM2_MIB));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

START_TEST(placing_a_map_leaves_nothing_else_mapped)
{
	size_t before = mapping.bytes;

	use_file(PAGE);
	mapping.ignored_hints = 2;
	make_map();
	ck_assert_uint_eq(mapping.bytes, before + PAGE);
	assert_success(pmem2_map_delete(&map));
	ck_assert_uint_eq(mapping.bytes, before);
}
END_TEST

/* Linux says ENOMEM; what valgrind says in its place is passed on as well. */
START_TEST(more_than_the_address_space_is_refused)
{
	size_t before = mapping.bytes;
	size_t length = (size_t)_i * PIB;
	void *addr = mmap(NULL, length, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int error = errno;

	ck_assert_ptr_eq(addr, MAP_FAILED);
	use_anon(length);
	assert_refused(-error, strerror(error));
	set_private();
	assert_refused(-error, strerror(error));
	ck_assert_uint_eq(mapping.bytes, before);
}
END_TEST

START_TEST(length_whose_pages_exceed_the_type_is_refused)
{
	use_anon(SIZE_MAX);
	assert_refused(-ENOMEM,
		       "bytes of anonymous memory (protection READ WRITE, SHARED): " TEXT_ENOMEM);
}
END_TEST

/* ---- anonymous memory --------------------------------------------------- */

START_TEST(anonymous_memory_is_zeroed)
{
	use_anon(3 * PAGE);
	make_map();
	for (size_t i = 0; i < 3 * PAGE; i++)
		ck_assert_int_eq(address_of(map)[i], 0);
}
END_TEST

static void store_x(void)
{
	address_of(map)[0] = 'x';
}

START_TEST(anonymous_memory_is_shared_with_children)
{
	use_anon(PAGE);
	make_map();
	in_child(store_x);
	ck_assert_int_eq(address_of(map)[0], 'x');
	ck_assert_str_eq(pmem2_test_access(address_of(map)), "rw-s");
}
END_TEST

START_TEST(private_anonymous_memory_is_not_shared_with_children)
{
	use_anon(PAGE);
	set_private();
	make_map();
	in_child(store_x);
	ck_assert_int_eq(address_of(map)[0], 0);
	ck_assert_str_eq(pmem2_test_access(address_of(map)), "rw-p");
}
END_TEST

START_TEST(anonymous_memory_is_byte)
{
	use_anon(PAGE);
	cfg->granularity = PMEM2_GRANULARITY_BYTE;
	make_map();
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), PMEM2_GRANULARITY_BYTE);
}
END_TEST

static const size_t ignored_offsets[] = {1, 4096, 8192, 65536, INT64_MAX};

START_TEST(anonymous_memory_ignores_the_offset)
{
	use_anon(2 * PAGE);
	set_range(ignored_offsets[_i], 2 * PAGE);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(map), 2 * PAGE);
	assert_success(pmem2_map_delete(&map));
	set_range(ignored_offsets[_i], 0);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(map), 2 * PAGE);
}
END_TEST

START_TEST(anonymous_memory_of_odd_size_keeps_it)
{
	use_anon(PAGE + 904);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(map), PAGE + 904);
}
END_TEST

START_TEST(anonymous_memory_checks_the_length)
{
	use_anon(2 * PAGE);
	set_range(0, PAGE + 1);
	assert_refused(PMEM2_E_LENGTH_UNALIGNED, "map: length");
	set_range(0, 3 * PAGE);
	assert_refused(PMEM2_E_MAP_RANGE, "does not lie inside");
	set_range(0, PAGE);
	make_map();
	ck_assert_uint_eq(pmem2_map_get_size(map), PAGE);
}
END_TEST

/* ---- shared and private ------------------------------------------------- */

START_TEST(shared_stores_reach_the_file)
{
	char byte;

	use_file(PAGE);
	make_map();
	address_of(map)[PAGE - 1] = 'x';
	ck_assert_int_eq(pread(fd, &byte, 1, (off_t)PAGE - 1), 1);
	ck_assert_int_eq(byte, 'x');
}
END_TEST

START_TEST(private_stores_never_reach_the_file)
{
	char byte;

	use_numbered_file(PAGE);
	set_private();
	make_map();
	ck_assert_int_eq(address_of(map)[0], 1);
	pmem2_get_memset_fn(map)(address_of(map), 'x', PAGE, 0);
	assert_success(pmem2_deep_flush(map, address_of(map), PAGE));
	ck_assert_int_eq(address_of(map)[0], 'x');
	assert_success(pmem2_map_delete(&map));
	ck_assert_int_eq(pread(fd, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 1);
}
END_TEST

START_TEST(private_map_is_byte)
{
	use_file(PAGE);
	set_private();
	cfg->granularity = PMEM2_GRANULARITY_BYTE;
	make_map();
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), PMEM2_GRANULARITY_BYTE);
}
END_TEST

/* Where hints are dropped, the library tries again elsewhere. */
static void assert_mapping_calls(int expected)
{
	if (pmem2_test_is_alone())
		ck_assert_int_eq(mapping.calls, expected);
}

START_TEST(synchronous_mapping_is_tried_before_a_shared_one)
{
	use_file(PAGE);
	mapping.calls = 0;
	make_map();
	assert_mapping_calls(2);
	ck_assert_int_eq(mapping.flags[0], MAP_SHARED_VALIDATE | MAP_SYNC);
	ck_assert_int_eq(mapping.flags[1], MAP_SHARED);
}
END_TEST

START_TEST(synchronous_mapping_is_not_tried_for_private_and_anonymous_maps)
{
	if (_i == 0)
		use_file(PAGE);
	else
		use_anon(PAGE);
	set_private();
	mapping.calls = 0;
	make_map();
	assert_mapping_calls(1);
	ck_assert_int_eq(mapping.flags[0], MAP_PRIVATE | (_i == 0 ? 0 : MAP_ANONYMOUS));
}
END_TEST

static const int sync_refusals[] = {EINVAL, EOPNOTSUPP};

START_TEST(refused_synchronous_mapping_falls_back_to_page)
{
	const char *reason = strerror(sync_refusals[_i]);

	if (!pmem2_arch_has_writeback())
		reason = "write cache lines back";
	use_file(PAGE);
	mapping.sync_error = sync_refusals[_i];
	make_map();
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), PMEM2_GRANULARITY_PAGE);
	cfg->granularity = PMEM2_GRANULARITY_CACHE_LINE;
	struct pmem2_map *other = SOMETHING;
	assert_failure(pmem2_map_new(&other, cfg, src), PMEM2_E_GRANULARITY_NOT_SUPPORTED, reason);
	ck_assert_ptr_null(other);
}
END_TEST

START_TEST(refusal_of_the_synchronous_mapping_is_remembered_for_the_source)
{
	struct pmem2_map *first;

	use_file(PAGE);
	mapping.sync_error = sync_refusals[_i];
	make_map();
	first = map;
	mapping.calls = 0;
	make_map();
	assert_mapping_calls(1);
	ck_assert_int_eq(mapping.flags[0], MAP_SHARED);
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), PMEM2_GRANULARITY_PAGE);
	assert_success(pmem2_map_delete(&first));
}
END_TEST

START_TEST(private_map_leaves_the_refusal_remembered)
{
	struct pmem2_map *maps[2];

	use_file(PAGE);
	mapping.sync_error = EOPNOTSUPP;
	make_map();
	maps[0] = map;
	set_private();
	make_map();
	maps[1] = map;
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_SHARED));
	mapping.calls = 0;
	make_map();
	assert_mapping_calls(1);
	ck_assert_int_eq(mapping.flags[0], MAP_SHARED);
	for (int i = 0; i < 2; i++)
		assert_success(pmem2_map_delete(&maps[i]));
}
END_TEST

START_TEST(private_map_tells_nothing_of_the_synchronous_mapping)
{
	struct pmem2_map *first;

	use_file(PAGE);
	set_private();
	make_map();
	first = map;
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_SHARED));
	mapping.calls = 0;
	make_map();
	ck_assert_int_eq(mapping.flags[0], MAP_SHARED_VALIDATE | MAP_SYNC);
	assert_success(pmem2_map_delete(&first));
}
END_TEST

START_TEST(other_failure_of_the_synchronous_mapping_is_final)
{
	use_file(PAGE);
	mapping.sync_error = ENOMEM;
	mapping.calls = 0;
	assert_refused(-ENOMEM, TEXT_ENOMEM);
	ck_assert_int_eq(mapping.calls, 1);
	mapping.sync_error = 0;
	mapping.calls = 0;
	make_map();
	ck_assert_int_eq(mapping.flags[0], MAP_SHARED_VALIDATE | MAP_SYNC);
}
END_TEST

START_TEST(granted_synchronous_mapping_is_judged_by_its_region)
{
	use_file(PAGE);
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_region(0, "ACPI.NFIT", _i == 0 ? "cpu_cache" : "memory_controller");
	pmem2_test_sysfs_hold(fd, 0);
	mapping.grants_sync = true;
	make_map();
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), _i);
}
END_TEST

/* ---- protection --------------------------------------------------------- */

static const struct {
	unsigned protection;
	const char *shared;
	const char *private;
} protections[] = {
	{PMEM2_PROT_NONE, "---s", "---p"},
	{PMEM2_PROT_READ, "r--s", "r--p"},
	{PMEM2_PROT_READ | PMEM2_PROT_EXEC, "r-xs", "r-xp"},
	{PMEM2_PROT_EXEC, "--xs", "--xp"},
	{PMEM2_PROT_WRITE, "-w-s", "-w-p"},
	{PMEM2_PROT_READ | PMEM2_PROT_WRITE, "rw-s", "rw-p"},
	{PMEM2_PROT_WRITE | PMEM2_PROT_EXEC, "-wxs", "-wxp"},
	{PMEM2_PROT_READ | PMEM2_PROT_WRITE | PMEM2_PROT_EXEC, "rwxs", "rwxp"},
};

#define PROTECTIONS ((int)(sizeof(protections) / sizeof(protections[0])))
#define READ_ONLY_PROTECTIONS 4

/* Somewhere may be mounted so that nothing there can be executed. */
static bool executable_files(void)
{
	struct statvfs st;

	ck_assert_int_eq(statvfs(pmem2_test_directory(), &st), 0);
	return !(st.f_flag & ST_NOEXEC);
}

static void set_protection(unsigned protection)
{
	if (!executable_files())
		protection &= ~PMEM2_PROT_EXEC;
	assert_success(pmem2_config_set_protection(cfg, protection));
}

static void use_read_only_file(void)
{
	use_fd(open(pmem2_test_named_file(PAGE), O_RDONLY | O_CLOEXEC));
}

static void assert_protection(const char *expected)
{
	const char *seen = pmem2_test_access(address_of(map));

	ck_assert_int_eq(seen[0], expected[0]);
	ck_assert_int_eq(seen[1], expected[1]);
	if (executable_files())
		ck_assert_int_eq(seen[2], expected[2]);
	ck_assert_int_eq(seen[3], expected[3]);
}

START_TEST(protection_is_passed_on)
{
	use_file(PAGE);
	set_protection(protections[_i].protection);
	make_map();
	assert_protection(protections[_i].shared);
}
END_TEST

START_TEST(protection_of_private_maps_is_passed_on_for_a_read_only_descriptor)
{
	use_read_only_file();
	set_private();
	set_protection(protections[_i].protection);
	make_map();
	assert_protection(protections[_i].private);
}
END_TEST

START_TEST(read_only_descriptor_is_enough_for_what_does_not_write)
{
	use_read_only_file();
	set_protection(protections[_i].protection);
	make_map();
	assert_protection(protections[_i].shared);
}
END_TEST

START_TEST(shared_writing_needs_a_writable_descriptor)
{
	use_read_only_file();
	set_protection(protections[_i].protection);
	assert_refused(PMEM2_E_NO_ACCESS, "Permission denied");
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), " WRITE"));
}
END_TEST

START_TEST(running_executable_cannot_be_mapped_for_shared_writing)
{
	use_fd(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	assert_success(pmem2_config_set_length(cfg, PAGE));
	assert_refused(PMEM2_E_NO_ACCESS, "Permission denied");
}
END_TEST

START_TEST(sysfs_file_cannot_be_mapped_for_shared_writing)
{
	use_fd(open("/sys/kernel/uevent_seqnum", O_RDONLY | O_CLOEXEC));
	assert_refused(PMEM2_E_NO_ACCESS, "Permission denied");
}
END_TEST

START_TEST(path_descriptor_cannot_be_mapped)
{
	use_fd(open(pmem2_test_named_file(PAGE), O_PATH | O_CLOEXEC));
	assert_refused(-EBADF, "Bad file descriptor");
}
END_TEST

static const struct {
	int error;
	int code;
	const char *text;
} failures[] = {
	{EACCES, PMEM2_E_NO_ACCESS, "Permission denied"},
	{EEXIST, PMEM2_E_MAPPING_EXISTS, "File exists"},
	{ENOTSUP, PMEM2_E_NOSUPP, TEXT_EOPNOTSUPP},
	{ENODEV, -ENODEV, "No such device"},
	{EAGAIN, -EAGAIN, "Resource temporarily unavailable"},
	{EPERM, -EPERM, "Operation not permitted"},
};

START_TEST(failure_of_the_system_to_map_is_passed_on)
{
	use_file(PAGE);
	mapping.error = failures[_i].error;
	assert_refused(failures[_i].code, failures[_i].text);
	mapping.error = 0;
}
END_TEST

/* ---- deleting ----------------------------------------------------------- */

START_TEST(deleted_map_is_unmapped_and_null)
{
	void *addr;

	use_file(PAGE + 1);
	make_map();
	addr = address_of(map);
	assert_success(pmem2_map_delete(&map));
	ck_assert_ptr_null(map);
	assert_unmapped(addr);
	assert_unmapped((char *)addr + PAGE);
}
END_TEST

START_TEST(map_that_cannot_be_unmapped_stays_as_it_was)
{
	struct pmem2_map *before;
	struct pmem2_map *other = SOMETHING;

	use_file(PAGE);
	make_map();
	before = map;
	unmapping_error = ENOMEM;
	assert_failure(pmem2_map_delete(&map), -ENOMEM, TEXT_ENOMEM);
	unmapping_error = 0;
	ck_assert_ptr_eq(map, before);
	assert_failure(
		pmem2_map_from_existing(&other, src, address_of(map), PAGE, PMEM2_GRANULARITY_PAGE),
		PMEM2_E_MAP_EXISTS, "live map");
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(deleted_map_in_a_reservation_is_reserved_again)
{
	struct pmem2_vm_reservation *rsv;
	char *addr;

	use_file(PAGE);
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, 4 * PAGE));
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, PAGE));
	make_map();
	addr = address_of(map);
	ck_assert_ptr_eq(addr, (char *)pmem2_vm_reservation_get_address(rsv) + PAGE);
	ck_assert_str_eq(pmem2_test_access(addr), "rw-s");
	assert_success(pmem2_map_delete(&map));
	ck_assert_str_eq(pmem2_test_access(addr), "---p");
	make_map();
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

static void assert_all_reserve_no_memory(void)
{
	const int wanted = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

	ck_assert_int_gt(mapping.calls, 0);
	for (int i = 0; i < mapping.calls && i < 4; i++)
		ck_assert_int_eq(mapping.flags[i] & wanted, wanted);
	mapping.calls = 0;
}

/* Else a reservation of terabytes is refused where the system counts what is promised. */
START_TEST(reserved_address_space_is_never_counted_as_memory)
{
	struct pmem2_vm_reservation *rsv = NULL;

	use_anon(PAGE);
	mapping.calls = 0;
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, 2 * PAGE));
	assert_all_reserve_no_memory();
	assert_success(pmem2_vm_reservation_extend(rsv, PAGE));
	assert_all_reserve_no_memory();
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, PAGE));
	make_map();
	mapping.calls = 0;
	assert_success(pmem2_map_delete(&map));
	assert_all_reserve_no_memory();
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

START_TEST(place_in_a_reservation_is_reusable_after_a_refusal)
{
	struct pmem2_vm_reservation *rsv;

	use_file(PAGE);
	assert_success(pmem2_vm_reservation_new(&rsv, NULL, 4 * PAGE));
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, PAGE));
	cfg->granularity = PMEM2_GRANULARITY_BYTE;
	assert_refused(PMEM2_E_GRANULARITY_NOT_SUPPORTED, "BYTE is required");
	ck_assert_str_eq(pmem2_test_access((char *)pmem2_vm_reservation_get_address(rsv) + PAGE),
			 "---p");
	cfg->granularity = PMEM2_GRANULARITY_PAGE;
	make_map();
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

static void use_and_delete(void)
{
	address_of(map)[1] = 'y';
	pmem2_get_persist_fn(map)(address_of(map), 2);
	if (pmem2_map_delete(&map) != 0)
		_exit(1);
}

START_TEST(child_can_use_and_delete_a_map_of_its_parent)
{
	use_file(PAGE);
	make_map();
	in_child(use_and_delete);
	ck_assert_int_eq(address_of(map)[1], 'y');
	address_of(map)[0] = 'x';
	pmem2_get_persist_fn(map)(address_of(map), PAGE);
}
END_TEST

/* ---- memory that the caller mapped -------------------------------------- */

static char *area; /* of 16 pages */

#define AREA (16 * PAGE)

static void begin_existing(void)
{
	begin();
	use_file(AREA);
	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
}

static void end_existing(void)
{
	end();
	munmap(area, AREA);
}

static int wrap(struct pmem2_map **wrapped, size_t from, size_t to)
{
	return pmem2_map_from_existing(wrapped, src, area + from, to - from,
				       PMEM2_GRANULARITY_PAGE);
}

START_TEST(existing_memory_is_described_as_told)
{
	assert_success(pmem2_map_from_existing(&map, src, area + PAGE, 3 * PAGE,
					       (enum pmem2_granularity)_i));
	ck_assert_ptr_eq(address_of(map), area + PAGE);
	ck_assert_uint_eq(pmem2_map_get_size(map), 3 * PAGE);
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), _i);
}
END_TEST

START_TEST(existing_memory_may_be_unaligned_and_of_any_source)
{
	pmem2_source_delete(&src);
	use_anon(1);
	assert_success(wrap(&map, 3, 2 * PAGE + 8));
	ck_assert_ptr_eq(address_of(map), area + 3);
	ck_assert_uint_eq(pmem2_map_get_size(map), 2 * PAGE + 5);
}
END_TEST

START_TEST(deleting_leaves_existing_memory_mapped)
{
	assert_success(wrap(&map, 0, AREA));
	area[0] = 'x';
	assert_success(pmem2_map_delete(&map));
	ck_assert_ptr_null(map);
	ck_assert_int_eq(area[0], 'x');
	assert_success(wrap(&map, 0, AREA));
}
END_TEST

/* In bytes of the area, beside a map of pages 4 to 8. */
static const struct {
	size_t from;
	size_t to;
} overlaps[] = {
	{4 * 4096, 8 * 4096},      {4 * 4096, 5 * 4096},     {7 * 4096, 8 * 4096},
	{5 * 4096, 6 * 4096},      {0, 16 * 4096},           {0, 4 * 4096 + 1},
	{8 * 4096 - 1, 16 * 4096}, {5 * 4096, 5 * 4096 + 1},
};

static const struct {
	size_t from;
	size_t to;
} neighbours[] = {
	{0, 4 * 4096},
	{8 * 4096, 16 * 4096},
	{4 * 4096 - 1, 4 * 4096},
	{8 * 4096, 8 * 4096 + 1},
};

START_TEST(existing_memory_may_not_overlap_another_such_map)
{
	struct pmem2_map *other = SOMETHING;

	assert_success(wrap(&map, 4 * (size_t)4096, 8 * (size_t)4096));
	assert_failure(wrap(&other, overlaps[_i].from, overlaps[_i].to), PMEM2_E_MAP_EXISTS,
		       "live map");
	ck_assert_ptr_eq(other, SOMETHING);
	assert_success(pmem2_map_delete(&map));
	assert_success(wrap(&map, overlaps[_i].from, overlaps[_i].to));
}
END_TEST

START_TEST(existing_memory_may_touch_another_such_map)
{
	struct pmem2_map *other;

	assert_success(wrap(&other, 4 * (size_t)4096, 8 * (size_t)4096));
	assert_success(wrap(&map, neighbours[_i].from, neighbours[_i].to));
	assert_success(pmem2_map_delete(&other));
}
END_TEST

START_TEST(existing_memory_may_not_overlap_a_map_of_the_library)
{
	struct pmem2_map *other = SOMETHING;
	const size_t beyond = PAGE;

	make_map();
	assert_failure(
		pmem2_map_from_existing(&other, src, address_of(map), AREA, PMEM2_GRANULARITY_BYTE),
		PMEM2_E_MAP_EXISTS, "live map");
	assert_failure(pmem2_map_from_existing(&other, src, address_of(map) - beyond, beyond + 1,
					       PMEM2_GRANULARITY_BYTE),
		       PMEM2_E_MAP_EXISTS, "live map");
	assert_failure(pmem2_map_from_existing(&other, src, address_of(map) + AREA - 1, beyond,
					       PMEM2_GRANULARITY_BYTE),
		       PMEM2_E_MAP_EXISTS, "live map");
	ck_assert_ptr_eq(other, SOMETHING);
}
END_TEST

static void use_another_file(size_t size)
{
	pmem2_source_delete(&src);
	close(fd);
	use_file(size);
}

/* Both lie in the last page of a map of 5000 bytes; whether they overlap goes by bytes. */
START_TEST(existing_memory_may_begin_where_the_content_of_a_map_ends)
{
	struct pmem2_map *other = SOMETHING;
	char *end;

	use_another_file(5000);
	make_map();
	end = address_of(map) + 5000;
	assert_failure(pmem2_map_from_existing(&other, src, end - 1, 100, PMEM2_GRANULARITY_PAGE),
		       PMEM2_E_MAP_EXISTS, "live map");
	assert_success(pmem2_map_from_existing(&other, src, end, 100, PMEM2_GRANULARITY_PAGE));
	pmem2_get_persist_fn(other)(end, 100);
	assert_success(pmem2_map_delete(&other));
}
END_TEST

START_TEST(existing_memory_of_length_0_is_in_nobodys_way)
{
	struct pmem2_map *empty;
	struct pmem2_map *inside;

	assert_success(wrap(&empty, 2 * PAGE, 2 * PAGE));
	ck_assert_uint_eq(pmem2_map_get_size(empty), 0);
	assert_success(wrap(&map, 0, AREA));
	assert_success(wrap(&inside, 5 * PAGE, 5 * PAGE));
	pmem2_get_persist_fn(inside)(area + 5 * PAGE, 0);
	assert_success(pmem2_map_delete(&inside));
	assert_success(pmem2_map_delete(&empty));
}
END_TEST

static const int odd_granularities[] = {-1, 3, 9, INT32_MAX, INT32_MIN};

START_TEST(existing_memory_of_unknown_granularity_is_refused)
{
	struct pmem2_map *other = SOMETHING;
	char text[32];

	snprintf(text, sizeof(text), "granularity %d", odd_granularities[_i]);
	assert_failure(pmem2_map_from_existing(&other, src, area, AREA,
					       (enum pmem2_granularity)odd_granularities[_i]),
		       PMEM2_E_GRANULARITY_NOT_SUPPORTED, text);
	ck_assert_ptr_eq(other, SOMETHING);
	assert_success(wrap(&map, 0, AREA));
}
END_TEST

START_TEST(existing_memory_may_not_reach_past_the_address_space)
{
	struct pmem2_map *other = SOMETHING;

	assert_failure(pmem2_map_from_existing(&other, src, area, SIZE_MAX, PMEM2_GRANULARITY_PAGE),
		       PMEM2_E_MAP_RANGE, "address space");
	ck_assert_ptr_eq(other, SOMETHING);
}
END_TEST

/* ---- maps that lost their memory behind the library's back -------------- */

/* Map two pages of `src` at `addr`, which must be free. */
static struct pmem2_vm_reservation *place_map(struct pmem2_map **placed, void *addr)
{
	struct pmem2_vm_reservation *rsv;

	assert_success(pmem2_vm_reservation_new(&rsv, addr, 2 * PAGE));
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, 0));
	assert_success(pmem2_map_new(placed, cfg, src));
	ck_assert_ptr_eq(address_of(*placed), addr);
	return rsv;
}

static struct pmem2_map *stale;

/* The stale map covers four pages; a new one lands on two of them, beginning with page _i. */
static struct pmem2_vm_reservation *replace_stale(int first_page)
{
	char *addr;

	use_file(4 * PAGE);
	make_map();
	stale = map;
	addr = address_of(stale);
	ck_assert_int_eq(munmap(addr, 4 * PAGE), 0);
	set_range(0, 2 * PAGE);
	return place_map(&map, addr + (size_t)first_page * PAGE);
}

START_TEST(new_map_may_land_where_a_stale_one_was)
{
	struct pmem2_vm_reservation *rsv = replace_stale(_i);

	ck_assert_ptr_ne(map, stale);
	address_of(map)[0] = 'x';
	pmem2_get_persist_fn(map)(address_of(map), 2 * PAGE);
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_map_delete(&stale));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

START_TEST(deleting_a_stale_map_leaves_its_successor_mapped)
{
	struct pmem2_vm_reservation *rsv = replace_stale(_i);
	struct pmem2_map *other = SOMETHING;

	assert_success(pmem2_map_delete(&stale));
	ck_assert_ptr_null(stale);
	ck_assert_str_eq(pmem2_test_access(address_of(map)), "rw-s");
	address_of(map)[2 * PAGE - 1] = 'x';
	assert_failure(
		pmem2_map_from_existing(&other, src, address_of(map), PAGE, PMEM2_GRANULARITY_PAGE),
		PMEM2_E_MAP_EXISTS, "live map");
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

START_TEST(new_map_may_land_where_wrapped_memory_was)
{
	struct pmem2_vm_reservation *rsv;

	use_file(4 * PAGE);
	area = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	assert_success(wrap(&stale, 0, 4 * PAGE));
	ck_assert_int_eq(munmap(area, 4 * PAGE), 0);
	set_range(0, 2 * PAGE);
	rsv = place_map(&map, area + PAGE);
	assert_success(pmem2_map_delete(&stale));
	ck_assert_str_eq(pmem2_test_access(area + PAGE), "rw-s");
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

/* What was described lay in reserved space, which the reservation did not take from it. */
START_TEST(new_map_takes_all_of_its_last_page_and_no_more)
{
	struct pmem2_vm_reservation *rsv;
	struct pmem2_map *other = NULL;
	struct pmem2_map *behind;

	ck_assert_int_eq(munmap(area, AREA), 0);
	assert_success(pmem2_vm_reservation_new(&rsv, area, 3 * PAGE));
	assert_success(wrap(&stale, 2 * PAGE - 1, 2 * PAGE));
	assert_success(wrap(&behind, 2 * PAGE, 2 * PAGE + 1));
	use_another_file(PAGE + 1);
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, 0));
	make_map();
	assert_failure(wrap(&other, 2 * PAGE, 2 * PAGE + 1), PMEM2_E_MAP_EXISTS, "live map");
	assert_success(wrap(&other, 2 * PAGE - 1, 2 * PAGE));
	assert_success(pmem2_map_delete(&other));
	assert_success(pmem2_map_delete(&behind));
	assert_success(pmem2_map_delete(&stale));
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

START_TEST(deleting_a_stale_map_leaves_the_reservation_in_its_place)
{
	struct pmem2_vm_reservation *rsv;

	use_file(4 * PAGE);
	make_map();
	area = address_of(map);
	ck_assert_int_eq(munmap(area, 4 * PAGE), 0);
	assert_success(pmem2_vm_reservation_new(&rsv, area, 4 * PAGE));
	assert_success(pmem2_map_delete(&map));
	ck_assert_str_eq(pmem2_test_access(area), "---p");
	ck_assert_str_eq(pmem2_test_access(area + 4 * PAGE - 1), "---p");
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

/* A map may fill a hole between others; once the holes are full, there is room below it. */
static void make_map_with_a_free_page_below(void)
{
	struct pmem2_map *above[64];
	size_t count = 0;

	make_map();
	while (*pmem2_test_access(address_of(map) - 1) != '\0') {
		ck_assert_uint_lt(count, sizeof(above) / sizeof(above[0]));
		above[count++] = map;
		make_map();
	}
	while (count > 0)
		assert_success(pmem2_map_delete(&above[--count]));
}

START_TEST(deleting_a_stale_map_leaves_the_extension_in_its_place)
{
	struct pmem2_vm_reservation *rsv;

	use_file(4 * PAGE);
	make_map_with_a_free_page_below();
	area = address_of(map);
	ck_assert_int_eq(munmap(area, 4 * PAGE), 0);
	assert_success(pmem2_vm_reservation_new(&rsv, area - PAGE, PAGE));
	assert_success(pmem2_vm_reservation_extend(rsv, 2 * PAGE));
	assert_success(pmem2_map_delete(&map));
	ck_assert_str_eq(pmem2_test_access(area), "---p");
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

/* Only a new mapping proves that the old one is gone; a caller's word does not. */
START_TEST(stale_map_is_in_the_way_of_wrapping_memory)
{
	struct pmem2_map *other = SOMETHING;

	use_file(4 * PAGE);
	make_map();
	area = address_of(map);
	ck_assert_int_eq(munmap(area, 4 * PAGE), 0);
	assert_failure(wrap(&other, 0, PAGE), PMEM2_E_MAP_EXISTS, "live map");
	assert_success(pmem2_map_delete(&map));
}
END_TEST

/* ---- the suite ---------------------------------------------------------- */

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static TCase *check_tests(void)
{
	TCase *tests = tcase_create("checks");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, closed_descriptor_is_refused);
	tcase_add_test(tests, unaligned_offset_is_refused_before_an_empty_source);
	tcase_add_test(tests, empty_file_is_refused_whatever_the_length);
	tcase_add_test(tests, anonymous_source_of_no_bytes_is_refused);
	tcase_add_test(tests, procfs_file_is_refused_as_empty);
	tcase_add_test(tests, unaligned_length_is_refused);
	return tests;
}

static TCase *devdax_tests(void)
{
	TCase *tests = tcase_create("device dax");

	tcase_add_checked_fixture(tests, begin_devdax, end_devdax);
	tcase_add_loop_test(tests, first_mistake_in_the_order_of_checks_is_reported, 0, MISTAKES);
	tcase_add_loop_test(tests, refused_map_leaves_nothing_mapped_or_open, 0, MISTAKES);
	if (pmem2_arch_has_writeback())
		tcase_add_test(tests, address_is_never_aligned_less_than_the_source);
	return tests;
}

static TCase *range_tests(void)
{
	TCase *tests = tcase_create("range");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, length_0_reaches_to_the_end_unrounded);
	tcase_add_test(tests, length_0_at_an_offset_reaches_to_the_end_unrounded);
	tcase_add_test(tests, explicit_length_is_kept);
	tcase_add_test(tests, explicit_length_must_fit_in_the_unrounded_size);
	tcase_add_test(tests, offset_at_the_end_is_refused);
	tcase_add_test(tests, offset_past_the_end_is_refused);
	tcase_add_test(tests, length_past_the_end_is_refused);
	tcase_add_test(tests, offset_plus_length_may_not_wrap);
	tcase_add_test(tests, several_maps_of_one_source_show_the_same_bytes);
	tcase_add_test(tests, one_config_serves_several_sources);
	tcase_add_test(tests, map_outlives_config_source_and_descriptor);
	return tests;
}

static TCase *address_tests(void)
{
	TCase *tests = tcase_create("address");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, address_suits_huge_pages, 0, COUNT(lengths));
	tcase_add_loop_test(tests, address_of_anonymous_memory_suits_huge_pages, 0, COUNT(lengths));
	tcase_add_loop_test(tests, address_suits_huge_pages_also_when_the_system_ignores_hints, 0,
			    COUNT(lengths));
	tcase_add_test(tests, reservation_has_room_to_grow_also_when_the_system_ignores_hints);
	tcase_add_test(tests, placing_a_map_leaves_nothing_else_mapped);
	tcase_add_loop_test(tests, more_than_the_address_space_is_refused, 1, 3);
	tcase_add_test(tests, length_whose_pages_exceed_the_type_is_refused);
	return tests;
}

static TCase *anonymous_tests(void)
{
	TCase *tests = tcase_create("anonymous");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, anonymous_memory_is_zeroed);
	tcase_add_test(tests, anonymous_memory_is_shared_with_children);
	tcase_add_test(tests, private_anonymous_memory_is_not_shared_with_children);
	tcase_add_test(tests, anonymous_memory_is_byte);
	tcase_add_loop_test(tests, anonymous_memory_ignores_the_offset, 0, COUNT(ignored_offsets));
	tcase_add_test(tests, anonymous_memory_of_odd_size_keeps_it);
	tcase_add_test(tests, anonymous_memory_checks_the_length);
	return tests;
}

static TCase *sharing_tests(void)
{
	TCase *tests = tcase_create("sharing");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, shared_stores_reach_the_file);
	tcase_add_test(tests, private_stores_never_reach_the_file);
	tcase_add_test(tests, private_map_is_byte);
	tcase_add_test(tests, synchronous_mapping_is_tried_before_a_shared_one);
	tcase_add_loop_test(tests, synchronous_mapping_is_not_tried_for_private_and_anonymous_maps,
			    0, 2);
	tcase_add_loop_test(tests, refused_synchronous_mapping_falls_back_to_page, 0,
			    COUNT(sync_refusals));
	tcase_add_loop_test(tests, refusal_of_the_synchronous_mapping_is_remembered_for_the_source,
			    0, COUNT(sync_refusals));
	tcase_add_test(tests, private_map_leaves_the_refusal_remembered);
	tcase_add_test(tests, private_map_tells_nothing_of_the_synchronous_mapping);
	tcase_add_test(tests, other_failure_of_the_synchronous_mapping_is_final);
	if (pmem2_arch_has_writeback())
		tcase_add_loop_test(tests, granted_synchronous_mapping_is_judged_by_its_region, 0,
				    2);
	return tests;
}

static TCase *protection_tests(void)
{
	TCase *tests = tcase_create("protection");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, protection_is_passed_on, 0, PROTECTIONS);
	tcase_add_loop_test(tests,
			    protection_of_private_maps_is_passed_on_for_a_read_only_descriptor, 0,
			    PROTECTIONS);
	tcase_add_loop_test(tests, read_only_descriptor_is_enough_for_what_does_not_write, 0,
			    READ_ONLY_PROTECTIONS);
	tcase_add_loop_test(tests, shared_writing_needs_a_writable_descriptor,
			    READ_ONLY_PROTECTIONS, PROTECTIONS);
	tcase_add_test(tests, running_executable_cannot_be_mapped_for_shared_writing);
	tcase_add_test(tests, sysfs_file_cannot_be_mapped_for_shared_writing);
	tcase_add_test(tests, path_descriptor_cannot_be_mapped);
	tcase_add_loop_test(tests, failure_of_the_system_to_map_is_passed_on, 0, COUNT(failures));
	return tests;
}

static TCase *delete_tests(void)
{
	TCase *tests = tcase_create("delete");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, deleted_map_is_unmapped_and_null);
	tcase_add_test(tests, map_that_cannot_be_unmapped_stays_as_it_was);
	tcase_add_test(tests, deleted_map_in_a_reservation_is_reserved_again);
	tcase_add_test(tests, reserved_address_space_is_never_counted_as_memory);
	tcase_add_test(tests, place_in_a_reservation_is_reusable_after_a_refusal);
	tcase_add_test(tests, child_can_use_and_delete_a_map_of_its_parent);
	return tests;
}

static TCase *existing_tests(void)
{
	TCase *tests = tcase_create("existing memory");

	tcase_add_checked_fixture(tests, begin_existing, end_existing);
	tcase_add_loop_test(tests, existing_memory_is_described_as_told, 0, 3);
	tcase_add_test(tests, existing_memory_may_be_unaligned_and_of_any_source);
	tcase_add_test(tests, deleting_leaves_existing_memory_mapped);
	tcase_add_loop_test(tests, existing_memory_may_not_overlap_another_such_map, 0,
			    COUNT(overlaps));
	tcase_add_loop_test(tests, existing_memory_may_touch_another_such_map, 0,
			    COUNT(neighbours));
	tcase_add_test(tests, existing_memory_may_not_overlap_a_map_of_the_library);
	tcase_add_test(tests, existing_memory_of_length_0_is_in_nobodys_way);
	tcase_add_test(tests, existing_memory_may_begin_where_the_content_of_a_map_ends);
	tcase_add_test(tests, new_map_takes_all_of_its_last_page_and_no_more);
	tcase_add_loop_test(tests, existing_memory_of_unknown_granularity_is_refused, 0,
			    COUNT(odd_granularities));
	tcase_add_test(tests, existing_memory_may_not_reach_past_the_address_space);
	return tests;
}

static TCase *stale_tests(void)
{
	TCase *tests = tcase_create("stale");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, new_map_may_land_where_a_stale_one_was, 0, 3);
	tcase_add_loop_test(tests, deleting_a_stale_map_leaves_its_successor_mapped, 0, 3);
	tcase_add_test(tests, new_map_may_land_where_wrapped_memory_was);
	tcase_add_test(tests, deleting_a_stale_map_leaves_the_reservation_in_its_place);
	tcase_add_test(tests, deleting_a_stale_map_leaves_the_extension_in_its_place);
	tcase_add_test(tests, stale_map_is_in_the_way_of_wrapping_memory);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("map");

	suite_add_tcase(suite, check_tests());
	suite_add_tcase(suite, devdax_tests());
	suite_add_tcase(suite, range_tests());
	suite_add_tcase(suite, address_tests());
	suite_add_tcase(suite, anonymous_tests());
	suite_add_tcase(suite, sharing_tests());
	suite_add_tcase(suite, protection_tests());
	suite_add_tcase(suite, delete_tests());
	suite_add_tcase(suite, existing_tests());
	suite_add_tcase(suite, stale_tests());
	return suite;
}
