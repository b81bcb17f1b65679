/* SPDX-License-Identifier: BSD-3-Clause */
#include "devnode.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_dax.h"
#include "support.h"
#include "sysfs_tree.h"

#define PMEM makedev(259, 0)
#define STACKED makedev(253, 0)
#define STACKED_DIRECTORY "devices/virtual/block/dm-0"

static dev_t plug(const struct fake_dax *model)
{
	return fake_dax_number(fake_dax_plug(model));
}

static void remove_attribute(const char *name)
{
	ck_assert_int_eq(unlink(pmem2_test_sysfs_path("%s/%s", FAKE_DAX_REGION, name)), 0);
}

/* Reading a directory is an error that root gets too. */
static void spoil_attribute(const char *name)
{
	remove_attribute(name);
	pmem2_test_sysfs_write("x", "%s/%s/x", FAKE_DAX_REGION, name);
}

static void link_subsystem(const char *directory, const char *target)
{
	const char *path = pmem2_test_sysfs_path("%s/subsystem", directory);

	(void)unlink(path);
	ck_assert_int_eq(symlink(target, path), 0);
}

static struct pmem2_devnode_region region_of(enum pmem2_devnode_class class, dev_t device)
{
	struct pmem2_devnode_region region;

	memset(&region, 0x55, sizeof(region));
	pmem2_devnode_region(class, device, &region);
	return region;
}

static struct pmem2_devnode_region region_of_dax(const struct fake_dax *model)
{
	return region_of(PMEM2_DEVNODE_CHAR, plug(model));
}

/* ---- dax devices -------------------------------------------------------- */

static const char *const directories[] = {FAKE_DAX_NVDIMM, FAKE_DAX_NVDIMM_CLASS, FAKE_DAX_HMEM,
					  FAKE_DAX_CXL};
#define DIRECTORY_COUNT (sizeof(directories) / sizeof(directories[0]))

static struct fake_dax model_at(int i)
{
	struct fake_dax model = fake_dax_nvdimm;

	model.directory = directories[i];
	return model;
}

START_TEST(dax_device_is_known_by_its_subsystem_wherever_it_is)
{
	const struct fake_dax model = model_at(_i);

	ck_assert_int_eq(pmem2_devnode_is_dax(plug(&model)), 1);
}
END_TEST

START_TEST(other_subsystem_is_not_dax)
{
	static const char *const others[] = {"../../../class/mem", "../../../bus/notdax", "mem",
					     "../../../bus/dax/"};
	const dev_t device = plug(&fake_dax_nvdimm);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		link_subsystem(FAKE_DAX_NVDIMM, others[i]);
		ck_assert_int_eq(pmem2_devnode_is_dax(device), 0);
	}
	link_subsystem(FAKE_DAX_NVDIMM, "dax");
	ck_assert_int_eq(pmem2_devnode_is_dax(device), 1);
}
END_TEST

START_TEST(device_without_subsystem_gives_the_errno)
{
	ck_assert_int_eq(pmem2_devnode_is_dax(makedev(1, 3)), -ENOENT);
}
END_TEST

START_TEST(size_is_that_of_the_dax_device_wherever_it_is)
{
	const struct fake_dax model = model_at(_i);
	size_t size = 0;

	assert_success(pmem2_devnode_dax_size(plug(&model), &size));
	ck_assert_uint_eq(size, FAKE_DAX_SIZE);
}
END_TEST

START_TEST(size_of_an_unknown_device_is_no_region)
{
	size_t size = 77;

	assert_failure(pmem2_devnode_dax_size(makedev(252, 9), &size), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "252:9");
	ck_assert_uint_eq(size, 77);
}
END_TEST

START_TEST(size_that_is_no_number_is_refused)
{
	struct fake_dax model = fake_dax_nvdimm;
	size_t size = 77;

	model.size = "plenty";
	assert_failure(pmem2_devnode_dax_size(plug(&model), &size), PMEM2_E_INVALID_SIZE_FORMAT,
		       "size");
	ck_assert_uint_eq(size, 77);
}
END_TEST

