/* SPDX-License-Identifier: BSD-3-Clause */
#include "device.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "ask.h"
#include "machine.h"
#include "mount.h"
#include "support.h"
#include "sysfs.h"
#include "sysfs_tree.h"

#define BUS "devices/LNXSYSTM:00/ACPI0012:00/ndbus%u"
#define REGION PMEM2_TEST_REGION
#define PMEM(n) makedev(259, n)
#define VOLUME "devices/virtual/block/dm-0"

static void setup(void)
{
	pmem2_test_sysfs_begin();
	explain_sysfs_root = pmem2_sysfs_root;
}

static struct explain_device find(bool block, dev_t number)
{
	struct explain_device device;

	memset(&device, 0x55, sizeof(device));
	explain_device_find(&device, block, number);
	return device;
}

/* Region n with a namespace in the kernel's mode `mode`. */
static void plug_region(unsigned n, const char *domain, const char *mode)
{
	pmem2_test_sysfs_region(n, "ACPI.NFIT", domain);
	pmem2_test_sysfs_write("1", REGION "/numa_node", n, n);
	if (mode != NULL)
		pmem2_test_sysfs_write(mode, REGION "/namespace%u.0/mode", n, n, n);
}

/* pmem<n> as block device 259:n, with what its queue says to DAX. */
static void plug_pmem(unsigned n, const char *dax)
{
	char number[32];

	snprintf(number, sizeof(number), "block/259:%u", n);
	pmem2_test_sysfs_pmem(number, n);
	if (dax != NULL)
		pmem2_test_sysfs_write(dax, REGION "/namespace%u.0/block/pmem%u/queue/dax", n, n, n,
				       n);
}

START_TEST(device_that_sysfs_does_not_know_has_no_name)
{
	struct explain_device device = find(true, PMEM(0));

	ck_assert_str_eq(device.name, "");
	ck_assert_uint_eq(device.regions, 0);
	ck_assert_int_eq(device.dax, EXPLAIN_UNKNOWN);
}
END_TEST

START_TEST(pmem_tells_its_region_and_namespace)
{
	plug_region(3, "memory_controller", "memory");
	plug_pmem(3, "1");
	struct explain_device device = find(true, PMEM(3));

	ck_assert_str_eq(device.name, "pmem3");
	ck_assert_str_eq(device.disk, "");
	ck_assert(!device.volume && !device.loop);
	ck_assert_int_eq(device.dax, EXPLAIN_YES);
	ck_assert_uint_eq(device.regions, 1);
	ck_assert_str_eq(device.region[0].name, "region3");
	ck_assert_str_eq(device.region[0].provider, "ACPI.NFIT");
	ck_assert_str_eq(device.region[0].domain, "memory_controller");
	ck_assert_str_eq(device.region[0].space, "namespace3.0");
	ck_assert_str_eq(device.region[0].mode, "fsdax");
	ck_assert_int_eq(device.region[0].node, 1);
	ck_assert(!device.region[0].explicit_flush);
}
END_TEST

static const char *const modes[][2] = {
	{"memory", "fsdax"}, {"dax", "devdax"}, {"safe", "sector"}, {"raw", "raw"}, {"new", ""},
};

START_TEST(modes_are_told_in_the_terms_of_ndctl)
{
	plug_region(0, NULL, modes[_i][0]);
	plug_pmem(0, "0");
	struct explain_device device = find(true, PMEM(0));

	ck_assert_str_eq(device.region[0].mode, modes[_i][1]);
	ck_assert_str_eq(device.region[0].domain, "");
	ck_assert_int_eq(device.dax, EXPLAIN_NO);
}
END_TEST

START_TEST(holders_name_their_namespace)
{
	plug_region(2, "cpu_cache", "safe");
	pmem2_test_sysfs_device("block/259:2", REGION "/btt2.0/block/pmem2s", 2U, 2U);
	pmem2_test_sysfs_write("namespace2.0", REGION "/btt2.0/namespace", 2U, 2U);
	struct explain_device device = find(true, PMEM(2));

	ck_assert_str_eq(device.name, "pmem2s");
	ck_assert_str_eq(device.region[0].space, "namespace2.0");
	ck_assert_str_eq(device.region[0].mode, "sector");
	ck_assert_int_eq(device.dax, EXPLAIN_UNKNOWN);
}
END_TEST

