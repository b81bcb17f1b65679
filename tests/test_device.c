/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fake_dax.h"
#include "support.h"
#include "sysfs_tree.h"

/* What the file system says of a file's attributes. */
static unsigned flags;
static int error;

int ioctl(int file, pmem2_test_request request, ...)
{
	va_list args;

	va_start(args, request);
	va_arg(args, struct fsxattr *)->fsx_xflags = flags;
	va_end(args);
	errno = error;
	return error != 0 ? -1 : 0;
}

/* An anonymous source, a file, and device dax; sysfs knows of the latter only. */
static struct pmem2_source *anon;
static struct pmem2_source *file;
static struct pmem2_source *dax;
static int fd;

static void setup(void)
{
	fake_dax_setup();
	flags = 0;
	error = 0;
	fd = pmem2_test_file(4096);
	file = pmem2_test_source(fd);
	dax = pmem2_test_source(fake_dax_plug(&fake_dax_nvdimm));
	assert_success(pmem2_source_from_anon(&anon, 4096));
}

static void teardown(void)
{
	pmem2_source_delete(&dax);
	pmem2_source_delete(&file);
	pmem2_source_delete(&anon);
	close(fd);
	fake_dax_teardown();
}

/* Put the file system of the file on a region. */
static void move_file_to_region(const char *numa_node)
{
	pmem2_test_sysfs_region(4, "e820", NULL);
	pmem2_test_sysfs_hold(fd, 4);
	if (numa_node != NULL)
		pmem2_test_sysfs_write(numa_node, PMEM2_TEST_REGION "/numa_node", 4U, 4U);
}

static struct pmem2_source *plug(const struct fake_dax *model)
{
	return pmem2_test_source(fake_dax_plug(model));
}

/* ---- NUMA node ---------------------------------------------------------- */

START_TEST(numa_node_of_device_dax_is_that_of_its_region)
{
	int node = 77;

	assert_success(pmem2_source_numa_node(dax, &node));
	ck_assert_int_eq(node, 5);
}
END_TEST

START_TEST(numa_node_of_a_file_is_that_of_the_region_beneath_its_file_system)
{
	int node = 77;

	move_file_to_region("2");
	assert_success(pmem2_source_numa_node(file, &node));
	ck_assert_int_eq(node, 2);
}
END_TEST

START_TEST(region_on_no_numa_node_gives_minus_one)
{
	static const char *const texts[] = {"-1", NULL};
	int node = 77;

	move_file_to_region(texts[_i]);
	assert_success(pmem2_source_numa_node(file, &node));
	ck_assert_int_eq(node, -1);
}
END_TEST

START_TEST(numa_node_without_a_region_finds_none)
{
	struct pmem2_source *hmem = plug(&fake_dax_hmem);
	struct pmem2_source *cxl = plug(&fake_dax_cxl);
	int node = 77;

	assert_failure(pmem2_source_numa_node(file, &node), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "no NVDIMM region");
	assert_failure(pmem2_source_numa_node(hmem, &node), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "no NVDIMM region");
	assert_failure(pmem2_source_numa_node(cxl, &node), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "no NVDIMM region");
	ck_assert_int_eq(node, 77);
	pmem2_source_delete(&hmem);
	pmem2_source_delete(&cxl);
}
END_TEST

START_TEST(numa_node_that_is_no_number_is_an_error)
{
	int node = 77;

	move_file_to_region("left");
	assert_failure(pmem2_source_numa_node(file, &node), -EINVAL, "NUMA node");
	ck_assert_int_eq(node, 77);
}
END_TEST

START_TEST(anonymous_memory_has_no_numa_node)
{
	int node = 77;

	assert_failure(pmem2_source_numa_node(anon, &node), PMEM2_E_NOSUPP, "anonymous");
	assert_failure(pmem2_source_numa_node(anon, NULL), PMEM2_E_NOSUPP, "anonymous");
	ck_assert_int_eq(node, 77);
}
END_TEST

