/* SPDX-License-Identifier: BSD-3-Clause */
#include "granularity.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "arch.h"
#include "support.h"
#include "sysfs.h"
#include "sysfs_tree.h"

#define VARIABLE "PMEM2_FORCE_GRANULARITY"
#define BYTE PMEM2_GRANULARITY_BYTE
#define CACHE_LINE PMEM2_GRANULARITY_CACHE_LINE
#define PAGE PMEM2_GRANULARITY_PAGE

#define BLOCK_DEVICE makedev(259, 0)
#define BLOCK_NUMBER "block/259:0"
#define DAX_DEVICE makedev(252, 5)
#define DAX_NUMBER "char/252:5"
#define DAX_SIZE "1073741824"
#define DAX_ALIGNMENT "2097152"

/* ---- system calls that are watched -------------------------------------- */

/* How often the library looked at a device in sysfs, and changed the working directory. */
static int looks;
static int moves;

/* How many attributes it read, and from how many descriptors that other programs would inherit. */
static int reads;
static int inherited;

ssize_t readlink(const char *path, char *text, size_t size)
{
	looks++;
	return syscall(SYS_readlinkat, AT_FDCWD, path, text, size);
}

ssize_t read(int fd, void *buffer, size_t size)
{
	reads++;
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
		inherited++;
	return syscall(SYS_read, fd, buffer, size);
}

int chdir(const char *path)
{
	moves++;
	return (int)syscall(SYS_chdir, path);
}

int fchdir(int fd)
{
	moves++;
	return (int)syscall(SYS_fchdir, fd);
}

/* What the file system says of a file, and how often it was asked. */
static struct {
	int error;
	unsigned flags;
	int questions;
	int fd;
} attributes;

int ioctl(int fd, pmem2_test_request request, ...)
{
	struct fsxattr *answer;
	va_list args;

	ck_assert_uint_eq((unsigned)request, FS_IOC_FSGETXATTR);
	va_start(args, request);
	answer = va_arg(args, struct fsxattr *);
	va_end(args);
	attributes.questions++;
	attributes.fd = fd;
	memset(answer, 0xff, sizeof(*answer));
	answer->fsx_xflags = attributes.flags;
	errno = attributes.error;
	return attributes.error != 0 ? -1 : 0;
}

/* ---- what is known of a mapping ----------------------------------------- */

static struct pmem2_granularity_facts anonymous = {
	.kind = PMEM2_SOURCE_ANON, .shared = true, .synchronous = true};
static struct pmem2_granularity_facts private_file = {.kind = PMEM2_SOURCE_FILE,
						      .synchronous = true};
static struct pmem2_granularity_facts page_cache = {
	.kind = PMEM2_SOURCE_FILE, .shared = true, .refusal = EOPNOTSUPP};
static struct pmem2_granularity_facts dax_file = {
	.kind = PMEM2_SOURCE_FILE, .file = 1234, .shared = true, .synchronous = true};
static struct pmem2_granularity_facts devdax = {
	.kind = PMEM2_SOURCE_DEVDAX, .shared = true, .synchronous = true};

static void begin(void)
{
	ck_assert_int_eq(unsetenv(VARIABLE), 0);
	memset(&attributes, 0, sizeof(attributes));
	pmem2_test_sysfs_begin();
	anonymous.device = BLOCK_DEVICE;
	private_file.device = BLOCK_DEVICE;
	page_cache.device = BLOCK_DEVICE;
	dax_file.device = BLOCK_DEVICE;
	devdax.device = DAX_DEVICE;
}

static void force(const char *value)
{
	ck_assert_int_eq(setenv(VARIABLE, value, 1), 0);
}

/* The decision when anything is good enough. */
static enum pmem2_granularity decide(const struct pmem2_granularity_facts *facts)
{
	struct pmem2_reason reason;

	assert_success(pmem2_granularity_decide(facts, PAGE, &reason));
	return reason.granularity;
}

/* The message of a refusal is the reason in words, with what was required before it. */
static void assert_message_is_the_reason(const struct pmem2_reason *reason,
					 enum pmem2_granularity required)
{
	struct pmem2_reason_words words;
	char message[256];

	pmem2_reason_put(reason, &words);
	snprintf(message, sizeof(message), "granularity %s is required, but %s%s%s%s%s%s",
		 pmem2_reason_granularity(required), words.piece[0], words.piece[1], words.piece[2],
		 words.piece[3], words.piece[4], words.piece[5]);
	ck_assert_str_eq(pmem2_errormsg(), message);
}

