/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How deep the library reaches into its caller's stack: each call runs on a
 * painted stack of its own, and the paint that is left tells.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <ucontext.h>
#include <unistd.h>

#include "fake_dax.h"
#include "support.h"
#include "sysfs_tree.h"

#define STACK_SIZE ((size_t)64 << 10)
#define PAINT UINT64_C(0xa5c3f00d5ca1ab1e)
#define FILE_SIZE ((size_t)4 << 20)
#define PAGE ((size_t)4096)
#define MAX_ARGS 4

#define SOURCE_BOUND 512
#define MAP_BOUND 768
#define BADBLOCK_BOUND 1024

typedef uintptr_t (*any_fn)(uintptr_t, uintptr_t, uintptr_t, uintptr_t);

/* A function and its arguments, all of which fit registers. */
struct call {
	any_fn function;
	uintptr_t args[MAX_ARGS];
	uintptr_t result;
};

#define CALL(name, ...)                                                                            \
	{                                                                                          \
		.function = (any_fn)(void (*)(void))(name), .args = { __VA_ARGS__ }                \
	}

/* Uses the return address only, whatever the options of the compiler. */
void do_nothing(void);
__asm__(".text\n.globl do_nothing\n.type do_nothing, @function\ndo_nothing:\n\tret\n");

static uint64_t *stack;
static struct call *running;

static int fd;
static struct pmem2_source *src;
static struct pmem2_config *cfg;

static void make_call(void)
{
	running->result = running->function(running->args[0], running->args[1], running->args[2],
					    running->args[3]);
}

/* How many bytes of the painted stack were written to. */
static size_t depth(struct call *call)
{
	const size_t words = STACK_SIZE / sizeof(*stack);
	ucontext_t inside;
	ucontext_t outside;
	size_t untouched = 0;

	for (size_t i = 0; i < words; i++)
		stack[i] = PAINT;
	running = call;
	ck_assert_int_eq(getcontext(&inside), 0);
	inside.uc_stack.ss_sp = stack;
	inside.uc_stack.ss_size = STACK_SIZE;
	inside.uc_link = &outside;
	makecontext(&inside, make_call, 0);
	ck_assert_int_eq(swapcontext(&outside, &inside), 0);
	while (untouched < words && stack[untouched] == PAINT)
		untouched++;
	return STACK_SIZE - untouched * sizeof(*stack);
}

/* The same, counted from the stack pointer that the caller has before the call. */
static size_t bytes_below_caller(struct call *call)
{
	struct call nothing = CALL(do_nothing, 0);

	return depth(call) - depth(&nothing) + sizeof(void *);
}

#define assert_uses_at_most(bound, call)                                                           \
	do {                                                                                       \
		size_t used = bytes_below_caller(call);                                            \
		ck_assert_msg(used <= (bound), "%s: %zu bytes instead of %zu", __func__, used,     \
			      (size_t)(bound));                                                    \
	} while (0)

