/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps and the advice, on facts that no machine needs to have. */
#include "advice.h"
#include "steps.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"
#include "support.h"

static struct explain_lines lines;

static void setup(void)
{
	lines = (struct explain_lines){0};
}

static void teardown(void)
{
	explain_forget(&lines);
	ck_assert_uint_eq(lines.count, 0);
}

#define SET(array, text) strcpy(array, text)

/* ---- advice ------------------------------------------------------------- */

struct advice_case {
	const char *what;
	void (*change)(struct explain_facts *facts); /* of sample_refused */
	const char *sentence;                        /* part of it */
	const char *command;                         /* NULL: none */
};

static void nothing(struct explain_facts *facts)
{
	(void)facts;
	SET(facts->mount.options, "rw,relatime");
}

static void on_xfs(struct explain_facts *facts)
{
	SET(facts->mount.type, "xfs");
	facts->file.reflink = EXPLAIN_YES;
}

static void on_xfs_with_old_kernel(struct explain_facts *facts)
{
	on_xfs(facts);
	SET(facts->kernel, "5.10.0-33-amd64");
}

static void without_reflink_on_old_kernel(struct explain_facts *facts)
{
	on_xfs_with_old_kernel(facts);
	facts->file.reflink = EXPLAIN_NO;
}

static void with_small_blocks(struct explain_facts *facts)
{
	facts->file.block = 1024;
}

static void with_small_blocks_on_xfs(struct explain_facts *facts)
{
	on_xfs(facts);
	facts->file.block = 512;
}

static void encrypted(struct explain_facts *facts)
{
	facts->file.encrypted = EXPLAIN_YES;
}

static void with_flag(struct explain_facts *facts)
{
	facts->file.dax_flag = EXPLAIN_YES;
	SET(facts->mount.options, "rw");
}

static void with_flag_overruled(struct explain_facts *facts)
{
	facts->file.dax_flag = EXPLAIN_YES;
	SET(facts->mount.options, "rw,dax=never");
}

static void on_btrfs(struct explain_facts *facts)
{
	SET(facts->mount.type, "btrfs");
}

static void on_unknown_file_system(struct explain_facts *facts)
{
	facts->mount = (struct explain_mount){0};
}

static void on_sector_namespace(struct explain_facts *facts)
{
	SET(facts->device.region[0].mode, "sector");
	facts->device.dax = EXPLAIN_NO;
}

static void on_raw_namespace(struct explain_facts *facts)
{
	SET(facts->device.region[0].mode, "raw");
	facts->device.dax = EXPLAIN_UNKNOWN;
}

/* Memory that the kernel's command line sets aside can be mapped in raw mode too. */
static void on_raw_namespace_with_dax(struct explain_facts *facts)
{
	SET(facts->device.region[0].mode, "raw");
	SET(facts->mount.options, "rw");
}

static void on_virtio(struct explain_facts *facts)
{
	SET(facts->device.region[0].provider, "virtio-pmem");
	facts->device.region[0].explicit_flush = true;
}

static void in_volume(struct explain_facts *facts)
{
	SET(facts->device.name, "dm-0");
	facts->device.volume = true;
	facts->device.dax = EXPLAIN_NO;
}

static void in_crooked_partition(struct explain_facts *facts)
{
	SET(facts->device.name, "pmem0p1");
	SET(facts->device.disk, "pmem0");
	facts->device.start = 63 * 512;
}

static void in_straight_partition(struct explain_facts *facts)
{
	in_crooked_partition(facts);
	facts->device.start = 1 << 21;
}

static void on_disk(struct explain_facts *facts)
{
	SET(facts->device.name, "sda1");
	facts->device.regions = 0;
}

static void on_disk_without_regions(struct explain_facts *facts)
{
	on_disk(facts);
	facts->machine_has_region = false;
}

static void on_tmpfs(struct explain_facts *facts)
{
	on_disk(facts);
	SET(facts->device.name, "");
	SET(facts->mount.type, "tmpfs");
}

static void on_overlay(struct explain_facts *facts)
{
	on_tmpfs(facts);
	SET(facts->mount.type, "overlay");
}

static void on_loop(struct explain_facts *facts)
{
	on_disk(facts);
	facts->device.loop = true;
}

static void on_unknown_device(struct explain_facts *facts)
{
	on_disk(facts);
	SET(facts->device.name, "");
}

static void by_environment(struct explain_facts *facts)
{
	facts->mapping.cause = PMEM2_CAUSE_ENVIRONMENT;
}

static void without_writeback(struct explain_facts *facts)
{
	facts->mapping.cause = PMEM2_CAUSE_NO_WRITEBACK;
}