static void assert_refused(const struct pmem2_granularity_facts *facts,
			   enum pmem2_granularity required, const char *text)
{
	const enum pmem2_granularity_cause other =
		pmem2_granularity_last_refusal() == PMEM2_CAUSE_CALLER ? PMEM2_CAUSE_NONE
								       : PMEM2_CAUSE_CALLER;
	struct pmem2_reason reason = {.cause = other};

	assert_failure(pmem2_granularity_decide(facts, required, &reason),
		       PMEM2_E_GRANULARITY_NOT_SUPPORTED, text);
	assert_message_is_the_reason(&reason, required);
	ck_assert_int_ne(reason.cause, other);
	ck_assert_int_eq(pmem2_granularity_last_refusal(), reason.cause);
}

/* What the message must not say; call it right after the failure. */
static void assert_silent_about(const char *text)
{
	ck_assert_msg(strstr(pmem2_errormsg(), text) == NULL, "\"%s\" speaks of \"%s\"",
		      pmem2_errormsg(), text);
}

/* ---- decided without the platform --------------------------------------- */

static const char *const valid_values[] = {"BYTE", "CACHE_LINE", "CACHELINE", "PAGE"};

START_TEST(anonymous_memory_is_byte_whatever_is_forced)
{
	force(valid_values[_i]);
	ck_assert_int_eq(decide(&anonymous), BYTE);
}
END_TEST

START_TEST(private_mapping_is_byte_whatever_is_forced)
{
	force(valid_values[_i]);
	ck_assert_int_eq(decide(&private_file), BYTE);
}
END_TEST

START_TEST(mapping_without_map_sync_is_page)
{
	ck_assert_int_eq(decide(&page_cache), PAGE);
}
END_TEST

START_TEST(page_is_refused_where_better_is_required)
{
	assert_refused(&page_cache, CACHE_LINE, "CACHE_LINE is required");
	assert_refused(&page_cache, BYTE, "BYTE is required");
}
END_TEST

START_TEST(refusal_for_want_of_map_sync_gives_its_errno)
{
	struct pmem2_granularity_facts facts = page_cache;

	assert_refused(&facts, CACHE_LINE, "MAP_SYNC: " TEXT_EOPNOTSUPP);
	assert_silent_about(VARIABLE);
	assert_silent_about("cpu_cache");
	facts.refusal = EINVAL;
	assert_refused(&facts, CACHE_LINE, "MAP_SYNC: Invalid argument");
}
END_TEST

START_TEST(page_cache_on_a_region_with_cpu_cache_stays_page)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	ck_assert_int_eq(decide(&page_cache), PAGE);
}
END_TEST

START_TEST(platform_is_asked_only_when_map_sync_was_granted)
{
	looks = 0;
	decide(&anonymous);
	decide(&private_file);
	decide(&page_cache);
	force("CACHE_LINE");
	decide(&dax_file);
	ck_assert_int_eq(looks, 0);
}
END_TEST

/* ---- forced by the environment ------------------------------------------ */

static const struct {
	const char *value;
	enum pmem2_granularity granularity;
} forced[] = {
	{"BYTE", BYTE},
	{"byte", BYTE},
	{"bYtE", BYTE},
	{"CACHE_LINE", CACHE_LINE},
	{"cache_line", CACHE_LINE},
	{"Cache_Line", CACHE_LINE},
	{"CACHELINE", CACHE_LINE},
	{"cacheline", CACHE_LINE},
	{"CacheLine", CACHE_LINE},
	{"PAGE", PAGE},
	{"page", PAGE},
	{"pAGE", PAGE},
};

START_TEST(variable_in_any_case_forces_the_granularity)
{
	force(forced[_i].value);
	ck_assert_int_eq(decide(&page_cache), forced[_i].granularity);
	ck_assert_int_eq(decide(&dax_file), forced[_i].granularity);
	ck_assert_int_eq(decide(&devdax), forced[_i].granularity);
}
END_TEST

static const char *const invalid_values[] = {
	"",     " BYTE", "BYTE ",      "BYTES",      "BYT",         "0",      "1",
	"LINE", "CACHE", "CACHE LINE", "CACHE-LINE", "CACHE__LINE", "BYTE\n", "PAGE,BYTE",
};

