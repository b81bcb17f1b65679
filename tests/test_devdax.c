/* SPDX-License-Identifier: BSD-3-Clause */
/* Device dax through the whole API: source, map, flush, deep flush. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "arch.h"
#include "bits.h"
#include "fake_dax.h"
#include "support.h"
#include "sysfs_tree.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))

/* What the replaced line flush and fence have seen. */
static struct {
	const char *start;
	size_t length;
	unsigned calls;
	unsigned deep;         /* of them, those to the point of deep persistence */
	unsigned fenced;       /* flushes that a fence has followed */
	bool after_deep_flush; /* the region had been told to flush before */
} flushed;

static bool watch_deep_flush;

void __wrap_pmem2_arch_flush_cache_line(const void *ptr, size_t len);
void __real_pmem2_arch_flush_cache_line(const void *ptr, size_t len);
pmem2_flush_fn __wrap_pmem2_arch_deep_flush_fn(void);
void __wrap_pmem2_arch_drain(void);
void __real_pmem2_arch_drain(void);

static void note_deep_flush(void)
{
	if (watch_deep_flush && fake_dax_written(FAKE_DAX_REGION, "deep_flush"))
		flushed.after_deep_flush = true;
}

void __wrap_pmem2_arch_flush_cache_line(const void *ptr, size_t len)
{
	flushed.start = ptr;
	flushed.length = len;
	flushed.calls++;
	note_deep_flush();
	__real_pmem2_arch_flush_cache_line(ptr, len);
}

void __wrap_pmem2_arch_drain(void)
{
	flushed.fenced = flushed.calls;
	note_deep_flush();
	__real_pmem2_arch_drain();
}

/* What this CPU has in place of a flush for deep flush; NULL: nothing. */
static pmem2_flush_fn deep;

pmem2_flush_fn __wrap_pmem2_arch_deep_flush_fn(void)
{
	return deep;
}

static void flush_deeply(const void *ptr, size_t len)
{
	flushed.start = ptr;
	flushed.length = len;
	flushed.calls++;
	flushed.deep++;
	note_deep_flush();
}

static struct pmem2_config *cfg;

static void setup(void)
{
	fake_dax_setup();
	memset(&flushed, 0, sizeof(flushed));
	watch_deep_flush = false;
	deep = NULL;
	cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
}

static void teardown(void)
{
	unsetenv("PMEM2_FORCE_GRANULARITY");
	pmem2_config_delete(&cfg);
	fake_dax_teardown();
}

static const struct fake_dax *const kinds[] = {&fake_dax_nvdimm, &fake_dax_hmem, &fake_dax_cxl};
#define KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))

static struct pmem2_source *plug(const struct fake_dax *model)
{
	return pmem2_test_source(fake_dax_plug(model));
}

/* Map as `cfg` says; the source and its descriptor are not needed any more. */
static struct pmem2_map *map_model(const struct fake_dax *model)
{
	struct pmem2_source *src = plug(model);
	struct pmem2_map *map = NULL;

	assert_success(pmem2_map_new(&map, cfg, src));
	pmem2_source_delete(&src);
	return map;
}

static void refuse_model(const struct fake_dax *model, int code, const char *text)
{
	struct pmem2_source *src = plug(model);
	struct pmem2_map *map = (void *)1;
	size_t mapped;

	(void)pmem2_map_new(&map, cfg, src);
	mapped = pmem2_test_mapped_bytes();
	map = (void *)1;
	assert_failure(pmem2_map_new(&map, cfg, src), code, text);
	ck_assert_ptr_null(map);
	assert_mapped_bytes(mapped);
	pmem2_source_delete(&src);
}

static void force(const char *granularity)
{
	setenv("PMEM2_FORCE_GRANULARITY", granularity, 1);
}

/* ---- source ------------------------------------------------------------- */