START_TEST(alignment_is_that_of_the_dax_device_wherever_it_is)
{
	struct fake_dax model = model_at(_i);
	size_t alignment = 0;

	model.region_align = "4096";
	assert_success(pmem2_devnode_dax_alignment(plug(&model), &alignment));
	ck_assert_uint_eq(alignment, FAKE_DAX_ALIGNMENT);
}
END_TEST

START_TEST(old_kernels_tell_the_alignment_of_the_dax_region)
{
	struct fake_dax model = model_at(_i);
	size_t alignment = 0;

	model.align = NULL;
	model.region_align = "4096";
	assert_success(pmem2_devnode_dax_alignment(plug(&model), &alignment));
	ck_assert_uint_eq(alignment, 4096);
}
END_TEST

START_TEST(device_without_any_alignment_is_no_region)
{
	struct fake_dax model = fake_dax_nvdimm;
	size_t alignment = 77;

	model.align = NULL;
	model.region_align = NULL;
	assert_failure(pmem2_devnode_dax_alignment(plug(&model), &alignment),
		       PMEM2_E_DAX_REGION_NOT_FOUND, "align");
	ck_assert_uint_eq(alignment, 77);
}
END_TEST

START_TEST(alignment_that_is_no_power_of_two_is_refused)
{
	static const char *const texts[] = {"0", "3", "2097153"};
	struct fake_dax model = fake_dax_nvdimm;
	size_t alignment = 77;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		model.align = texts[i];
		pmem2_test_sysfs_begin();
		assert_failure(pmem2_devnode_dax_alignment(plug(&model), &alignment),
			       PMEM2_E_INVALID_ALIGNMENT_VALUE, texts[i]);
		ck_assert_uint_eq(alignment, 77);
	}
}
END_TEST

START_TEST(alignment_that_is_no_number_is_refused)
{
	struct fake_dax model = fake_dax_nvdimm;
	size_t alignment = 77;

	model.align = "2M";
	assert_failure(pmem2_devnode_dax_alignment(plug(&model), &alignment),
		       PMEM2_E_INVALID_ALIGNMENT_FORMAT, "align");
	ck_assert_uint_eq(alignment, 77);
}
END_TEST

/* ---- regions ------------------------------------------------------------ */

START_TEST(region_is_found_above_a_dax_device)
{
	const struct pmem2_devnode_region region = region_of_dax(&fake_dax_nvdimm);

	ck_assert(region.found);
	ck_assert(!region.cpu_cache);
	ck_assert(!region.explicit_flush);
	ck_assert_str_eq(region.provider, "ACPI.NFIT");
}
END_TEST

START_TEST(region_is_found_above_a_dax_device_of_old_kernels)
{
	struct fake_dax model = fake_dax_nvdimm;

	model.directory = FAKE_DAX_NVDIMM_CLASS;
	model.persistence_domain = "cpu_cache";
	const struct pmem2_devnode_region region = region_of_dax(&model);
	ck_assert(region.found);
	ck_assert(region.cpu_cache);
}
END_TEST

START_TEST(cpu_cache_is_believed_only_when_the_region_says_exactly_that)
{
	static const struct {
		const char *text;
		bool cpu_cache;
	} domains[] = {
		{"cpu_cache", true}, {"memory_controller", false}, {"", false},
		{NULL, false},       {"cpu_cache2", false},        {"cpu", false},
	};

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		struct fake_dax model = fake_dax_nvdimm;
		model.persistence_domain = domains[i].text;
		pmem2_test_sysfs_begin();
		const struct pmem2_devnode_region region = region_of_dax(&model);
		ck_assert(region.found);
		ck_assert_int_eq(region.cpu_cache, domains[i].cpu_cache);
	}
}
END_TEST

static void assert_no_region(struct pmem2_devnode_region region)
{
	ck_assert(!region.found);
	ck_assert(!region.cpu_cache);
	ck_assert(!region.explicit_flush);
}

START_TEST(directories_named_region_of_other_buses_are_not_nvdimm_regions)
{
	assert_no_region(region_of_dax(&fake_dax_cxl));
	assert_no_region(region_of_dax(&fake_dax_hmem));
}
END_TEST