START_TEST(any_other_value_of_the_variable_is_ignored)
{
	force(invalid_values[_i]);
	ck_assert_int_eq(decide(&page_cache), PAGE);
	ck_assert_int_eq(decide(&anonymous), BYTE);
}
END_TEST

START_TEST(variable_is_read_for_every_mapping)
{
	int fd = pmem2_test_file(4096);
	struct pmem2_map *map;

	for (size_t i = 0; i < 3; i++) {
		force(valid_values[i == 2 ? 3 : i]);
		map = pmem2_test_map(fd, PAGE);
		ck_assert_int_eq(pmem2_map_get_store_granularity(map), i);
		assert_success(pmem2_map_delete(&map));
	}
	close(fd);
}
END_TEST

START_TEST(variable_leaves_anonymous_and_private_maps_alone)
{
	struct pmem2_source *src[2] = {NULL, pmem2_test_source(pmem2_test_file(4096))};
	struct pmem2_config *cfg = pmem2_test_config(BYTE);
	struct pmem2_map *map;

	force(valid_values[_i]);
	assert_success(pmem2_source_from_anon(&src[0], 4096));
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE));
	for (int i = 0; i < 2; i++) {
		assert_success(pmem2_map_new(&map, cfg, src[i]));
		ck_assert_int_eq(pmem2_map_get_store_granularity(map), BYTE);
		assert_success(pmem2_map_delete(&map));
		pmem2_source_delete(&src[i]);
	}
	pmem2_config_delete(&cfg);
}
END_TEST

START_TEST(refusal_of_a_forced_granularity_names_the_variable)
{
	force("PAGE");
	assert_refused(&dax_file, CACHE_LINE, VARIABLE);
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "PAGE"));
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "granted"));
	assert_refused(&page_cache, CACHE_LINE, VARIABLE);
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "refused"));
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), TEXT_EOPNOTSUPP));
	force("CACHE_LINE");
	assert_refused(&devdax, BYTE, VARIABLE);
}
END_TEST

/* ---- forced by the config ----------------------------------------------- */

START_TEST(config_forces_the_granularity_whatever_the_environment_says)
{
	const enum pmem2_granularity all[] = {BYTE, CACHE_LINE, PAGE};
	struct pmem2_granularity_facts facts[] = {page_cache, dax_file, devdax};

	force(valid_values[_i]);
	for (int i = 0; i < 9; i++) {
		facts[i % 3].has_forced = true;
		facts[i % 3].forced = all[i / 3];
		ck_assert_int_eq(decide(&facts[i % 3]), all[i / 3]);
	}
}
END_TEST

START_TEST(config_leaves_anonymous_and_private_maps_alone)
{
	struct pmem2_granularity_facts facts[] = {anonymous, private_file};

	for (int i = 0; i < 2; i++) {
		facts[i].has_forced = true;
		facts[i].forced = PAGE;
		ck_assert_int_eq(decide(&facts[i]), BYTE);
	}
}
END_TEST

START_TEST(refusal_of_what_the_config_forces_names_the_config)
{
	struct pmem2_granularity_facts facts = dax_file;

	facts.has_forced = true;
	facts.forced = PAGE;
	assert_refused(&facts, CACHE_LINE, "the config forces PAGE (the system granted");
	assert_silent_about(VARIABLE);
}
END_TEST

/* ---- decided by the region ---------------------------------------------- */

START_TEST(byte_where_the_region_says_cpu_cache)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	ck_assert_int_eq(decide(&dax_file), BYTE);
}
END_TEST

START_TEST(byte_for_device_dax_in_a_region_with_cpu_cache)
{
	pmem2_test_sysfs_region(1, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_dax(DAX_NUMBER, 1, DAX_SIZE, DAX_ALIGNMENT);
	ck_assert_int_eq(decide(&devdax), BYTE);
}
END_TEST

/* A NULL stands for a region that does not say. */
static const char *const weaker_domains[] = {
	"memory_controller", "none", "", "cpu_cache2", "cpu_cach", "CPU_CACHE", "cpu_cache ", NULL,
};

START_TEST(cache_line_where_the_region_says_anything_else)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", weaker_domains[_i]);
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	ck_assert_int_eq(decide(&devdax), CACHE_LINE);
}
END_TEST