START_TEST(region_without_attributes_is_told_as_such)
{
	pmem2_test_sysfs_device("block/259:0", REGION "/namespace0.0/block/pmem0", 0U, 0U);
	struct explain_device device = find(true, PMEM(0));

	ck_assert_uint_eq(device.regions, 1);
	ck_assert_str_eq(device.region[0].provider, "");
	ck_assert_str_eq(device.region[0].mode, "");
	ck_assert_int_eq(device.region[0].node, -1);
}
END_TEST

START_TEST(partition_tells_its_disk_and_start)
{
	plug_region(1, "cpu_cache", "memory");
	plug_pmem(1, "1");
	pmem2_test_sysfs_device("block/259:9", REGION "/namespace1.0/block/pmem1/pmem1p2", 1U, 1U);
	pmem2_test_sysfs_write("4096", REGION "/namespace1.0/block/pmem1/pmem1p2/start", 1U, 1U);
	struct explain_device device = find(true, PMEM(9));

	ck_assert_str_eq(device.name, "pmem1p2");
	ck_assert_str_eq(device.disk, "pmem1");
	ck_assert_uint_eq(device.start, 2 << 20);
	ck_assert_int_eq(device.dax, EXPLAIN_YES);
	ck_assert_str_eq(device.region[0].name, "region1");
}
END_TEST

static void put_beneath_volume(unsigned n)
{
	char name[16];
	char slave[128];

	snprintf(name, sizeof(name), "pmem%u", n);
	snprintf(slave, sizeof(slave), REGION "/namespace%u.0/block/pmem%u", n, n, n, n);
	pmem2_test_sysfs_slave(VOLUME, name, slave);
}

START_TEST(volume_has_the_regions_of_all_beneath)
{
	pmem2_test_sysfs_device("block/253:0", VOLUME);
	pmem2_test_sysfs_write("linear", VOLUME "/dm/name");
	for (unsigned n = 0; n < EXPLAIN_REGIONS + 2; n++) {
		plug_region(n, "cpu_cache", "memory");
		plug_pmem(n, "1");
		put_beneath_volume(n);
	}
	struct explain_device device = find(true, makedev(253, 0));

	ck_assert_str_eq(device.name, "dm-0");
	ck_assert(device.volume);
	ck_assert_uint_eq(device.regions, EXPLAIN_REGIONS + 2);
	for (unsigned i = 0; i < EXPLAIN_REGIONS; i++)
		ck_assert_str_eq(device.region[i].domain, "cpu_cache");
}
END_TEST

/* No kernel makes one; a tree that is not the kernel's may. */
START_TEST(volumes_in_a_circle_come_to_an_end)
{
	pmem2_test_sysfs_device("block/253:0", VOLUME);
	pmem2_test_sysfs_slave(VOLUME, "dm-0", VOLUME);
	ck_assert_uint_eq(find(true, makedev(253, 0)).regions, 0);
}
END_TEST

START_TEST(loop_device_is_known)
{
	pmem2_test_sysfs_device("block/7:0", "devices/virtual/block/loop0");
	pmem2_test_sysfs_write("/file", "devices/virtual/block/loop0/loop/backing_file");
	ck_assert(find(true, makedev(7, 0)).loop);
}
END_TEST

START_TEST(regions_of_cxl_are_no_nvdimm_regions)
{
	pmem2_test_sysfs_device("char/252:0",
				"devices/ACPI0017:00/root0/region0/dax_region0/dax0.0");
	pmem2_test_sysfs_device("char/252:1", "devices/ndbus0/nmem0/dax1.0");
	pmem2_test_sysfs_device("char/252:2", "devices/ndbus0/regional/dax2.0");
	ck_assert_str_eq(find(false, makedev(252, 0)).name, "dax0.0");
	ck_assert_uint_eq(find(false, makedev(252, 0)).regions, 0);
	ck_assert_uint_eq(find(false, makedev(252, 1)).regions, 0);
	ck_assert_uint_eq(find(false, makedev(252, 2)).regions, 0);
}
END_TEST