static void setup(void)
{
	void *area = mmap(NULL, STACK_SIZE + PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(area, MAP_FAILED);
	ck_assert_int_eq(mprotect(area, PAGE, PROT_NONE), 0);
	stack = (uint64_t *)((char *)area + PAGE);
	fd = pmem2_test_file(FILE_SIZE);
	src = pmem2_test_source(fd);
	cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
}

static void teardown(void)
{
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
	munmap((char *)stack - PAGE, STACK_SIZE + PAGE);
}

START_TEST(a_function_known_to_use_much_is_seen_to)
{
	char big[3000] = {0};
	struct call call =
		CALL(snprintf, (uintptr_t)big, sizeof(big), (uintptr_t) "%s", (uintptr_t) "text");

	ck_assert_uint_ge(bytes_below_caller(&call), 500);
	ck_assert_str_eq(big, "text");
}
END_TEST

/* Memory that poses as a map of the given granularity. */
static struct pmem2_map *pose(void *memory, enum pmem2_granularity granularity)
{
	struct pmem2_map *map = NULL;

	assert_success(pmem2_map_from_existing(&map, src, memory, FILE_SIZE, granularity));
	return map;
}

static char *map_memory(void)
{
	char *memory = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	return memory;
}

static const size_t lengths[] = {
	0, 1, 7, 8, 17, 40, 64, 100, 256, 300, 1000, 5000, (size_t)1 << 20};
static const size_t distances[] = {1, 64, 4096, (size_t)2 << 20};
static const unsigned flags[] = {
	0, PMEM2_F_MEM_NOFLUSH, PMEM2_F_MEM_NODRAIN, PMEM2_F_MEM_NONTEMPORAL, PMEM2_F_MEM_TEMPORAL,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_memmove(struct pmem2_map *map, char *low, size_t bound)
{
	for (size_t i = 0; i < COUNT(lengths) * COUNT(distances) * COUNT(flags); i++) {
		size_t length = lengths[i % COUNT(lengths)];
		char *high = low + distances[i / COUNT(lengths) % COUNT(distances)];
		unsigned flag = flags[i / COUNT(lengths) / COUNT(distances)];
		struct call up = CALL(pmem2_get_memmove_fn(map), (uintptr_t)high, (uintptr_t)low,
				      length, flag);
		struct call down = CALL(pmem2_get_memmove_fn(map), (uintptr_t)low, (uintptr_t)high,
					length, flag);
		assert_uses_at_most(bound, &up);
		assert_uses_at_most(bound, &down);
	}
}

static void check_memset(struct pmem2_map *map, char *memory, size_t bound)
{
	for (size_t i = 0; i < COUNT(lengths) * COUNT(flags); i++) {
		struct call call = CALL(pmem2_get_memset_fn(map), (uintptr_t)memory + 3, 7,
					lengths[i % COUNT(lengths)], flags[i / COUNT(lengths)]);
		assert_uses_at_most(bound, &call);
	}
}

static void check_persist(struct pmem2_map *map, char *memory, size_t bound)
{
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct call persist =
			CALL(pmem2_get_persist_fn(map), (uintptr_t)memory + 3, lengths[i]);
		struct call flush = CALL(pmem2_get_flush_fn(map), (uintptr_t)memory, lengths[i]);
		struct call drain = CALL(pmem2_get_drain_fn(map), 0);
		assert_uses_at_most(bound, &persist);
		assert_uses_at_most(bound, &flush);
		assert_uses_at_most(bound, &drain);
	}
}

static const struct {
	enum pmem2_granularity granularity;
	size_t copy;
	size_t persist;
} classes[] = {
	{PMEM2_GRANULARITY_BYTE, 192, 192},
	{PMEM2_GRANULARITY_CACHE_LINE, 192, 192},
	{PMEM2_GRANULARITY_PAGE, 512, 256},
};

START_TEST(functions_of_a_map_use_little)
{
	char *memory = map_memory();
	struct pmem2_map *map = pose(memory, classes[_i].granularity);

	memset(memory, 1, FILE_SIZE);
	pmem2_get_persist_fn(map)(memory, 1);
	check_memmove(map, memory, classes[_i].copy);
	check_memset(map, memory, classes[_i].copy);
	check_persist(map, memory, classes[_i].persist);
	assert_success(pmem2_map_delete(&map));
	munmap(memory, FILE_SIZE);
}
END_TEST

START_TEST(persist_across_a_hole_uses_little)
{
	char *memory = map_memory();
	struct pmem2_map *map = NULL;
	char *last = memory + FILE_SIZE - PAGE;
	struct call call;

	assert_success(pmem2_map_from_existing(&map, src, memory, FILE_SIZE - PAGE,
					       PMEM2_GRANULARITY_PAGE));
	munmap(last, PAGE);
	call = (struct call)CALL(pmem2_get_persist_fn(map), (uintptr_t)last - PAGE, 2 * PAGE);
	assert_uses_at_most(320, &call);
	assert_success(pmem2_map_delete(&map));
	munmap(memory, FILE_SIZE - PAGE);
}
END_TEST

static int open_source(int descriptor)
{
	struct pmem2_source *opened = NULL;
	struct call call = CALL(pmem2_source_from_fd, (uintptr_t)&opened, (uintptr_t)descriptor);
	int ret = pmem2_source_from_fd(&opened, descriptor);

	pmem2_source_delete(&opened);
	assert_uses_at_most(SOURCE_BOUND, &call);
	ck_assert_int_eq((int)call.result, ret);
	pmem2_source_delete(&opened);
	return ret;
}

START_TEST(source_from_fd_uses_little_whatever_it_is_given)
{
	int directory = open(pmem2_test_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int character = open("/dev/null", O_RDWR | O_CLOEXEC);
	int write_only = open(pmem2_test_named_file(1), O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(open_source(fd), 0);
	ck_assert_int_eq(open_source(-1), PMEM2_E_INVALID_FILE_HANDLE);
	ck_assert_int_eq(open_source(write_only), PMEM2_E_INVALID_FILE_HANDLE);
	ck_assert_int_eq(open_source(directory), PMEM2_E_INVALID_FILE_TYPE);
	ck_assert_int_eq(open_source(character), PMEM2_E_INVALID_FILE_TYPE);
	close(directory);
	close(character);
	close(write_only);
}
END_TEST

/* Maps and deletes, first to warm up and then measured; both must end with `code`. */
static void check_map_new(const struct pmem2_config *config, const struct pmem2_source *source,
			  int code)
{
	struct pmem2_map *map = NULL;
	struct call create =
		CALL(pmem2_map_new, (uintptr_t)&map, (uintptr_t)config, (uintptr_t)source);
	struct call delete = CALL(pmem2_map_delete, (uintptr_t)&map);

	ck_assert_int_eq(pmem2_map_new(&map, config, source), code);
	if (map != NULL)
		assert_success(pmem2_map_delete(&map));
	assert_uses_at_most(MAP_BOUND, &create);
	ck_assert_msg((int)create.result == code, "%d, %s", (int)create.result, pmem2_errormsg());
	if (map == NULL)
		return;
	assert_uses_at_most(MAP_BOUND, &delete);
	ck_assert_int_eq((int)delete.result, 0);
}

START_TEST(map_new_of_a_file_uses_little)
{
	check_map_new(cfg, src, 0);
	pmem2_config_set_sharing(cfg, PMEM2_PRIVATE);
	check_map_new(cfg, src, 0);
}
END_TEST

START_TEST(map_new_of_anonymous_memory_uses_little)
{
	struct pmem2_source *anonymous;

	assert_success(pmem2_source_from_anon(&anonymous, FILE_SIZE));
	check_map_new(cfg, anonymous, 0);
	pmem2_source_delete(&anonymous);
}
END_TEST

START_TEST(map_new_in_a_reservation_uses_little)
{
	struct pmem2_vm_reservation *reservation;

	assert_success(pmem2_vm_reservation_new(&reservation, NULL, 2 * FILE_SIZE));
	pmem2_config_set_vm_reservation(cfg, reservation, 0);
	check_map_new(cfg, src, 0);
	pmem2_config_set_vm_reservation(cfg, reservation, 2 * FILE_SIZE - PAGE);
	check_map_new(cfg, src, PMEM2_E_LENGTH_OUT_OF_RANGE);
	assert_success(pmem2_vm_reservation_delete(&reservation));
}
END_TEST

START_TEST(map_new_uses_little_when_the_granularity_is_refused)
{
	static const char *const forced[] = {"", "PAGE"};

	setenv("PMEM2_FORCE_GRANULARITY", forced[_i], 1);
	pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE);
	check_map_new(cfg, src, PMEM2_E_GRANULARITY_NOT_SUPPORTED);
}
END_TEST

START_TEST(map_new_uses_little_when_the_range_is_refused)
{
	pmem2_config_set_offset(cfg, 2 * FILE_SIZE);
	check_map_new(cfg, src, PMEM2_E_MAP_RANGE);
	pmem2_config_set_offset(cfg, 1);
	check_map_new(cfg, src, PMEM2_E_OFFSET_UNALIGNED);
}
END_TEST

START_TEST(map_new_uses_little_when_the_system_refuses)
{
	int read_only = open(pmem2_test_named_file(PAGE), O_RDONLY | O_CLOEXEC);
	struct pmem2_source *source = pmem2_test_source(read_only);

	check_map_new(cfg, source, PMEM2_E_NO_ACCESS);
	pmem2_source_delete(&source);
	close(read_only);
}
END_TEST

/* ---- devices, which the library looks for in sysfs ---------------------- */

/* What the file system says of a file's attributes. */
static unsigned file_flags;
static int file_error;

int ioctl(int file, pmem2_test_request request, ...)
{
	va_list args;

	va_start(args, request);
	va_arg(args, struct fsxattr *)->fsx_xflags = file_flags;
	va_end(args);
	errno = file_error;
	return file_error != 0 ? -1 : 0;
}

static void setup_devices(void)
{
	setup();
	fake_dax_setup();
	file_flags = 0;
	file_error = 0;
}

static void teardown_devices(void)
{
	fake_dax_teardown();
	teardown();
}

/* Device-mapper volumes dm-0, dm-1 ... stacked upon pmem7; block/253:0 is the uppermost. */
static void stack_mappers(unsigned count)
{
	char below[96];
	char upper[96];

	snprintf(below, sizeof(below), PMEM2_TEST_REGION "/namespace7.0/block/pmem7", 7U, 7U);
	for (unsigned i = 0; i < count; i++) {
		snprintf(upper, sizeof(upper), "devices/virtual/block/dm-%u", i);
		pmem2_test_sysfs_write("", "%s/dev", upper);
		pmem2_test_sysfs_slave(upper, strrchr(below, '/') + 1, below);
		memcpy(below, upper, sizeof(below));
	}
	pmem2_test_sysfs_device("block/253:0", "%s", below);
}

/* A file on that many volumes. */
static int file_on_mappers(unsigned count, const char *provider, const char *domain)
{
	int file = pmem2_test_file(FILE_SIZE);

	pmem2_test_sysfs_region(7, provider, domain);
	pmem2_test_sysfs_pmem("block/259:0", 7);
	if (count > 0)
		stack_mappers(count);
	fake_dax_hold_file(file, count > 0 ? makedev(253, 0) : makedev(259, 0));
	return file;
}

static int device_dax(const char *provider, const char *domain)
{
	struct fake_dax model = fake_dax_nvdimm;

	model.provider = provider;
	model.persistence_domain = domain;
	return fake_dax_plug(&model);
}

#define ANY PMEM2_GRANULARITY_PAGE
#define BYTE PMEM2_GRANULARITY_BYTE
#define NO_DOMAIN NULL
#define NOT_SUPPORTED PMEM2_E_GRANULARITY_NOT_SUPPORTED
#define LONG_PROVIDER "ibm,persistent-memory:ibm,pmemory@44104001"

static const struct {
	const char *name;
	bool device_dax;
	unsigned mappers;
	const char *provider;
	const char *domain;
	enum pmem2_granularity required;
	int code;
} devices[] = {
	{"file, cpu_cache", false, 0, "ACPI.NFIT", "cpu_cache", BYTE, 0},
	{"file, refused", false, 0, LONG_PROVIDER, "memory_controller", BYTE, NOT_SUPPORTED},
	{"mapper", false, 1, "ACPI.NFIT", "cpu_cache", BYTE, 0},
	{"mapper, refused", false, 1, "ACPI.NFIT", NO_DOMAIN, BYTE, NOT_SUPPORTED},
	{"three mappers", false, 3, "ACPI.NFIT", "cpu_cache", BYTE, 0},
	{"three mappers, refused", false, 3, "e820", NO_DOMAIN, BYTE, NOT_SUPPORTED},
	{"device dax, cpu_cache", true, 0, "ACPI.NFIT", "cpu_cache", BYTE, 0},
	{"device dax, refused", true, 0, "ACPI.NFIT", NO_DOMAIN, BYTE, NOT_SUPPORTED},
	{"device dax, hypervisor", true, 0, LONG_PROVIDER, "cpu_cache", ANY, NOT_SUPPORTED},
	{"device dax, virtio", true, 0, "virtio-pmem", NO_DOMAIN, ANY, NOT_SUPPORTED},
};

static int open_device(int i)
{
	if (devices[i].device_dax)
		return device_dax(devices[i].provider, devices[i].domain);
	return file_on_mappers(devices[i].mappers, devices[i].provider, devices[i].domain);
}

START_TEST(mapping_what_lies_on_a_device_uses_little)
{
	int device = open_device(_i);
	struct pmem2_source *source;

	ck_assert_int_eq(open_source(device), 0);
	source = pmem2_test_source(device);
	pmem2_config_set_required_store_granularity(cfg, devices[_i].required);
	check_map_new(cfg, source, devices[_i].code);
	pmem2_source_delete(&source);
}
END_TEST

static const struct {
	unsigned flags;
	int error;
} answers[] = {{FS_XFLAG_REALTIME, 0}, {0, EIO}};

START_TEST(mapping_a_file_that_may_lie_elsewhere_uses_little)
{
	int file = file_on_mappers(0, "ACPI.NFIT", "cpu_cache");
	struct pmem2_source *source = pmem2_test_source(file);

	file_flags = answers[_i].flags;
	file_error = answers[_i].error;
	check_map_new(cfg, source, 0);
	pmem2_config_set_required_store_granularity(cfg, BYTE);
	check_map_new(cfg, source, NOT_SUPPORTED);
	pmem2_source_delete(&source);
}
END_TEST

START_TEST(looking_for_bad_blocks_of_a_device_uses_little)
{
	struct pmem2_source *source = pmem2_test_source(open_device(_i));
	struct pmem2_badblock_context *context = NULL;
	struct call create =
		CALL(pmem2_badblock_context_new, (uintptr_t)&context, (uintptr_t)source);
	int ret = pmem2_badblock_context_new(&context, source);

	pmem2_badblock_context_delete(&context);
	assert_uses_at_most(BADBLOCK_BOUND, &create);
	ck_assert_int_eq((int)create.result, ret);
	pmem2_badblock_context_delete(&context);
	pmem2_source_delete(&source);
}
END_TEST

START_TEST(device_that_sysfs_does_not_describe_is_told_using_little)
{
	int device = device_dax("ACPI.NFIT", "cpu_cache");
	struct pmem2_source *source = pmem2_test_source(device);

	pmem2_test_sysfs_begin();
	check_map_new(cfg, source, PMEM2_E_DAX_REGION_NOT_FOUND);
	ck_assert_int_eq(open_source(device), -ENOENT);
	pmem2_source_delete(&source);
}
END_TEST

static TCase *device_tests(void)
{
	TCase *tcase = tcase_create("devices");

	tcase_add_checked_fixture(tcase, setup_devices, teardown_devices);
	tcase_add_loop_test(tcase, mapping_what_lies_on_a_device_uses_little, 0, COUNT(devices));
	tcase_add_loop_test(tcase, mapping_a_file_that_may_lie_elsewhere_uses_little, 0,
			    COUNT(answers));
	tcase_add_loop_test(tcase, looking_for_bad_blocks_of_a_device_uses_little, 0,
			    COUNT(devices));
	tcase_add_test(tcase, device_that_sysfs_does_not_describe_is_told_using_little);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("stack");
	TCase *tcase = tcase_create("stack");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_function_known_to_use_much_is_seen_to);
	tcase_add_loop_test(tcase, functions_of_a_map_use_little, 0, COUNT(classes));
	tcase_add_test(tcase, persist_across_a_hole_uses_little);
	tcase_add_test(tcase, source_from_fd_uses_little_whatever_it_is_given);
	tcase_add_test(tcase, map_new_of_a_file_uses_little);
	tcase_add_test(tcase, map_new_of_anonymous_memory_uses_little);
	tcase_add_test(tcase, map_new_in_a_reservation_uses_little);
	tcase_add_loop_test(tcase, map_new_uses_little_when_the_granularity_is_refused, 0, 2);
	tcase_add_test(tcase, map_new_uses_little_when_the_range_is_refused);
	tcase_add_test(tcase, map_new_uses_little_when_the_system_refuses);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, device_tests());
	return suite;
}