START_TEST(refusal_for_want_of_protected_caches_names_the_provider)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	assert_refused(&dax_file, BYTE, "cpu_cache");
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "BYTE is required"));
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "\"ACPI.NFIT\""));
	assert_silent_about("MAP_SYNC");
	assert_silent_about(VARIABLE);
}
END_TEST

START_TEST(other_regions_do_not_matter)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_region(1, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_region(2, "virtio-pmem", NULL);
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	pmem2_test_sysfs_dax(DAX_NUMBER, 1, DAX_SIZE, DAX_ALIGNMENT);
	ck_assert_int_eq(decide(&dax_file), BYTE);
	ck_assert_int_eq(decide(&devdax), CACHE_LINE);
}
END_TEST

START_TEST(partition_has_the_granularity_of_its_region)
{
	pmem2_test_sysfs_region(3, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_device(BLOCK_NUMBER, PMEM2_TEST_REGION "/namespace3.0/block/pmem3/pmem3p1",
				3, 3);
	ck_assert_int_eq(decide(&dax_file), BYTE);
}
END_TEST

START_TEST(region_with_a_number_of_two_digits_is_found)
{
	pmem2_test_sysfs_region(17, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 17);
	ck_assert_int_eq(decide(&dax_file), BYTE);
}
END_TEST

/* ---- what cannot be read ------------------------------------------------ */

static const struct {
	const char *provider;
	const char *attribute;
} unreadable[] = {
	{"ACPI.NFIT", "persistence_domain"},
	{"ibm,persistent-memory:ibm,pmemory@44104001", "deep_flush"},
};

/* A region whose attribute is a directory, which not even root can read as a file. */
static void make_unreadable_region(int i)
{
	pmem2_test_sysfs_region(0, unreadable[i].provider, i == 0 ? NULL : "cpu_cache");
	pmem2_test_sysfs_write("x", PMEM2_TEST_REGION "/%s/x", 0U, 0U, unreadable[i].attribute);
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
}

START_TEST(files_are_cache_line_where_an_attribute_cannot_be_read)
{
	make_unreadable_region(_i);
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	assert_refused(&dax_file, BYTE, "could not be read from sysfs: Is a directory");
}
END_TEST

START_TEST(device_dax_is_refused_where_an_attribute_cannot_be_read)
{
	struct pmem2_reason reason;

	make_unreadable_region(_i);
	assert_failure(pmem2_granularity_decide(&devdax, PAGE, &reason), -EISDIR, "sysfs");
	ck_assert_int_eq(reason.cause, PMEM2_CAUSE_REGION_UNREADABLE);
	ck_assert_int_eq(pmem2_granularity_last_refusal(), PMEM2_CAUSE_REGION_UNREADABLE);
}
END_TEST

/* ---- files on another device than their file system --------------------- */

/* The region beneath the file system's main device has persistent caches. */
static void begin_realtime(void)
{
	begin();
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
}

START_TEST(file_on_the_realtime_device_is_cache_line)
{
	attributes.flags = FS_XFLAG_REALTIME | FS_XFLAG_DAX;
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	ck_assert_int_eq(attributes.questions, 1);
	ck_assert_int_eq(attributes.fd, dax_file.file);
	assert_refused(&dax_file, BYTE, "lies on the realtime device");
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), "CACHE_LINE"));
	assert_silent_about(VARIABLE);
}
END_TEST

static const unsigned other_flags[] = {0, FS_XFLAG_DAX, FS_XFLAG_RTINHERIT, ~FS_XFLAG_REALTIME};

START_TEST(file_that_is_not_marked_realtime_is_byte)
{
	attributes.flags = other_flags[_i];
	ck_assert_int_eq(decide(&dax_file), BYTE);
}
END_TEST

static const int without_attributes[] = {ENOTTY, EOPNOTSUPP};

START_TEST(file_system_that_knows_no_attributes_has_one_device)
{
	attributes.flags = FS_XFLAG_REALTIME;
	attributes.error = without_attributes[_i];
	ck_assert_int_eq(decide(&dax_file), BYTE);
}
END_TEST

START_TEST(file_whose_device_cannot_be_found_out_is_cache_line)
{
	attributes.error = EIO;
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	assert_refused(&dax_file, BYTE, "could not be found out: " TEXT_EIO);
	assert_silent_about("MAP_SYNC");
}
END_TEST