START_TEST(regions_that_are_flushed_by_calls_are_known)
{
	static const struct {
		const char *provider, *deep_flush;
		bool expected;
	} cases[] = {
		{"virtio-pmem", NULL, true}, {"ibm,pmem-1", "1", true}, {"ibm,pmem-1", "0", false},
		{"ibm,pmem-1", NULL, false}, {"ACPI.NFIT", "1", false},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup();
		pmem2_test_sysfs_region(0, cases[i].provider, NULL);
		if (cases[i].deep_flush != NULL)
			pmem2_test_sysfs_write(cases[i].deep_flush, REGION "/deep_flush", 0U, 0U);
		plug_pmem(0, "1");
		ck_assert_int_eq(find(true, PMEM(0)).region[0].explicit_flush, cases[i].expected);
	}
}
END_TEST

/* ---- the machine -------------------------------------------------------- */

/* Make bus/<bus>/devices/<name> a link to a directory of the tree. */
static void list_as(const char *bus, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void list_as(const char *bus, const char *name, const char *format, ...)
{
	char directory[256];
	char target[512];
	va_list args;

	va_start(args, format);
	vsnprintf(directory, sizeof(directory), format, args);
	va_end(args);
	snprintf(target, sizeof(target), "%s/%s", pmem2_sysfs_root, directory);
	pmem2_test_sysfs_write("", "bus/%s/devices/.made", bus);
	ck_assert_int_eq(symlink(target, pmem2_test_sysfs_path("bus/%s/devices/%s", bus, name)), 0);
}

/* dax4.0 on region4, and dax5.0 on none. */
static void plug_dax_devices(void)
{
	pmem2_test_sysfs_dax("char/252:4", 4, "4194304", "2097152");
	pmem2_test_sysfs_write("252:4", REGION "/dax4.0/dax4.0/dev", 4U, 4U);
	list_as("dax", "dax4.0", REGION "/dax4.0/dax4.0", 4U, 4U);
	pmem2_test_sysfs_write("0", "devices/platform/hmem.0/dax5.0/size");
	list_as("dax", "dax5.0", "devices/platform/hmem.0/dax5.0");
}

START_TEST(regions_are_those_of_the_bus_nd)
{
	plug_region(4, "cpu_cache", NULL);
	ck_assert(!explain_device_any_region());
	list_as("nd", "ndbus4", BUS, 4U);
	ck_assert(!explain_device_any_region());
	list_as("nd", "region4", REGION, 4U, 4U);
	ck_assert(explain_device_any_region());
}
END_TEST

START_TEST(machine_tells_regions_and_dax_devices)
{
	struct explain_machine machine;

	plug_region(4, "cpu_cache", NULL);
	list_as("nd", "region4", REGION, 4U, 4U);
	list_as("nd", "ndbus4", BUS, 4U);
	plug_dax_devices();
	explain_machine_look(&machine);
	ck_assert_uint_eq(machine.regions, 1);
	ck_assert_str_eq(machine.region[0].domain, "cpu_cache");
	ck_assert_uint_eq(machine.daxes, 2);
	unsigned fourth = machine.dax[0].name[3] == '4' ? 0 : 1;
	ck_assert_str_eq(machine.dax[fourth].name, "dax4.0");
	ck_assert_uint_eq(machine.dax[fourth].size, 4194304);
	ck_assert_uint_eq(machine.dax[fourth].alignment, 2097152);
	ck_assert_str_eq(machine.dax[fourth].region.name, "region4");
	ck_assert_str_eq(machine.dax[1 - fourth].region.name, "");
	ck_assert_str_eq(machine.variant, pmem2_variant_name());
	ck_assert_uint_gt(strlen(machine.kernel), 0);
	explain_machine_forget(&machine);
}
END_TEST

START_TEST(features_are_those_that_the_library_can_use)
{
	static const struct {
		const char *info, *expected;
	} cases[] = {
		{"processor\t: 0\nflags\t\t: fpu clflush sse2 avx avx2 clwb rdseed\nflags\t\t: "
		 "clwb",
		 "clflush sse2 avx avx2 clwb"},
		{"Features\t: fp asimd evtstrm dcpop dcpodp", "asimd dcpop dcpodp"},
		{"isa\t\t: rv64imafdc_zicbom_zicboz_zihintntl_zba", "zicbom zihintntl"},
		{"flags\t\t: fpu", ""},
		{"hart\t: 0", ""},
	};
	struct explain_machine machine;

	explain_procfs_root = pmem2_sysfs_root;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pmem2_test_sysfs_write(cases[i].info, "cpuinfo");
		explain_machine_look(&machine);
		ck_assert_str_eq(machine.features, cases[i].expected);
		explain_machine_forget(&machine);
	}
	ck_assert_int_eq(unlink(pmem2_test_sysfs_path("cpuinfo")), 0);
	explain_machine_look(&machine);
	ck_assert_str_eq(machine.features, "");
	explain_machine_forget(&machine);
}
END_TEST