START_TEST(unknown_device_has_no_region)
{
	assert_no_region(region_of(PMEM2_DEVNODE_BLOCK, makedev(259, 9)));
	assert_no_region(region_of(PMEM2_DEVNODE_CHAR, makedev(252, 9)));
}
END_TEST

/* What the hypervisor's memory calls itself: more than is kept. */
#define PAPR "ibm,persistent-memory:ibm,pmemory@44104001"

static const struct {
	const char *provider;
	const char *deep_flush;
	bool explicit_flush;
} providers[] = {
	{"ACPI.NFIT", "1", false},
	{"e820", NULL, false},
	{"virtio-pmem", NULL, true},
	{"virtio-pmem", "0", true},
	{PAPR, "1", true},
	{PAPR, "0", false},
	{PAPR, NULL, false},
	{"ibm,pmemory", "1", true},
	{"ibm,pmemory", "0", false},
	{NULL, NULL, false},
	{"virtio-pmem2", NULL, false},
	{"ibm", "1", false},
};

START_TEST(explicit_flush_is_known_by_provider)
{
	struct fake_dax model = fake_dax_nvdimm;
	const char *provider = providers[_i].provider != NULL ? providers[_i].provider : "";

	model.provider = providers[_i].provider;
	model.deep_flush = providers[_i].deep_flush;
	const struct pmem2_devnode_region region = region_of_dax(&model);
	ck_assert(region.found);
	ck_assert_int_eq(region.explicit_flush, providers[_i].explicit_flush);
	ck_assert_int_eq(strncmp(region.provider, provider, sizeof(region.provider) - 1), 0);
}
END_TEST

static const struct {
	const char *provider;
	const char *attribute;
	int error;
} unreadable[] = {
	{"ACPI.NFIT", "persistence_domain", -EISDIR},
	{PAPR, "persistence_domain", -EISDIR},
	{PAPR, "deep_flush", -EISDIR},
	{"ACPI.NFIT", "../provider", -EISDIR},
	{"ACPI.NFIT", "deep_flush", 0}, /* nobody asks */
};

START_TEST(region_that_cannot_be_read_is_not_taken_for_one_that_says_nothing)
{
	struct fake_dax model = fake_dax_nvdimm;
	dev_t device;

	model.provider = unreadable[_i].provider;
	model.persistence_domain = "cpu_cache";
	device = plug(&model);
	spoil_attribute(unreadable[_i].attribute);
	const struct pmem2_devnode_region region = region_of(PMEM2_DEVNODE_CHAR, device);
	ck_assert_int_eq(region.error, unreadable[_i].error);
	ck_assert_int_eq(region.found, unreadable[_i].error == 0);
	ck_assert_int_eq(region.cpu_cache, unreadable[_i].error == 0);
}
END_TEST

START_TEST(block_device_and_its_partition_have_the_region_above_them)
{
	pmem2_test_sysfs_region(4, "e820", "cpu_cache");
	pmem2_test_sysfs_pmem("block/259:0", 4);
	pmem2_test_sysfs_device("block/259:1",
				PMEM2_TEST_REGION "/namespace4.0/block/pmem4/pmem4p1", 4U, 4U);
	for (unsigned minor = 0; minor < 2; minor++) {
		const struct pmem2_devnode_region region =
			region_of(PMEM2_DEVNODE_BLOCK, makedev(259, minor));
		ck_assert(region.found);
		ck_assert(region.cpu_cache);
		ck_assert_str_eq(region.provider, "e820");
	}
}
END_TEST

START_TEST(block_and_character_numbers_are_not_mixed_up)
{
	pmem2_test_sysfs_region(4, "e820", "cpu_cache");
	pmem2_test_sysfs_pmem("block/259:0", 4);
	assert_no_region(region_of(PMEM2_DEVNODE_CHAR, PMEM));
}
END_TEST