static void with_unreadable_region(struct explain_facts *facts)
{
	facts->mapping.cause = PMEM2_CAUSE_REGION_UNREADABLE;
}

static void on_realtime_device(struct explain_facts *facts)
{
	facts->mapping.cause = PMEM2_CAUSE_REALTIME_DEVICE;
}

static void failed(struct explain_facts *facts)
{
	facts->mapping.error = -ENOMEM;
	facts->mapping.cause = PMEM2_CAUSE_NONE;
}

static void without_region(struct explain_facts *facts)
{
	facts->mapping.cause = PMEM2_CAUSE_NO_REGION;
}

static void device_without_region(struct explain_facts *facts)
{
	*facts = sample_devdax();
	facts->mapping.cause = PMEM2_CAUSE_NO_REGION;
}

static void nameless_device_without_region(struct explain_facts *facts)
{
	device_without_region(facts);
	SET(facts->device.name, "");
}

static void device_on_virtio(struct explain_facts *facts)
{
	*facts = sample_devdax();
	facts->mapping.cause = PMEM2_CAUSE_EXPLICIT_FLUSH;
	facts->mapping.error = PMEM2_E_GRANULARITY_NOT_SUPPORTED;
}

static void on_adr(struct explain_facts *facts)
{
	*facts = sample_fsdax();
}

/* The second of two is the one that holds the volume back. */
static void on_mixed_volume(struct explain_facts *facts)
{
	*facts = sample_fsdax();
	facts->device.regions = 2;
	facts->device.region[1] = facts->device.region[0];
	SET(facts->device.region[0].domain, "cpu_cache");
	SET(facts->device.region[1].name, "region7");
}

static const struct advice_case advice_cases[] = {
	{"ext4", nothing, "mount it again with -o dax",
	 "umount '/mnt/pmem' && mount -o dax '/dev/pmem0' '/mnt/pmem'"},
	{"xfs", on_xfs, "mount it again with -o dax",
	 "umount '/mnt/pmem' && mount -o dax '/dev/pmem0' '/mnt/pmem'"},
	{"old kernel", on_xfs_with_old_kernel, "Linux 5.10.0-33-amd64 cannot have DAX on XFS",
	 "mkfs.xfs -f -m reflink=0 '/dev/pmem0'"},
	{"no reflink", without_reflink_on_old_kernel, "mount it again with -o dax",
	 "umount '/mnt/pmem' && mount -o dax '/dev/pmem0' '/mnt/pmem'"},
	{"blocks", with_small_blocks, "blocks of 1024 bytes", "mkfs.ext4 -b 4096 '/dev/pmem0'"},
	{"blocks of xfs", with_small_blocks_on_xfs, "blocks of 512 bytes",
	 "mkfs.xfs -f -b size=4096 '/dev/pmem0'"},
	{"encrypted", encrypted, "the file is encrypted", NULL},
	{"flag", with_flag, "close it everywhere", "sync && echo 2 > /proc/sys/vm/drop_caches"},
	{"never", with_flag_overruled, "mount it again with -o dax",
	 "umount '/mnt/pmem' && mount -o dax '/dev/pmem0' '/mnt/pmem'"},
	{"btrfs", on_btrfs, "btrfs has no DAX; use ext4 or xfs on '/dev/pmem0'", NULL},
	{"unknown", on_unknown_file_system,
	 "the file system has no DAX; use ext4 or xfs on 'pmem0'", NULL},
	{"sector", on_sector_namespace, "namespace0.0 is in sector mode",
	 "ndctl create-namespace --force --reconfig=namespace0.0 --mode=fsdax"},
	{"raw", on_raw_namespace, "namespace0.0 is in raw mode",
	 "ndctl create-namespace --force --reconfig=namespace0.0 --mode=fsdax"},
	{"raw with DAX", on_raw_namespace_with_dax, "mount it again with -o dax",
	 "umount '/mnt/pmem' && mount -o dax '/dev/pmem0' '/mnt/pmem'"},
	{"virtio", on_virtio, "region0 (virtio-pmem) is flushed by a call", NULL},
	{"volume", in_volume, "the volume dm-0 has a part or a kind", NULL},
	{"crooked", in_crooked_partition, "pmem0p1 starts at byte 32256, in the middle of a page",
	 NULL},
	{"straight", in_straight_partition, "mount it again with -o dax",
	 "umount '/mnt/pmem' && mount -o dax '/dev/pmem0' '/mnt/pmem'"},
	{"disk", on_disk, "is not persistent memory; put the file on", NULL},
	{"no region", on_disk_without_regions,
	 "is not persistent memory; this machine has no NVDIMM", NULL},
	{"tmpfs", on_tmpfs, "tmpfs is memory that a loss of power empties; put", NULL},
	{"overlay", on_overlay, "an overlay, as containers have", NULL},
	{"loop", on_loop, "a loop device is a file behind the page cache", NULL},
	{"device", on_unknown_device, "is not known to sysfs", NULL},
	{"environment", by_environment, "let the media decide", "unset PMEM2_FORCE_GRANULARITY"},
	{"write-back", without_writeback, "on this CPU", NULL},
	{"unreadable", with_unreadable_region, "read /sys", NULL},
	{"realtime", on_realtime_device, "data device",
	 "xfs_io -c 'chattr -t' DIRECTORY, then make the file anew there"},
	{"failed", failed, "the message tells", NULL},
	{"no region", without_region, "no NVDIMM region is known", NULL},
	{"dax without", device_without_region, "pmem0 is memory without an NVDIMM region", NULL},
	{"nameless", nameless_device_without_region, "the device is memory without", NULL},
	{"dax on virtio", device_on_virtio, "namespace0.0 is flushed by a call",
	 "ndctl create-namespace --force --reconfig=namespace0.0 --mode=fsdax"},
	{"adr", on_adr, "for region0 firmware tells none", NULL},
	{"mixed", on_mixed_volume, "for region7 firmware tells none", NULL},
};