START_TEST(file_system_is_asked_only_where_byte_depends_on_it)
{
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	ck_assert_int_eq(decide(&devdax), BYTE);
	ck_assert_int_eq(decide(&page_cache), PAGE);
	ck_assert_int_eq(decide(&private_file), BYTE);
	force("BYTE");
	ck_assert_int_eq(decide(&dax_file), BYTE);
	begin();
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	ck_assert_int_eq(attributes.questions, 0);
}
END_TEST

/* ---- no region known ---------------------------------------------------- */

static void no_tree(void)
{
}

static void disk(void)
{
	pmem2_test_sysfs_device(BLOCK_NUMBER, "devices/pci0000:00/virtio1/block/vda");
}

static void region_of_the_cxl_bus(void)
{
	const char *const region = "devices/platform/ACPI0017:00/root0/decoder0.0/region0";

	pmem2_test_sysfs_write("cpu_cache", "%s/persistence_domain", region);
	pmem2_test_sysfs_write("ACPI.NFIT", "%s/../provider", region);
	pmem2_test_sysfs_device(BLOCK_NUMBER, "%s/dax_region0/block/pmem0", region);
}

static void region_without_number(void)
{
	pmem2_test_sysfs_write("cpu_cache", "devices/ndbus0/regions/persistence_domain");
	pmem2_test_sysfs_device(BLOCK_NUMBER, "devices/ndbus0/regions/block/pmem0");
}

static void device_number_of_the_other_class(void)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem("char/259:0", 0);
}

static void directory_in_place_of_the_link(void)
{
	pmem2_test_sysfs_write("259:0", "dev/" BLOCK_NUMBER "/dev");
}

static void (*const unidentified[])(void) = {
	no_tree,
	disk,
	region_of_the_cxl_bus,
	region_without_number,
	device_number_of_the_other_class,
	directory_in_place_of_the_link,
};

START_TEST(cache_line_where_no_region_is_identified)
{
	unidentified[_i]();
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	assert_refused(&dax_file, BYTE, "no NVDIMM region");
	assert_silent_about("MAP_SYNC");
	assert_silent_about(VARIABLE);
}
END_TEST

START_TEST(cache_line_where_the_system_has_no_sysfs)
{
	pmem2_sysfs_root = "/nonexistent";
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	ck_assert_int_eq(decide(&devdax), CACHE_LINE);
}
END_TEST

/* ---- device-mapper ------------------------------------------------------ */

#define MAPPED "devices/virtual/block/dm-0"

/* What device-mapper lays device 259:0 over. */
static void map_over(const char *slave, const char *provider, const char *persistence_domain,
		     unsigned n)
{
	char path[128];

	pmem2_test_sysfs_region(n, provider, persistence_domain);
	snprintf(path, sizeof(path), PMEM2_TEST_REGION "/namespace%u.0/block/%s", n, n, n, slave);
	pmem2_test_sysfs_write("", "%s/dev", path);
	pmem2_test_sysfs_slave(MAPPED, slave, path);
}

static void begin_mapped(void)
{
	begin();
	pmem2_test_sysfs_device(BLOCK_NUMBER, MAPPED);
}

START_TEST(device_mapper_over_cpu_cache_alone_is_byte)
{
	map_over("pmem0", "ACPI.NFIT", "cpu_cache", 0);
	map_over("pmem1", "ACPI.NFIT", "cpu_cache", 1);
	ck_assert_int_eq(decide(&dax_file), BYTE);
}
END_TEST

START_TEST(one_weaker_region_beneath_device_mapper_makes_it_cache_line)
{
	map_over("pmem0", "ACPI.NFIT", _i == 0 ? "memory_controller" : "cpu_cache", 0);
	map_over("pmem1", "ACPI.NFIT", _i == 1 ? "memory_controller" : "cpu_cache", 1);
	map_over("pmem2", "ACPI.NFIT", _i == 2 ? "memory_controller" : "cpu_cache", 2);
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	assert_refused(&dax_file, BYTE, "does not promise persistent CPU caches");
}
END_TEST

START_TEST(one_unidentified_device_beneath_device_mapper_makes_it_cache_line)
{
	map_over("pmem0", "ACPI.NFIT", "cpu_cache", 0);
	pmem2_test_sysfs_write("", "devices/virtual/block/ram0/dev");
	pmem2_test_sysfs_slave(MAPPED, "ram0", "devices/virtual/block/ram0");
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	assert_refused(&dax_file, BYTE, "no NVDIMM region");
}
END_TEST