/* ---- identity ----------------------------------------------------------- */

static void check_no_identity(const struct pmem2_source *src, const char *text)
{
	char id[16] = "kept";
	size_t len = sizeof(id);
	uint64_t usc = 77;

	assert_failure(pmem2_source_device_id(src, id, &len), PMEM2_E_NOSUPP, text);
	assert_failure(pmem2_source_device_id(src, NULL, &len), PMEM2_E_NOSUPP, text);
	assert_failure(pmem2_source_device_usc(src, &usc), PMEM2_E_NOSUPP, text);
	ck_assert_str_eq(id, "kept");
	ck_assert_uint_eq(len, sizeof(id));
	ck_assert_uint_eq(usc, 77);
}

START_TEST(source_on_no_region_has_no_identity)
{
	struct pmem2_source *hmem = plug(&fake_dax_hmem);
	struct pmem2_source *cxl = plug(&fake_dax_cxl);

	check_no_identity(file, "no NVDIMM region");
	check_no_identity(hmem, "no NVDIMM region");
	check_no_identity(cxl, "no NVDIMM region");
	pmem2_source_delete(&hmem);
	pmem2_source_delete(&cxl);
}
END_TEST

START_TEST(without_libndctl_a_source_on_a_region_has_no_identity)
{
	move_file_to_region("2");
	check_no_identity(file, "libndctl");
	check_no_identity(dax, "libndctl");
}
END_TEST

START_TEST(anonymous_memory_has_no_identity)
{
	check_no_identity(anon, "anonymous");
}
END_TEST

START_TEST(anonymous_memory_is_refused_before_outputs_are_looked_at)
{
	assert_failure(pmem2_source_device_id(anon, NULL, NULL), PMEM2_E_NOSUPP, "anonymous");
	assert_failure(pmem2_source_device_usc(anon, NULL), PMEM2_E_NOSUPP, "anonymous");
}
END_TEST

/* ---- files on another device than their file system --------------------- */

START_TEST(file_on_a_realtime_device_has_neither_numa_node_nor_identity)
{
	int node = 77;

	move_file_to_region("2");
	flags = FS_XFLAG_REALTIME;
	assert_failure(pmem2_source_numa_node(file, &node), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "realtime device");
	ck_assert_int_eq(node, 77);
	check_no_identity(file, "realtime device");
}
END_TEST

START_TEST(file_whose_device_cannot_be_found_out_is_an_error)
{
	uint64_t usc = 77;
	int node = 77;

	move_file_to_region("2");
	error = EIO;
	assert_failure(pmem2_source_numa_node(file, &node), -EIO, "realtime device");
	assert_failure(pmem2_source_device_usc(file, &usc), -EIO, "realtime device");
	ck_assert_int_eq(node, 77);
	ck_assert_uint_eq(usc, 77);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("device");
	TCase *tcase = tcase_create("device");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, numa_node_of_device_dax_is_that_of_its_region);
	tcase_add_test(tcase, numa_node_of_a_file_is_that_of_the_region_beneath_its_file_system);
	tcase_add_loop_test(tcase, region_on_no_numa_node_gives_minus_one, 0, 2);
	tcase_add_test(tcase, numa_node_without_a_region_finds_none);
	tcase_add_test(tcase, numa_node_that_is_no_number_is_an_error);
	tcase_add_test(tcase, anonymous_memory_has_no_numa_node);
	tcase_add_test(tcase, source_on_no_region_has_no_identity);
	tcase_add_test(tcase, without_libndctl_a_source_on_a_region_has_no_identity);
	tcase_add_test(tcase, anonymous_memory_has_no_identity);
	tcase_add_test(tcase, anonymous_memory_is_refused_before_outputs_are_looked_at);
	tcase_add_test(tcase, file_on_a_realtime_device_has_neither_numa_node_nor_identity);
	tcase_add_test(tcase, file_whose_device_cannot_be_found_out_is_an_error);
	suite_add_tcase(suite, tcase);
	return suite;
}