START_TEST(advice_is_the_one_change_that_helps)
{
	const struct advice_case *advice = &advice_cases[_i];
	struct explain_facts facts = sample_refused();

	advice->change(&facts);
	explain_advise(&lines, &facts);
	ck_assert_msg(lines.count == (advice->command != NULL ? 2 : 1), "%s: %zu lines",
		      advice->what, lines.count);
	ck_assert_msg(strstr(lines.line[0], advice->sentence) != NULL, "%s: %s", advice->what,
		      lines.line[0]);
	if (advice->command != NULL)
		ck_assert_str_eq(lines.line[1], advice->command);
}
END_TEST

START_TEST(best_needs_no_advice)
{
	struct explain_facts facts = sample_fsdax();

	facts.mapping.cause = PMEM2_CAUSE_CPU_CACHE;
	explain_advise(&lines, &facts);
	ck_assert_uint_eq(lines.count, 0);
}
END_TEST

START_TEST(file_systems_without_a_device_are_known)
{
	static const char *const types[] = {"tmpfs", "ramfs", "hugetlbfs", "overlay",
					    "nfs",   "nfs4",  "9p",        "virtiofs"};

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct explain_facts facts = sample_refused();
		on_tmpfs(&facts);
		SET(facts.mount.type, types[i]);
		explain_advise(&lines, &facts);
		ck_assert_ptr_null(strstr(lines.line[0], "sysfs"));
		explain_forget(&lines);
	}
}
END_TEST

/* ---- steps -------------------------------------------------------------- */

static void assert_steps(const struct explain_facts *facts, const char *const *expected)
{
	explain_steps(&lines, facts);
	for (size_t i = 0; expected[i] != NULL; i++) {
		ck_assert_uint_lt(i, lines.count);
		ck_assert_str_eq(lines.line[i], expected[i]);
		ck_assert(expected[i + 1] != NULL || lines.count == i + 1);
	}
}

START_TEST(file_on_adr_takes_four_steps)
{
	struct explain_facts facts = sample_fsdax();

	assert_steps(&facts, (const char *[]){"a regular file on ext4 is mapped shared",
					      "mmap grants MAP_SYNC: stores go to the media, and "
					      "the file system keeps its "
					      "metadata in step",
					      "region0 has the persistence domain "
					      "memory_controller: CPU caches are lost when "
					      "power fails (ADR)",
					      "so the granularity is CACHE_LINE", NULL});
}
END_TEST

START_TEST(refused_file_never_gets_to_the_region)
{
	struct explain_facts facts = sample_refused();

	assert_steps(&facts, (const char *[]){"a regular file on ext4 is mapped shared",
					      "mmap refuses MAP_SYNC: " TEXT_EOPNOTSUPP "; the "
					      "file is not in DAX mode, "
					      "stores go to the page cache",
					      "so the granularity is PAGE", NULL});
	explain_forget(&lines);
	facts.file.dax = EXPLAIN_UNKNOWN;
	facts.kind = EXPLAIN_DIRECTORY;
	facts.mount.known = false;
	assert_steps(&facts, (const char *[]){"a file in this directory is mapped shared",
					      "mmap refuses MAP_SYNC: " TEXT_EOPNOTSUPP,
					      "so the granularity is PAGE", NULL});
}
END_TEST