START_TEST(device_mapper_over_nothing_is_unidentified)
{
	pmem2_test_sysfs_write("", MAPPED "/slaves/.keep");
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
	assert_refused(&dax_file, BYTE, "no NVDIMM region");
}
END_TEST

START_TEST(stacked_device_mapper_is_followed)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem("block/259:7", 0);
	pmem2_test_sysfs_slave(MAPPED, "dm-1", "devices/virtual/block/dm-1");
	pmem2_test_sysfs_slave("devices/virtual/block/dm-1", "pmem0",
			       "devices/LNXSYSTM:00/ACPI0012:00/ndbus0/region0/namespace0.0/"
			       "block/pmem0");
	ck_assert_int_eq(decide(&dax_file), BYTE);
}
END_TEST

START_TEST(device_mapper_over_itself_comes_to_an_end)
{
	pmem2_test_sysfs_slave(MAPPED, "dm-0", MAPPED);
	ck_assert_int_eq(decide(&dax_file), CACHE_LINE);
}
END_TEST

/* ---- regions that need an explicit flush -------------------------------- */

START_TEST(device_dax_over_virtio_pmem_is_refused_at_any_granularity)
{
	pmem2_test_sysfs_region(0, "virtio-pmem", _i == 0 ? NULL : "cpu_cache");
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	assert_refused(&devdax, PAGE, "\"virtio-pmem\"");
	assert_refused(&devdax, CACHE_LINE, "flush call");
	assert_refused(&devdax, BYTE, "device dax");
	assert_silent_about(VARIABLE);
}
END_TEST

#define PAPR "ibm,persistent-memory:ibm,pmemory@44104001"

START_TEST(device_dax_over_papr_with_a_flush_call_is_refused)
{
	pmem2_test_sysfs_region(0, PAPR, "cpu_cache");
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	pmem2_test_sysfs_write("1", PMEM2_TEST_REGION "/deep_flush", 0U, 0U);
	assert_refused(&devdax, PAGE, "\"ibm,persistent-memory:");
}
END_TEST

START_TEST(device_dax_over_papr_without_a_flush_call_is_accepted)
{
	pmem2_test_sysfs_region(0, PAPR, "memory_controller");
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	pmem2_test_sysfs_write("0", PMEM2_TEST_REGION "/deep_flush", 0U, 0U);
	ck_assert_int_eq(decide(&devdax), CACHE_LINE);
}
END_TEST

START_TEST(deep_flush_of_other_providers_does_not_stand_in_the_way)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	pmem2_test_sysfs_write("1", PMEM2_TEST_REGION "/deep_flush", 0U, 0U);
	ck_assert_int_eq(decide(&devdax), BYTE);
}
END_TEST

START_TEST(variable_overrides_the_refusal_of_virtio_pmem)
{
	pmem2_test_sysfs_region(0, "virtio-pmem", NULL);
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	force("CACHE_LINE");
	ck_assert_int_eq(decide(&devdax), CACHE_LINE);
}
END_TEST

START_TEST(file_over_virtio_pmem_is_never_byte)
{
	pmem2_test_sysfs_region(0, "virtio-pmem", "cpu_cache");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	ck_assert_int_gt(decide(&dax_file), BYTE);
}
END_TEST

/* ---- side effects ------------------------------------------------------- */

START_TEST(working_directory_is_never_changed)
{
	map_over("pmem0", "ACPI.NFIT", "cpu_cache", 0);
	looks = 0;
	moves = 0;
	decide(&dax_file);
	ck_assert_int_gt(looks, 0);
	ck_assert_int_eq(moves, 0);
}
END_TEST

START_TEST(no_descriptor_is_inherited_or_left_open)
{
	size_t before = pmem2_test_open_descriptors();

	map_over("pmem0", "ACPI.NFIT", "cpu_cache", 0);
	reads = 0;
	inherited = 0;
	decide(&dax_file);
	ck_assert_int_gt(reads, 0);
	ck_assert_int_eq(inherited, 0);
	pmem2_test_sysfs_slave(MAPPED, "ram0", "devices/virtual/block/ram0");
	decide(&dax_file);
	ck_assert_uint_eq(pmem2_test_open_descriptors(), before);
}
END_TEST

/* ---- CPUs on which programs cannot write cache lines back --------------- */