/* A device-mapper volume over pmem1 and pmem2. */
static void stack(const char *first_domain, const char *second_domain)
{
	pmem2_test_sysfs_region(1, "e820", first_domain);
	pmem2_test_sysfs_pmem("block/259:1", 1);
	pmem2_test_sysfs_region(2, "e820", second_domain);
	pmem2_test_sysfs_pmem("block/259:2", 2);
	pmem2_test_sysfs_device("block/253:0", STACKED_DIRECTORY);
	pmem2_test_sysfs_slave(STACKED_DIRECTORY, "pmem1",
			       "devices/LNXSYSTM:00/ACPI0012:00/ndbus1/region1/namespace1.0/block/"
			       "pmem1");
	pmem2_test_sysfs_slave(STACKED_DIRECTORY, "pmem2",
			       "devices/LNXSYSTM:00/ACPI0012:00/ndbus2/region2/namespace2.0/block/"
			       "pmem2");
}

START_TEST(stacked_device_promises_what_all_beneath_it_promise)
{
	stack("cpu_cache", "cpu_cache");
	const struct pmem2_devnode_region region = region_of(PMEM2_DEVNODE_BLOCK, STACKED);
	ck_assert(region.found);
	ck_assert(region.cpu_cache);
	ck_assert(!region.explicit_flush);
}
END_TEST

START_TEST(one_weak_region_beneath_a_stacked_device_decides)
{
	stack(_i == 0 ? "memory_controller" : "cpu_cache",
	      _i == 0 ? "cpu_cache" : "memory_controller");
	const struct pmem2_devnode_region region = region_of(PMEM2_DEVNODE_BLOCK, STACKED);
	ck_assert(region.found);
	ck_assert(!region.cpu_cache);
}
END_TEST

/* Whatever order the directory is read in. */
START_TEST(one_region_to_be_flushed_beneath_a_stacked_device_decides)
{
	stack("cpu_cache", "cpu_cache");
	pmem2_test_sysfs_region(1U + (unsigned)_i, "virtio-pmem", "cpu_cache");
	const struct pmem2_devnode_region region = region_of(PMEM2_DEVNODE_BLOCK, STACKED);
	ck_assert(region.found);
	ck_assert(region.explicit_flush);
}
END_TEST

START_TEST(stacked_device_with_something_unknown_beneath_has_no_region)
{
	stack("cpu_cache", "cpu_cache");
	pmem2_test_sysfs_device("block/8:0", "devices/pci0000:00/block/sda");
	pmem2_test_sysfs_slave(STACKED_DIRECTORY, "sda", "devices/pci0000:00/block/sda");
	assert_no_region(region_of(PMEM2_DEVNODE_BLOCK, STACKED));
}
END_TEST

START_TEST(stacked_device_over_a_stacked_device_is_followed)
{
	stack("cpu_cache", "cpu_cache");
	pmem2_test_sysfs_device("block/253:1", "devices/virtual/block/dm-1");
	pmem2_test_sysfs_slave("devices/virtual/block/dm-1", "dm-0", STACKED_DIRECTORY);
	const struct pmem2_devnode_region region = region_of(PMEM2_DEVNODE_BLOCK, makedev(253, 1));
	ck_assert(region.found);
	ck_assert(region.cpu_cache);
}
END_TEST

START_TEST(stacked_device_over_itself_or_nothing_has_no_region)
{
	pmem2_test_sysfs_device("block/253:0", STACKED_DIRECTORY);
	assert_no_region(region_of(PMEM2_DEVNODE_BLOCK, STACKED));
	pmem2_test_sysfs_slave(STACKED_DIRECTORY, "dm-0", STACKED_DIRECTORY);
	assert_no_region(region_of(PMEM2_DEVNODE_BLOCK, STACKED));
}
END_TEST

/* ---- NUMA node ---------------------------------------------------------- */

static const struct {
	const char *text;
	int ret;
	int node;
} nodes[] = {
	{"0", 0, 0},
	{"5", 0, 5},
	{"2147483647", 0, 2147483647},
	{"-1", 0, -1},
	{NULL, 0, -1},
	{"", -EINVAL, 77},
	{"left", -EINVAL, 77},
	{"1 2", -EINVAL, 77},
	{"-2", -EINVAL, 77},
	{"2147483648", -EINVAL, 77},
	{"4294967297", -EINVAL, 77},
	{"99999999999999999999", -EINVAL, 77},
};