START_TEST(device_dax_is_not_asked_for_map_sync)
{
	struct explain_facts facts = sample_devdax();

	SET(facts.device.region[0].domain, "cpu_cache");
	facts.mapping.granularity = PMEM2_GRANULARITY_BYTE;
	facts.mapping.cause = PMEM2_CAUSE_CPU_CACHE;
	assert_steps(&facts,
		     (const char *[]){
			     "device dax is mapped shared, with nothing between program and media",
			     "region0 has the persistence domain cpu_cache: CPU caches are flushed "
			     "when power "
			     "fails (eADR)",
			     "so the granularity is BYTE", NULL});
}
END_TEST

START_TEST(refusal_ends_with_its_message_and_code)
{
	struct explain_facts facts = sample_devdax();

	SET(facts.device.region[0].domain, "");
	facts.device.region[0].explicit_flush = true;
	facts.mapping.error = PMEM2_E_GRANULARITY_NOT_SUPPORTED;
	facts.mapping.cause = PMEM2_CAUSE_EXPLICIT_FLUSH;
	SET(facts.mapping.reason, "the message");
	assert_steps(&facts,
		     (const char *[]){
			     "device dax is mapped shared, with nothing between program and media",
			     "region0 needs a call for each flush, and has the persistence domain "
			     "not told",
			     "the message",
			     "so it is not mapped: PMEM2_E_GRANULARITY_NOT_SUPPORTED", NULL});
}
END_TEST

START_TEST(many_regions_are_told_in_one_step)
{
	struct explain_facts facts = sample_fsdax();

	facts.device.regions = 3;
	SET(facts.device.region[0].domain, "other");
	explain_steps(&lines, &facts);
	ck_assert_str_eq(lines.line[2], "3 regions are beneath it; the weakest decides");
	explain_forget(&lines);
	facts.device.regions = 1;
	explain_steps(&lines, &facts);
	ck_assert_str_eq(lines.line[2], "region0 has the persistence domain other");
	explain_forget(&lines);
	facts.device.regions = 0;
	explain_steps(&lines, &facts);
	ck_assert_str_eq(lines.line[2], "no NVDIMM region beneath it is known");
}
END_TEST

START_TEST(cause_that_no_step_tells_is_told)
{
	static const struct {
		enum pmem2_granularity_cause cause;
		size_t count;
	} cases[] = {
		{PMEM2_CAUSE_NO_CPU_CACHE, 4},      {PMEM2_CAUSE_NO_REGION, 4},
		{PMEM2_CAUSE_CPU_CACHE, 4},         {PMEM2_CAUSE_ENVIRONMENT, 5},
		{PMEM2_CAUSE_NO_WRITEBACK, 5},      {PMEM2_CAUSE_REALTIME_DEVICE, 5},
		{PMEM2_CAUSE_REGION_UNREADABLE, 5},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct explain_facts facts = sample_fsdax();
		facts.mapping.cause = cases[i].cause;
		explain_steps(&lines, &facts);
		ck_assert_uint_eq(lines.count, cases[i].count);
		explain_forget(&lines);
	}
}
END_TEST

START_TEST(causes_are_named_as_in_the_header)
{
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_NONE), "none");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_NOT_SHARED), "not_shared");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_CALLER), "caller");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_ENVIRONMENT), "environment");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_CONFIG), "config");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_NO_WRITEBACK), "no_writeback");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_NO_MAP_SYNC), "no_map_sync");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_EXPLICIT_FLUSH), "explicit_flush");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_REGION_UNREADABLE), "region_unreadable");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_REALTIME_DEVICE), "realtime_device");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_NO_REGION), "no_region");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_NO_CPU_CACHE), "no_cpu_cache");
	ck_assert_str_eq(explain_cause(PMEM2_CAUSE_CPU_CACHE), "cpu_cache");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("explain_reasoning");
	TCase *advice = tcase_create("advice");
	TCase *steps = tcase_create("steps");

	tcase_add_checked_fixture(advice, setup, teardown);
	tcase_add_loop_test(advice, advice_is_the_one_change_that_helps, 0,
			    sizeof(advice_cases) / sizeof(advice_cases[0]));
	tcase_add_test(advice, best_needs_no_advice);
	tcase_add_test(advice, file_systems_without_a_device_are_known);
	suite_add_tcase(suite, advice);

	tcase_add_checked_fixture(steps, setup, teardown);
	tcase_add_test(steps, file_on_adr_takes_four_steps);
	tcase_add_test(steps, refused_file_never_gets_to_the_region);
	tcase_add_test(steps, device_dax_is_not_asked_for_map_sync);
	tcase_add_test(steps, refusal_ends_with_its_message_and_code);
	tcase_add_test(steps, many_regions_are_told_in_one_step);
	tcase_add_test(steps, cause_that_no_step_tells_is_told);
	tcase_add_test(steps, causes_are_named_as_in_the_header);
	suite_add_tcase(suite, steps);
	return suite;
}