START_TEST(without_write_back_files_are_page_even_with_map_sync)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "cpu_cache");
	pmem2_test_sysfs_pmem(BLOCK_NUMBER, 0);
	ck_assert_int_eq(decide(&dax_file), PAGE);
	assert_refused(&dax_file, CACHE_LINE, "write cache lines back");
}
END_TEST

START_TEST(without_write_back_device_dax_is_refused)
{
	pmem2_test_sysfs_region(0, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_dax(DAX_NUMBER, 0, DAX_SIZE, DAX_ALIGNMENT);
	assert_refused(&devdax, PAGE, "write cache lines back");
}
END_TEST

static const char *const unsafe_values[] = {"BYTE", "CACHE_LINE", "CACHELINE"};

START_TEST(without_write_back_files_cannot_be_forced_to_be_better_than_page)
{
	force(unsafe_values[_i]);
	ck_assert_int_eq(decide(&dax_file), PAGE);
	ck_assert_int_eq(decide(&page_cache), PAGE);
	assert_refused(&dax_file, CACHE_LINE, "write cache lines back");
	ck_assert_ptr_nonnull(strstr(pmem2_errormsg(), VARIABLE " is not obeyed"));
}
END_TEST

START_TEST(without_write_back_config_cannot_force_more_than_page)
{
	struct pmem2_granularity_facts facts = dax_file;

	facts.has_forced = true;
	facts.forced = _i == 0 ? BYTE : CACHE_LINE;
	ck_assert_int_eq(decide(&facts), PAGE);
	assert_refused(&facts, CACHE_LINE, "for which reason the config is not obeyed");
}
END_TEST

START_TEST(without_write_back_device_dax_cannot_be_forced_to_be_better_than_page)
{
	force(unsafe_values[_i]);
	assert_refused(&devdax, PAGE, VARIABLE " is not obeyed");
}
END_TEST

START_TEST(without_write_back_page_can_be_forced)
{
	force("PAGE");
	ck_assert_int_eq(decide(&dax_file), PAGE);
	assert_refused(&dax_file, CACHE_LINE, "variable " VARIABLE " forces PAGE");
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static TCase *environment_tests(void)
{
	TCase *tests = tcase_create("environment");

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_loop_test(tests, anonymous_memory_is_byte_whatever_is_forced, 0,
			    COUNT(valid_values));
	tcase_add_loop_test(tests, private_mapping_is_byte_whatever_is_forced, 0,
			    COUNT(valid_values));
	tcase_add_loop_test(tests, any_other_value_of_the_variable_is_ignored, 0,
			    COUNT(invalid_values));
	tcase_add_loop_test(tests, variable_leaves_anonymous_and_private_maps_alone, 0,
			    COUNT(valid_values));
	if (pmem2_arch_has_writeback()) {
		tcase_add_loop_test(tests, variable_in_any_case_forces_the_granularity, 0,
				    COUNT(forced));
		tcase_add_test(tests, variable_is_read_for_every_mapping);
		tcase_add_test(tests, refusal_of_a_forced_granularity_names_the_variable);
	}
	return tests;
}

static TCase *config_tests(void)
{
	TCase *tests = tcase_create("config");

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, config_leaves_anonymous_and_private_maps_alone);
	tcase_add_test(tests, refusal_of_what_the_config_forces_names_the_config);
	if (pmem2_arch_has_writeback())
		tcase_add_loop_test(tests,
				    config_forces_the_granularity_whatever_the_environment_says, 0,
				    COUNT(valid_values));
	return tests;
}

static TCase *page_cache_tests(void)
{
	TCase *tests = tcase_create("page cache");

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, mapping_without_map_sync_is_page);
	tcase_add_test(tests, page_is_refused_where_better_is_required);
	if (pmem2_arch_has_writeback())
		tcase_add_test(tests, refusal_for_want_of_map_sync_gives_its_errno);
	tcase_add_test(tests, page_cache_on_a_region_with_cpu_cache_stays_page);
	tcase_add_test(tests, platform_is_asked_only_when_map_sync_was_granted);
	return tests;
}