START_TEST(numa_node_is_that_of_the_region)
{
	struct fake_dax model = fake_dax_nvdimm;
	int node = 77;

	model.numa_node = nodes[_i].text;
	ck_assert_int_eq(pmem2_devnode_numa_node(PMEM2_DEVNODE_CHAR, plug(&model), &node),
			 nodes[_i].ret);
	ck_assert_int_eq(node, nodes[_i].node);
}
END_TEST

START_TEST(numa_node_of_a_block_device_is_that_of_its_region)
{
	int node = 77;

	pmem2_test_sysfs_region(4, "e820", NULL);
	pmem2_test_sysfs_write("3", PMEM2_TEST_REGION "/numa_node", 4U, 4U);
	pmem2_test_sysfs_pmem("block/259:0", 4);
	ck_assert_int_eq(pmem2_devnode_numa_node(PMEM2_DEVNODE_BLOCK, PMEM, &node), 0);
	ck_assert_int_eq(node, 3);
}
END_TEST

static const struct {
	const char *first;
	const char *second;
	int ret;
	int node;
} stacked_nodes[] = {
	{"3", "3", 0, 3},           {"3", "4", 0, -1},  {"4", "3", 0, -1},
	{"-1", "3", 0, -1},         {"3", "-1", 0, -1}, {"many", "3", -EINVAL, 77},
	{"3", "many", -EINVAL, 77},
};

START_TEST(numa_node_of_a_stacked_device_is_that_of_all_beneath_it)
{
	int node = 77;

	stack("cpu_cache", "cpu_cache");
	pmem2_test_sysfs_write(stacked_nodes[_i].first, PMEM2_TEST_REGION "/numa_node", 1U, 1U);
	pmem2_test_sysfs_write(stacked_nodes[_i].second, PMEM2_TEST_REGION "/numa_node", 2U, 2U);
	ck_assert_int_eq(pmem2_devnode_numa_node(PMEM2_DEVNODE_BLOCK, STACKED, &node),
			 stacked_nodes[_i].ret);
	ck_assert_int_eq(node, stacked_nodes[_i].node);
}
END_TEST

START_TEST(stacked_device_with_something_unknown_beneath_has_no_numa_node)
{
	int node = 77;

	stack("cpu_cache", "cpu_cache");
	pmem2_test_sysfs_device("block/8:0", "devices/pci0000:00/block/sda");
	pmem2_test_sysfs_slave(STACKED_DIRECTORY, "sda", "devices/pci0000:00/block/sda");
	ck_assert_int_eq(pmem2_devnode_numa_node(PMEM2_DEVNODE_BLOCK, STACKED, &node), -ENOENT);
	ck_assert_int_eq(node, 77);
}
END_TEST

START_TEST(device_on_no_region_has_no_numa_node)
{
	int node = 77;

	ck_assert_int_eq(pmem2_devnode_numa_node(PMEM2_DEVNODE_CHAR, plug(&fake_dax_cxl), &node),
			 -ENOENT);
	ck_assert_int_eq(node, 77);
}
END_TEST

/* ---- deep flush --------------------------------------------------------- */

START_TEST(deep_flush_writes_one_where_the_region_offers_it)
{
	const dev_t device = plug(&fake_dax_nvdimm);

	fake_dax_watch(FAKE_DAX_REGION, "deep_flush");
	assert_success(pmem2_devnode_deep_flush(device));
	ck_assert(fake_dax_written(FAKE_DAX_REGION, "deep_flush"));
}
END_TEST

START_TEST(deep_flush_has_nothing_to_do_where_the_region_says_zero)
{
	struct fake_dax model = fake_dax_nvdimm;

	model.deep_flush = "0";
	const dev_t device = plug(&model);
	fake_dax_watch(FAKE_DAX_REGION, "deep_flush");
	assert_success(pmem2_devnode_deep_flush(device));
	ck_assert(!fake_dax_written(FAKE_DAX_REGION, "deep_flush"));
}
END_TEST