START_TEST(device_dax_is_a_source)
{
	int fd = fake_dax_plug(kinds[_i]);
	struct pmem2_source *src = pmem2_test_source(fd);
	int got = -1;

	assert_success(pmem2_source_get_fd(src, &got));
	ck_assert_int_eq(got, fd);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(other_character_device_is_an_invalid_type)
{
	struct pmem2_source *src = (void *)1;
	int fd = pmem2_test_file(4096);
	dev_t number;
	char name[32];

	fake_dax_disguise(fd);
	number = fake_dax_number(fd);
	snprintf(name, sizeof(name), "char/%u:%u", major(number), minor(number));
	pmem2_test_sysfs_device(name, "devices/virtual/mem/null");
	ck_assert_int_eq(symlink("../../../../class/mem",
				 pmem2_test_sysfs_path("devices/virtual/mem/null/subsystem")),
			 0);
	assert_failure(pmem2_source_from_fd(&src, fd), PMEM2_E_INVALID_FILE_TYPE,
		       "other than device dax");
	ck_assert_ptr_null(src);
}
END_TEST

START_TEST(character_device_unknown_to_sysfs_gives_the_errno)
{
	struct pmem2_source *src = (void *)1;
	int fd = pmem2_test_file(4096);

	fake_dax_disguise(fd);
	assert_failure(pmem2_source_from_fd(&src, fd), -ENOENT, "sysfs");
	ck_assert_ptr_null(src);
}
END_TEST

START_TEST(size_and_alignment_are_those_of_the_device)
{
	struct pmem2_source *src = plug(kinds[_i]);
	size_t size = 0;
	size_t alignment = 0;

	assert_success(pmem2_source_size(src, &size));
	ck_assert_uint_eq(size, FAKE_DAX_SIZE);
	assert_success(pmem2_source_alignment(src, &alignment));
	ck_assert_uint_eq(alignment, FAKE_DAX_ALIGNMENT);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(old_kernels_tell_the_alignment_of_the_dax_region)
{
	struct fake_dax model = *kinds[_i];
	struct pmem2_source *src;
	size_t alignment = 0;

	model.align = NULL;
	model.region_align = "4194304";
	src = plug(&model);
	assert_success(pmem2_source_alignment(src, &alignment));
	ck_assert_uint_eq(alignment, 4194304);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(device_that_has_gone_is_no_region)
{
	struct pmem2_source *src = plug(kinds[_i]);
	size_t size = 77;
	size_t alignment = 78;

	pmem2_test_sysfs_begin();
	assert_failure(pmem2_source_size(src, &size), PMEM2_E_DAX_REGION_NOT_FOUND, "size");
	assert_failure(pmem2_source_alignment(src, &alignment), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "align");
	ck_assert_uint_eq(size, 77);
	ck_assert_uint_eq(alignment, 78);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(device_that_has_gone_is_not_mapped)
{
	struct pmem2_source *src = plug(kinds[_i]);
	struct pmem2_map *map = (void *)1;

	pmem2_test_sysfs_begin();
	assert_failure(pmem2_map_new(&map, cfg, src), PMEM2_E_DAX_REGION_NOT_FOUND, "align");
	ck_assert_ptr_null(map);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(wrong_size_is_refused_and_not_stored)
{
	struct fake_dax model = *kinds[_i];
	struct pmem2_source *src;
	size_t size = 77;

	model.size = "8M";
	src = plug(&model);
	assert_failure(pmem2_source_size(src, &size), PMEM2_E_INVALID_SIZE_FORMAT, "size");
	ck_assert_uint_eq(size, 77);
	pmem2_source_delete(&src);
}
END_TEST

static const struct {
	const char *align;
	int code;
} wrong_alignments[] = {
	{"0", PMEM2_E_INVALID_ALIGNMENT_VALUE},
	{"3", PMEM2_E_INVALID_ALIGNMENT_VALUE},
	{"2M", PMEM2_E_INVALID_ALIGNMENT_FORMAT},
	{"-1", PMEM2_E_INVALID_ALIGNMENT_FORMAT},
};

START_TEST(wrong_alignment_is_refused_and_not_stored)
{
	struct fake_dax model = fake_dax_nvdimm;
	struct pmem2_source *src;
	size_t alignment = 77;

	model.align = wrong_alignments[_i].align;
	src = plug(&model);
	assert_failure(pmem2_source_alignment(src, &alignment), wrong_alignments[_i].code, "align");
	ck_assert_uint_eq(alignment, 77);
	refuse_model(&model, wrong_alignments[_i].code, "align");
	pmem2_source_delete(&src);
}
END_TEST

/* ---- map ---------------------------------------------------------------- */

START_TEST(whole_device_is_mapped_and_stores_reach_it)
{
	int fd = fake_dax_plug(kinds[_i]);
	struct pmem2_map *map = pmem2_test_map(fd, PMEM2_GRANULARITY_PAGE);
	char *addr = pmem2_map_get_address(map);
	char byte = 0;

	ck_assert_uint_eq(pmem2_map_get_size(map), FAKE_DAX_SIZE);
	ck_assert_uint_eq((uintptr_t)addr % FAKE_DAX_ALIGNMENT, 0);
	addr[FAKE_DAX_SIZE - 1] = 'x';
	ck_assert_int_eq(pread(fd, &byte, 1, FAKE_DAX_SIZE - 1), 1);
	ck_assert_int_eq(byte, 'x');
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(offset_and_length_choose_the_part)
{
	int fd = fake_dax_plug(&fake_dax_hmem);
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_map *map = NULL;

	ck_assert_int_eq(pwrite(fd, "x", 1, 2 * FAKE_DAX_ALIGNMENT), 1);
	pmem2_config_set_offset(cfg, 2 * FAKE_DAX_ALIGNMENT);
	pmem2_config_set_length(cfg, FAKE_DAX_ALIGNMENT);
	assert_success(pmem2_map_new(&map, cfg, src));
	ck_assert_uint_eq(pmem2_map_get_size(map), FAKE_DAX_ALIGNMENT);
	ck_assert_int_eq(*(char *)pmem2_map_get_address(map), 'x');
	assert_success(pmem2_map_delete(&map));
	pmem2_source_delete(&src);
}
END_TEST

/* So much that no place has it by chance. */
START_TEST(address_is_aligned_as_the_device_needs)
{
	struct fake_dax model = fake_dax_nvdimm;
	struct pmem2_map *map;

	model.size = "1073741824";
	model.align = "1073741824";
	map = map_model(&model);
	ck_assert_uint_eq((uintptr_t)pmem2_map_get_address(map) % 1073741824, 0);
	ck_assert_uint_eq(pmem2_map_get_size(map), 1073741824);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(address_space_in_use_is_no_reason_to_fail)
{
	struct pmem2_map *first = map_model(&fake_dax_nvdimm);
	struct pmem2_map *second;
	char *behind = (char *)pmem2_map_get_address(first) + FAKE_DAX_SIZE;
	char *blocker = mmap(behind, PAGE, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	ck_assert_ptr_eq(blocker, behind);
	second = map_model(&fake_dax_nvdimm);
	assert_success(pmem2_map_delete(&second));
	assert_success(pmem2_map_delete(&first));
	munmap(blocker, PAGE);
}
END_TEST

START_TEST(private_mapping_is_refused)
{
	pmem2_config_set_sharing(cfg, PMEM2_PRIVATE);
	refuse_model(kinds[_i], PMEM2_E_SRC_DEVDAX_PRIVATE, "PRIVATE");
}
END_TEST

START_TEST(private_mapping_is_refused_after_the_offset_and_before_the_size)
{
	struct fake_dax model = fake_dax_nvdimm;

	pmem2_config_set_sharing(cfg, PMEM2_PRIVATE);
	model.size = "0";
	refuse_model(&model, PMEM2_E_SRC_DEVDAX_PRIVATE, "PRIVATE");
	pmem2_config_set_offset(cfg, PAGE);
	refuse_model(&model, PMEM2_E_OFFSET_UNALIGNED, "offset");
}
END_TEST

START_TEST(offset_not_aligned_as_the_device_needs_is_refused)
{
	pmem2_config_set_offset(cfg, PAGE);
	refuse_model(kinds[_i], PMEM2_E_OFFSET_UNALIGNED, "2097152");
}
END_TEST

START_TEST(length_not_aligned_as_the_device_needs_is_refused)
{
	pmem2_config_set_length(cfg, FAKE_DAX_ALIGNMENT + PAGE);
	refuse_model(kinds[_i], PMEM2_E_LENGTH_UNALIGNED, "2097152");
}
END_TEST

START_TEST(device_aligned_to_pages_needs_no_more)
{
	struct fake_dax model = *kinds[_i];
	struct pmem2_map *map;

	model.align = "4096";
	pmem2_config_set_offset(cfg, 4096);
	pmem2_config_set_length(cfg, 4096);
	map = map_model(&model);
	ck_assert_uint_eq(pmem2_map_get_size(map), 4096);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(device_of_no_bytes_is_empty)
{
	struct fake_dax model = *kinds[_i];

	model.size = "0";
	refuse_model(&model, PMEM2_E_SOURCE_EMPTY, "0 bytes");
}
END_TEST

START_TEST(range_past_the_device_is_refused)
{
	pmem2_config_set_length(cfg, FAKE_DAX_SIZE + FAKE_DAX_ALIGNMENT);
	refuse_model(kinds[_i], PMEM2_E_MAP_RANGE, "8388608");
	pmem2_config_set_length(cfg, 0);
	pmem2_config_set_offset(cfg, FAKE_DAX_SIZE);
	refuse_model(kinds[_i], PMEM2_E_MAP_RANGE, "8388608");
}
END_TEST

/* ---- reservation -------------------------------------------------------- */

static struct pmem2_vm_reservation *reserve(void)
{
	struct pmem2_vm_reservation *rsv = NULL;

	assert_success(pmem2_vm_reservation_new(&rsv, NULL, 2 * FAKE_DAX_SIZE));
	return rsv;
}

START_TEST(place_not_aligned_as_the_device_needs_is_refused)
{
	struct pmem2_vm_reservation *rsv = reserve();

	pmem2_config_set_vm_reservation(cfg, rsv, PAGE);
	refuse_model(kinds[_i], PMEM2_E_ADDRESS_UNALIGNED, "2097152");
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

START_TEST(aligned_place_is_taken)
{
	struct pmem2_vm_reservation *rsv = reserve();
	char *start = pmem2_vm_reservation_get_address(rsv);
	struct pmem2_map *map;

	pmem2_config_set_vm_reservation(cfg, rsv, FAKE_DAX_ALIGNMENT);
	map = map_model(kinds[_i]);
	ck_assert_ptr_eq(pmem2_map_get_address(map), start + FAKE_DAX_ALIGNMENT);
	memset(pmem2_map_get_address(map), 1, FAKE_DAX_SIZE);
	assert_success(pmem2_map_delete(&map));
	map = map_model(kinds[_i]);
	assert_success(pmem2_map_delete(&map));
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

/* Room for the one unit with which the driver is asked, and for what the fake one takes to align
 * it.
 */
START_TEST(mapping_needs_little_address_space_beside_the_reservation)
{
	struct pmem2_vm_reservation *rsv = reserve();
	struct pmem2_source *src = plug(&fake_dax_nvdimm);
	struct pmem2_map *map = NULL;
	char *start = pmem2_vm_reservation_get_address(rsv);

	pmem2_config_set_vm_reservation(cfg, rsv, 0);
	pmem2_test_limit_address_space(2 * FAKE_DAX_ALIGNMENT + PMEM2_MIB);
	assert_success(pmem2_map_new(&map, cfg, src));
	start[FAKE_DAX_SIZE - 1] = 'x';
	assert_success(pmem2_map_delete(&map));
	ck_assert_str_eq(pmem2_test_access(start), "---p");
	ck_assert_str_eq(pmem2_test_access(start + FAKE_DAX_SIZE - 1), "---p");
	pmem2_source_delete(&src);
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

/* ---- granularity -------------------------------------------------------- */

START_TEST(region_with_persistent_cpu_caches_is_byte)
{
	struct fake_dax model = fake_dax_nvdimm;
	struct pmem2_map *map;

	model.persistence_domain = "cpu_cache";
	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE);
	map = map_model(&model);
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), PMEM2_GRANULARITY_BYTE);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(everything_else_is_cache_line)
{
	struct pmem2_map *map;

	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_CACHE_LINE);
	map = map_model(kinds[_i]);
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), PMEM2_GRANULARITY_CACHE_LINE);
	assert_success(pmem2_map_delete(&map));
	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE);
	refuse_model(kinds[_i], PMEM2_E_GRANULARITY_NOT_SUPPORTED, "CACHE_LINE is");
}
END_TEST

static struct fake_dax virtio_pmem(void)
{
	struct fake_dax model = fake_dax_nvdimm;

	model.provider = "virtio-pmem";
	model.persistence_domain = "cpu_cache";
	model.deep_flush = NULL;
	return model;
}

START_TEST(virtio_pmem_is_refused_at_any_granularity)
{
	const struct fake_dax model = virtio_pmem();

	pmem2_config_set_required_store_granularity(cfg, (enum pmem2_granularity)_i);
	refuse_model(&model, PMEM2_E_GRANULARITY_NOT_SUPPORTED, "virtio-pmem");
}
END_TEST

START_TEST(virtio_pmem_is_mapped_when_the_granularity_is_forced)
{
	static const char *const names[] = {"BYTE", "CACHE_LINE", "PAGE"};
	const struct fake_dax model = virtio_pmem();
	struct pmem2_map *map;

	force(names[_i]);
	map = map_model(&model);
	ck_assert_int_eq(pmem2_map_get_store_granularity(map), _i);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

/* ---- PAGE: the device has no fsync -------------------------------------- */

/* A PAGE map of a device, forced or made of existing memory. */
static struct pmem2_map *page_map(bool existing)
{
	struct pmem2_source *src;
	struct pmem2_map *map = NULL;
	int fd;
	void *addr;

	if (!existing) {
		force("PAGE");
		return map_model(&fake_dax_nvdimm);
	}
	fd = fake_dax_plug(&fake_dax_nvdimm);
	src = pmem2_test_source(fd);
	addr = mmap(NULL, FAKE_DAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(addr, MAP_FAILED);
	assert_success(
		pmem2_map_from_existing(&map, src, addr, FAKE_DAX_SIZE, PMEM2_GRANULARITY_PAGE));
	pmem2_source_delete(&src);
	return map;
}

static void check_flushed(const char *start, size_t length)
{
	ck_assert_uint_eq(flushed.calls, 1);
	ck_assert_uint_eq(flushed.fenced, 1);
	ck_assert(flushed.start <= start);
	ck_assert(flushed.start + flushed.length >= start + length);
	memset(&flushed, 0, sizeof(flushed));
}

START_TEST(persist_at_page_writes_lines_back)
{
	struct pmem2_map *map = page_map(_i == 1);
	char *addr = pmem2_map_get_address(map);

	errno = EDOM;
	pmem2_get_persist_fn(map)(addr + 5, 1000);
	check_flushed(addr + 5, 1000);
	pmem2_get_flush_fn(map)(addr, FAKE_DAX_SIZE);
	check_flushed(addr, FAKE_DAX_SIZE);
	pmem2_get_drain_fn(map)();
	ck_assert_int_eq(errno, EDOM);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(copies_at_page_write_lines_back)
{
	struct pmem2_map *map = page_map(_i == 1);
	char *addr = pmem2_map_get_address(map);

	pmem2_get_memmove_fn(map)(addr + 100, "twelve bytes", 12, 0);
	check_flushed(addr + 100, 12);
	ck_assert_mem_eq(addr + 100, "twelve bytes", 12);
	pmem2_get_memset_fn(map)(addr + 4000, 'x', 5000, 0);
	check_flushed(addr + 4000, 5000);
	ck_assert_int_eq(addr[8999], 'x');
	pmem2_get_memset_fn(map)(addr, 'y', 5000, PMEM2_F_MEM_NOFLUSH);
	ck_assert_uint_eq(flushed.calls, 0);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(persist_at_page_reaches_past_the_map_without_harm)
{
	struct pmem2_map *map = page_map(_i == 1);
	char *addr = pmem2_map_get_address(map);

	pmem2_get_persist_fn(map)(addr + FAKE_DAX_SIZE - 100, 10 * PAGE);
	ck_assert_ptr_eq(flushed.start + flushed.length, addr + FAKE_DAX_SIZE);
	check_flushed(addr + FAKE_DAX_SIZE - 100, 100);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

#define WHOLE 4096 /* a page on every CPU with write-back */

/* Of a map that has bytes 100 to 1000 of page 1 only: what is asked for, and written back. */
static const struct {
	size_t offset;
	size_t length;
	size_t flushed_offset;
	size_t flushed_length;
} parts[] = {
	{WHOLE, WHOLE, WHOLE, WHOLE},
	{WHOLE + 10, 20, WHOLE + 10, 20},
	{WHOLE + 200, 100, WHOLE + 200, 100},
	{WHOLE + 1500, 100, WHOLE + 1500, 100},
	{WHOLE + 10, 200, WHOLE + 10, 200},
	{WHOLE + 900, 200, WHOLE + 900, 200},
	{0, 3 * WHOLE, WHOLE, WHOLE},
	{10, WHOLE, WHOLE, 10},
	{WHOLE + 4000, WHOLE, WHOLE + 4000, WHOLE - 4000},
};

/* The rest of the device is in no map, and its lack of fsync nobody's loss. */
START_TEST(persist_at_page_writes_back_what_is_asked_of_every_page_that_a_map_has_part_of)
{
	int fd = fake_dax_plug(&fake_dax_nvdimm);
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_map *map = NULL;
	char *addr = mmap(NULL, FAKE_DAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	ck_assert_ptr_ne(addr, MAP_FAILED);
	assert_success(pmem2_map_from_existing(&map, src, addr + WHOLE + 100, 900,
					       PMEM2_GRANULARITY_PAGE));
	pmem2_get_persist_fn(map)(addr + parts[_i].offset, parts[_i].length);
	ck_assert_uint_eq(flushed.calls, 1);
	ck_assert_ptr_eq(flushed.start, addr + parts[_i].flushed_offset);
	ck_assert_uint_eq(flushed.length, parts[_i].flushed_length);
	assert_success(pmem2_map_delete(&map));
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(persist_at_page_covers_a_file_and_a_device)
{
	struct pmem2_vm_reservation *rsv = reserve();
	int fd = pmem2_test_file(FAKE_DAX_ALIGNMENT);
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_map *device;
	struct pmem2_map *file = NULL;
	char *start = pmem2_vm_reservation_get_address(rsv);

	force("PAGE");
	pmem2_config_set_vm_reservation(cfg, rsv, 0);
	assert_success(pmem2_map_new(&file, cfg, src));
	pmem2_config_set_vm_reservation(cfg, rsv, FAKE_DAX_ALIGNMENT);
	device = map_model(&fake_dax_nvdimm);
	pmem2_get_persist_fn(file)(start, FAKE_DAX_ALIGNMENT + FAKE_DAX_SIZE);
	check_flushed(start + FAKE_DAX_ALIGNMENT, FAKE_DAX_SIZE);
	assert_success(pmem2_map_delete(&device));
	assert_success(pmem2_map_delete(&file));
	assert_success(pmem2_vm_reservation_delete(&rsv));
	pmem2_source_delete(&src);
	close(fd);
}
END_TEST

/* ---- deep flush --------------------------------------------------------- */

START_TEST(deep_flush_writes_lines_back_then_flushes_the_region)
{
	struct pmem2_map *map = map_model(&fake_dax_nvdimm);
	char *addr = pmem2_map_get_address(map);

	if (_i == 1)
		deep = flush_deeply;
	fake_dax_watch(FAKE_DAX_REGION, "deep_flush");
	watch_deep_flush = true;
	assert_success(pmem2_deep_flush(map, addr + 10, 1000));
	ck_assert(!flushed.after_deep_flush);
	ck_assert_uint_eq(flushed.deep, _i);
	check_flushed(addr + 10, 1000);
	ck_assert(fake_dax_written(FAKE_DAX_REGION, "deep_flush"));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(deep_flush_is_the_same_at_every_granularity)
{
	static const char *const names[] = {"BYTE", "CACHE_LINE", "PAGE"};
	struct pmem2_map *map;

	force(names[_i]);
	map = map_model(&fake_dax_nvdimm);
	fake_dax_watch(FAKE_DAX_REGION, "deep_flush");
	assert_success(pmem2_deep_flush(map, pmem2_map_get_address(map), FAKE_DAX_SIZE));
	check_flushed(pmem2_map_get_address(map), FAKE_DAX_SIZE);
	ck_assert(fake_dax_written(FAKE_DAX_REGION, "deep_flush"));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

static const struct {
	const char *provider;
	const char *deep_flush;
	int code;
	const char *text;
} regions[] = {
	{"ACPI.NFIT", "0", 0, ""},
	{"e820", NULL, 0, ""},
	{"virtio-pmem", NULL, PMEM2_E_NOSUPP, "virtio-pmem"},
	{"ibm,pmemory", NULL, PMEM2_E_NOSUPP, "ibm,pmemory"},
	{NULL, NULL, PMEM2_E_NOSUPP, "provider"},
};

START_TEST(deep_flush_asks_the_region_what_it_offers)
{
	struct fake_dax model = fake_dax_nvdimm;
	struct pmem2_map *map;
	void *addr;

	model.provider = regions[_i].provider;
	model.deep_flush = regions[_i].deep_flush;
	force("CACHE_LINE");
	map = map_model(&model);
	addr = pmem2_map_get_address(map);
	if (regions[_i].code == 0)
		assert_success(pmem2_deep_flush(map, addr, 100));
	else
		assert_failure(pmem2_deep_flush(map, addr, 100), regions[_i].code,
			       regions[_i].text);
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(deep_flush_that_the_region_refuses_is_reported)
{
	struct pmem2_map *map = map_model(&fake_dax_nvdimm);

	fake_dax_seal(FAKE_DAX_REGION, "deep_flush");
	assert_failure(pmem2_deep_flush(map, pmem2_map_get_address(map), 100), -EPERM,
		       "deep_flush");
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(deep_flush_without_a_region_finds_none)
{
	struct pmem2_map *map = map_model(_i == 0 ? &fake_dax_hmem : &fake_dax_cxl);

	assert_failure(pmem2_deep_flush(map, pmem2_map_get_address(map), 100),
		       PMEM2_E_DAX_REGION_NOT_FOUND, "no NVDIMM region");
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(deep_flush_outside_the_map_is_refused)
{
	struct pmem2_map *map = map_model(&fake_dax_nvdimm);
	char *addr = pmem2_map_get_address(map);

	fake_dax_watch(FAKE_DAX_REGION, "deep_flush");
	assert_failure(pmem2_deep_flush(map, addr, FAKE_DAX_SIZE + 1), PMEM2_E_DEEP_FLUSH_RANGE,
		       "8388609");
	assert_failure(pmem2_deep_flush(map, addr - 1, 1), PMEM2_E_DEEP_FLUSH_RANGE, "");
	assert_failure(pmem2_deep_flush(map, addr + 1, SIZE_MAX), PMEM2_E_DEEP_FLUSH_RANGE, "");
	ck_assert_uint_eq(flushed.calls, 0);
	ck_assert(!fake_dax_written(FAKE_DAX_REGION, "deep_flush"));
	assert_success(pmem2_deep_flush(map, addr + FAKE_DAX_SIZE, 0));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

/* ---- CPUs on which programs cannot write lines back ----------------------- */

START_TEST(without_write_back_no_device_is_mapped)
{
	refuse_model(kinds[_i], PMEM2_E_GRANULARITY_NOT_SUPPORTED, "write cache lines back");
}
END_TEST

START_TEST(without_write_back_a_described_device_has_no_deep_flush)
{
	struct pmem2_map *map = page_map(true);

	fake_dax_watch(FAKE_DAX_REGION, "deep_flush");
	assert_failure(pmem2_deep_flush(map, pmem2_map_get_address(map), 100), PMEM2_E_NOSUPP,
		       "write cache lines back");
	ck_assert(!fake_dax_written(FAKE_DAX_REGION, "deep_flush"));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

START_TEST(without_write_back_persisting_a_described_device_stops_the_program)
{
	struct pmem2_map *map = page_map(true);

	pmem2_get_persist_fn(map)(pmem2_map_get_address(map), 100);
}
END_TEST

static TCase *new_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	return tcase;
}

static TCase *source_case(void)
{
	TCase *tcase = new_case("source");

	tcase_add_loop_test(tcase, device_dax_is_a_source, 0, KINDS);
	tcase_add_test(tcase, other_character_device_is_an_invalid_type);
	tcase_add_test(tcase, character_device_unknown_to_sysfs_gives_the_errno);
	tcase_add_loop_test(tcase, size_and_alignment_are_those_of_the_device, 0, KINDS);
	tcase_add_loop_test(tcase, old_kernels_tell_the_alignment_of_the_dax_region, 0, KINDS);
	tcase_add_loop_test(tcase, device_that_has_gone_is_no_region, 0, KINDS);
	tcase_add_loop_test(tcase, device_that_has_gone_is_not_mapped, 0, KINDS);
	tcase_add_loop_test(tcase, wrong_size_is_refused_and_not_stored, 0, KINDS);
	tcase_add_loop_test(tcase, wrong_alignment_is_refused_and_not_stored, 0,
			    sizeof(wrong_alignments) / sizeof(wrong_alignments[0]));
	return tcase;
}

static TCase *refusal_case(void)
{
	TCase *tcase = new_case("refusals");

	tcase_add_loop_test(tcase, private_mapping_is_refused, 0, KINDS);
	tcase_add_test(tcase, private_mapping_is_refused_after_the_offset_and_before_the_size);
	tcase_add_loop_test(tcase, offset_not_aligned_as_the_device_needs_is_refused, 0, KINDS);
	tcase_add_loop_test(tcase, length_not_aligned_as_the_device_needs_is_refused, 0, KINDS);
	tcase_add_loop_test(tcase, device_of_no_bytes_is_empty, 0, KINDS);
	tcase_add_loop_test(tcase, range_past_the_device_is_refused, 0, KINDS);
	tcase_add_loop_test(tcase, place_not_aligned_as_the_device_needs_is_refused, 0, KINDS);
	return tcase;
}

static TCase *map_case(void)
{
	TCase *tcase = new_case("map");

	tcase_add_loop_test(tcase, whole_device_is_mapped_and_stores_reach_it, 0, KINDS);
	tcase_add_test(tcase, offset_and_length_choose_the_part);
	tcase_add_test(tcase, address_is_aligned_as_the_device_needs);
	tcase_add_test(tcase, address_space_in_use_is_no_reason_to_fail);
	tcase_add_loop_test(tcase, device_aligned_to_pages_needs_no_more, 0, KINDS);
	tcase_add_loop_test(tcase, aligned_place_is_taken, 0, KINDS);
	if (pmem2_test_is_alone())
		tcase_add_test(tcase, mapping_needs_little_address_space_beside_the_reservation);
	return tcase;
}

static TCase *granularity_case(void)
{
	TCase *tcase = new_case("granularity");

	tcase_add_test(tcase, region_with_persistent_cpu_caches_is_byte);
	tcase_add_loop_test(tcase, everything_else_is_cache_line, 0, KINDS);
	tcase_add_loop_test(tcase, virtio_pmem_is_refused_at_any_granularity, 0, 3);
	tcase_add_loop_test(tcase, virtio_pmem_is_mapped_when_the_granularity_is_forced, 0, 3);
	return tcase;
}

static TCase *flush_case(void)
{
	TCase *tcase = new_case("flush");

	tcase_add_loop_test(tcase, persist_at_page_writes_lines_back, 0, 2);
	tcase_add_loop_test(tcase, copies_at_page_write_lines_back, 0, 2);
	tcase_add_loop_test(tcase, persist_at_page_reaches_past_the_map_without_harm, 0, 2);
	tcase_add_loop_test(
		tcase,
		persist_at_page_writes_back_what_is_asked_of_every_page_that_a_map_has_part_of, 0,
		sizeof(parts) / sizeof(parts[0]));
	tcase_add_test(tcase, persist_at_page_covers_a_file_and_a_device);
	return tcase;
}

static TCase *deep_flush_case(void)
{
	TCase *tcase = new_case("deep flush");

	tcase_add_loop_test(tcase, deep_flush_writes_lines_back_then_flushes_the_region, 0, 2);
	tcase_add_loop_test(tcase, deep_flush_is_the_same_at_every_granularity, 0, 3);
	tcase_add_loop_test(tcase, deep_flush_asks_the_region_what_it_offers, 0,
			    sizeof(regions) / sizeof(regions[0]));
	tcase_add_test(tcase, deep_flush_that_the_region_refuses_is_reported);
	tcase_add_loop_test(tcase, deep_flush_without_a_region_finds_none, 0, 2);
	tcase_add_test(tcase, deep_flush_outside_the_map_is_refused);
	return tcase;
}

static TCase *no_writeback_case(void)
{
	TCase *tcase = new_case("no write-back");

	tcase_add_loop_test(tcase, without_write_back_no_device_is_mapped, 0, KINDS);
	tcase_add_test(tcase, without_write_back_a_described_device_has_no_deep_flush);
	tcase_add_test_raise_signal(
		tcase, without_write_back_persisting_a_described_device_stops_the_program, SIGABRT);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("devdax");

	suite_add_tcase(suite, source_case());
	suite_add_tcase(suite, refusal_case());
	if (!pmem2_arch_has_writeback()) {
		suite_add_tcase(suite, no_writeback_case());
		return suite;
	}
	suite_add_tcase(suite, map_case());
	suite_add_tcase(suite, granularity_case());
	suite_add_tcase(suite, flush_case());
	suite_add_tcase(suite, deep_flush_case());
	return suite;
}