static TCase *region_tests(void)
{
	TCase *tests = tcase_create("region");

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, byte_where_the_region_says_cpu_cache);
	tcase_add_test(tests, byte_for_device_dax_in_a_region_with_cpu_cache);
	tcase_add_loop_test(tests, cache_line_where_the_region_says_anything_else, 0,
			    COUNT(weaker_domains));
	tcase_add_test(tests, refusal_for_want_of_protected_caches_names_the_provider);
	tcase_add_test(tests, other_regions_do_not_matter);
	tcase_add_test(tests, partition_has_the_granularity_of_its_region);
	tcase_add_test(tests, region_with_a_number_of_two_digits_is_found);
	tcase_add_loop_test(tests, files_are_cache_line_where_an_attribute_cannot_be_read, 0,
			    COUNT(unreadable));
	tcase_add_loop_test(tests, device_dax_is_refused_where_an_attribute_cannot_be_read, 0,
			    COUNT(unreadable));
	tcase_add_loop_test(tests, cache_line_where_no_region_is_identified, 0,
			    COUNT(unidentified));
	tcase_add_test(tests, cache_line_where_the_system_has_no_sysfs);
	return tests;
}

static TCase *realtime_tests(void)
{
	TCase *tests = tcase_create("realtime device");

	tcase_add_checked_fixture(tests, begin_realtime, NULL);
	tcase_add_test(tests, file_on_the_realtime_device_is_cache_line);
	tcase_add_loop_test(tests, file_that_is_not_marked_realtime_is_byte, 0, COUNT(other_flags));
	tcase_add_loop_test(tests, file_system_that_knows_no_attributes_has_one_device, 0,
			    COUNT(without_attributes));
	tcase_add_test(tests, file_whose_device_cannot_be_found_out_is_cache_line);
	tcase_add_test(tests, file_system_is_asked_only_where_byte_depends_on_it);
	return tests;
}

static TCase *explicit_flush_tests(void)
{
	TCase *tests = tcase_create("explicit flush");

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_loop_test(tests, device_dax_over_virtio_pmem_is_refused_at_any_granularity, 0, 2);
	tcase_add_test(tests, device_dax_over_papr_with_a_flush_call_is_refused);
	tcase_add_test(tests, device_dax_over_papr_without_a_flush_call_is_accepted);
	tcase_add_test(tests, deep_flush_of_other_providers_does_not_stand_in_the_way);
	tcase_add_test(tests, variable_overrides_the_refusal_of_virtio_pmem);
	tcase_add_test(tests, file_over_virtio_pmem_is_never_byte);
	return tests;
}

static TCase *device_mapper_tests(void)
{
	TCase *tests = tcase_create("device-mapper");

	tcase_add_checked_fixture(tests, begin_mapped, NULL);
	tcase_add_test(tests, device_mapper_over_cpu_cache_alone_is_byte);
	tcase_add_loop_test(tests, one_weaker_region_beneath_device_mapper_makes_it_cache_line, 0,
			    3);
	tcase_add_test(tests, one_unidentified_device_beneath_device_mapper_makes_it_cache_line);
	tcase_add_test(tests, device_mapper_over_nothing_is_unidentified);
	tcase_add_test(tests, stacked_device_mapper_is_followed);
	tcase_add_test(tests, device_mapper_over_itself_comes_to_an_end);
	tcase_add_test(tests, working_directory_is_never_changed);
	tcase_add_test(tests, no_descriptor_is_inherited_or_left_open);
	return tests;
}

static TCase *no_write_back_tests(void)
{
	TCase *tests = tcase_create("no write-back");

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, without_write_back_files_are_page_even_with_map_sync);
	tcase_add_test(tests, without_write_back_device_dax_is_refused);
	tcase_add_loop_test(tests, without_write_back_files_cannot_be_forced_to_be_better_than_page,
			    0, COUNT(unsafe_values));
	tcase_add_loop_test(tests,
			    without_write_back_device_dax_cannot_be_forced_to_be_better_than_page,
			    0, COUNT(unsafe_values));
	tcase_add_loop_test(tests, without_write_back_config_cannot_force_more_than_page, 0, 2);
	tcase_add_test(tests, without_write_back_page_can_be_forced);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("granularity");

	suite_add_tcase(suite, environment_tests());
	suite_add_tcase(suite, config_tests());
	suite_add_tcase(suite, page_cache_tests());
	if (!pmem2_arch_has_writeback()) {
		suite_add_tcase(suite, no_write_back_tests());
		return suite;
	}
	suite_add_tcase(suite, region_tests());
	suite_add_tcase(suite, realtime_tests());
	suite_add_tcase(suite, explicit_flush_tests());
	suite_add_tcase(suite, device_mapper_tests());
	return suite;
}