START_TEST(deep_flush_that_says_neither_zero_nor_one_is_an_error)
{
	static const char *const texts[] = {"", "2", "10", "-6"};
	struct fake_dax model = fake_dax_nvdimm;

	model.deep_flush = texts[_i];
	assert_failure(pmem2_devnode_deep_flush(plug(&model)), -EINVAL, "neither 0 nor 1");
}
END_TEST

START_TEST(deep_flush_that_cannot_be_written_is_an_error)
{
	const dev_t device = plug(&fake_dax_nvdimm);

	fake_dax_seal(FAKE_DAX_REGION, "deep_flush");
	assert_failure(pmem2_devnode_deep_flush(device), -EPERM, "deep_flush");
}
END_TEST

START_TEST(deep_flush_that_cannot_be_read_is_an_error)
{
	const dev_t device = plug(&fake_dax_nvdimm);

	spoil_attribute("deep_flush");
	assert_failure(pmem2_devnode_deep_flush(device), -EISDIR, "deep_flush");
}
END_TEST

START_TEST(absent_deep_flush_is_done_on_e820)
{
	struct fake_dax model = fake_dax_nvdimm;

	model.provider = "e820";
	model.deep_flush = NULL;
	assert_success(pmem2_devnode_deep_flush(plug(&model)));
}
END_TEST

START_TEST(absent_deep_flush_is_not_supported_elsewhere)
{
	static const char *const elsewhere[] = {"virtio-pmem", "ibm,pmemory", "of_pmem"};
	struct fake_dax model = fake_dax_nvdimm;

	model.deep_flush = NULL;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		model.provider = elsewhere[i];
		pmem2_test_sysfs_begin();
		assert_failure(pmem2_devnode_deep_flush(plug(&model)), PMEM2_E_NOSUPP,
			       elsewhere[i]);
	}
}
END_TEST

START_TEST(deep_flush_without_a_region_finds_none)
{
	assert_failure(pmem2_devnode_deep_flush(plug(&fake_dax_hmem)), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "no NVDIMM region");
	assert_failure(pmem2_devnode_deep_flush(plug(&fake_dax_cxl)), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "no NVDIMM region");
}
END_TEST

/* ---- leaks -------------------------------------------------------------- */

START_TEST(no_descriptor_is_left_open)
{
	const dev_t device = plug(&fake_dax_nvdimm);
	struct pmem2_devnode_region region;
	size_t before;
	size_t value;
	int node;

	stack("cpu_cache", "memory_controller");
	before = pmem2_test_open_descriptors();
	ck_assert_int_eq(pmem2_devnode_is_dax(device), 1);
	assert_success(pmem2_devnode_dax_size(device, &value));
	assert_success(pmem2_devnode_dax_alignment(device, &value));
	pmem2_devnode_region(PMEM2_DEVNODE_BLOCK, STACKED, &region);
	ck_assert_int_eq(pmem2_devnode_numa_node(PMEM2_DEVNODE_CHAR, device, &node), 0);
	assert_success(pmem2_devnode_deep_flush(device));
	ck_assert_uint_eq(pmem2_test_open_descriptors(), before);
}
END_TEST

static TCase *new_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, fake_dax_setup, fake_dax_teardown);
	return tcase;
}

static TCase *dax_case(void)
{
	TCase *tcase = new_case("dax devices");

	tcase_add_loop_test(tcase, dax_device_is_known_by_its_subsystem_wherever_it_is, 0,
			    DIRECTORY_COUNT);
	tcase_add_test(tcase, other_subsystem_is_not_dax);
	tcase_add_test(tcase, device_without_subsystem_gives_the_errno);
	tcase_add_loop_test(tcase, size_is_that_of_the_dax_device_wherever_it_is, 0,
			    DIRECTORY_COUNT);
	tcase_add_test(tcase, size_of_an_unknown_device_is_no_region);
	tcase_add_test(tcase, size_that_is_no_number_is_refused);
	tcase_add_loop_test(tcase, alignment_is_that_of_the_dax_device_wherever_it_is, 0,
			    DIRECTORY_COUNT);
	tcase_add_loop_test(tcase, old_kernels_tell_the_alignment_of_the_dax_region, 0,
			    DIRECTORY_COUNT);
	tcase_add_test(tcase, device_without_any_alignment_is_no_region);
	tcase_add_test(tcase, alignment_that_is_no_power_of_two_is_refused);
	tcase_add_test(tcase, alignment_that_is_no_number_is_refused);
	return tcase;
}