START_TEST(variables_are_told_with_their_values)
{
	struct explain_machine machine;
	bool found = false;

	ck_assert_int_eq(setenv("PMEM_NO_CLWB", "1", 1), 0);
	ck_assert_int_eq(unsetenv("PMEM_AVX"), 0);
	explain_machine_look(&machine);
	for (unsigned i = 0; i < EXPLAIN_VARIABLES; i++) {
		if (strcmp(machine.variable[i].name, "PMEM_NO_CLWB") == 0)
			found = strcmp(machine.variable[i].value, "1") == 0;
		if (strcmp(machine.variable[i].name, "PMEM_AVX") == 0)
			ck_assert_ptr_null(machine.variable[i].value);
	}
	ck_assert(found);
	explain_machine_forget(&machine);
}
END_TEST

START_TEST(huge_page_is_what_the_kernel_says_or_two_mebibytes)
{
	ck_assert_uint_eq(explain_huge_page(), 2 << 20);
	pmem2_test_sysfs_write("536870912", "kernel/mm/transparent_hugepage/hpage_pmd_size");
	ck_assert_uint_eq(explain_huge_page(), 512 << 20);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("explain_device");
	TCase *device = tcase_create("device");
	TCase *machine = tcase_create("machine");

	tcase_add_checked_fixture(device, setup, NULL);
	tcase_add_test(device, device_that_sysfs_does_not_know_has_no_name);
	tcase_add_test(device, pmem_tells_its_region_and_namespace);
	tcase_add_loop_test(device, modes_are_told_in_the_terms_of_ndctl, 0,
			    sizeof(modes) / sizeof(modes[0]));
	tcase_add_test(device, holders_name_their_namespace);
	tcase_add_test(device, region_without_attributes_is_told_as_such);
	tcase_add_test(device, partition_tells_its_disk_and_start);
	tcase_add_test(device, volume_has_the_regions_of_all_beneath);
	tcase_add_test(device, volumes_in_a_circle_come_to_an_end);
	tcase_add_test(device, loop_device_is_known);
	tcase_add_test(device, regions_of_cxl_are_no_nvdimm_regions);
	tcase_add_test(device, regions_that_are_flushed_by_calls_are_known);
	suite_add_tcase(suite, device);

	tcase_add_checked_fixture(machine, setup, NULL);
	tcase_add_test(machine, regions_are_those_of_the_bus_nd);
	tcase_add_test(machine, machine_tells_regions_and_dax_devices);
	tcase_add_test(machine, features_are_those_that_the_library_can_use);
	tcase_add_test(machine, variables_are_told_with_their_values);
	tcase_add_test(machine, huge_page_is_what_the_kernel_says_or_two_mebibytes);
	suite_add_tcase(suite, machine);
	return suite;
}