static TCase *region_case(void)
{
	TCase *tcase = new_case("regions");

	tcase_add_test(tcase, region_is_found_above_a_dax_device);
	tcase_add_test(tcase, region_is_found_above_a_dax_device_of_old_kernels);
	tcase_add_test(tcase, cpu_cache_is_believed_only_when_the_region_says_exactly_that);
	tcase_add_test(tcase, directories_named_region_of_other_buses_are_not_nvdimm_regions);
	tcase_add_test(tcase, unknown_device_has_no_region);
	tcase_add_loop_test(tcase, explicit_flush_is_known_by_provider, 0,
			    sizeof(providers) / sizeof(providers[0]));
	tcase_add_loop_test(tcase,
			    region_that_cannot_be_read_is_not_taken_for_one_that_says_nothing, 0,
			    sizeof(unreadable) / sizeof(unreadable[0]));
	tcase_add_test(tcase, block_device_and_its_partition_have_the_region_above_them);
	tcase_add_test(tcase, block_and_character_numbers_are_not_mixed_up);
	tcase_add_test(tcase, stacked_device_promises_what_all_beneath_it_promise);
	tcase_add_loop_test(tcase, one_weak_region_beneath_a_stacked_device_decides, 0, 2);
	tcase_add_loop_test(tcase, one_region_to_be_flushed_beneath_a_stacked_device_decides, 0, 2);
	tcase_add_test(tcase, stacked_device_with_something_unknown_beneath_has_no_region);
	tcase_add_test(tcase, stacked_device_over_a_stacked_device_is_followed);
	tcase_add_test(tcase, stacked_device_over_itself_or_nothing_has_no_region);
	return tcase;
}

static TCase *numa_case(void)
{
	TCase *tcase = new_case("NUMA node");

	tcase_add_loop_test(tcase, numa_node_is_that_of_the_region, 0,
			    sizeof(nodes) / sizeof(nodes[0]));
	tcase_add_test(tcase, numa_node_of_a_block_device_is_that_of_its_region);
	tcase_add_loop_test(tcase, numa_node_of_a_stacked_device_is_that_of_all_beneath_it, 0,
			    sizeof(stacked_nodes) / sizeof(stacked_nodes[0]));
	tcase_add_test(tcase, stacked_device_with_something_unknown_beneath_has_no_numa_node);
	tcase_add_test(tcase, device_on_no_region_has_no_numa_node);
	return tcase;
}

static TCase *deep_flush_case(void)
{
	TCase *tcase = new_case("deep flush");

	tcase_add_test(tcase, deep_flush_writes_one_where_the_region_offers_it);
	tcase_add_test(tcase, deep_flush_has_nothing_to_do_where_the_region_says_zero);
	tcase_add_loop_test(tcase, deep_flush_that_says_neither_zero_nor_one_is_an_error, 0, 4);
	tcase_add_test(tcase, deep_flush_that_cannot_be_written_is_an_error);
	tcase_add_test(tcase, deep_flush_that_cannot_be_read_is_an_error);
	tcase_add_test(tcase, absent_deep_flush_is_done_on_e820);
	tcase_add_test(tcase, absent_deep_flush_is_not_supported_elsewhere);
	tcase_add_test(tcase, deep_flush_without_a_region_finds_none);
	tcase_add_test(tcase, no_descriptor_is_left_open);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("devnode");

	suite_add_tcase(suite, dax_case());
	suite_add_tcase(suite, region_case());
	suite_add_tcase(suite, numa_case());
	suite_add_tcase(suite, deep_flush_case());
	return suite;
}
