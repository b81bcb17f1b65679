/* SPDX-License-Identifier: BSD-3-Clause */
#include "print.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "support.h"

static char *output;
static size_t size;

static void forget(void)
{
	free(output);
	output = NULL;
}

static const char *text_of_path(const struct explain_facts *facts, bool colour)
{
	struct explain_text text = {.colour = colour};

	forget();
	text.out = open_memstream(&output, &size);
	explain_text_path(&text, facts);
	ck_assert_int_eq(fclose(text.out), 0);
	return output;
}

static const char *text_of_machine(const struct explain_machine *machine)
{
	struct explain_text text = {0};

	forget();
	text.out = open_memstream(&output, &size);
	explain_text_machine(&text, machine);
	ck_assert_int_eq(fclose(text.out), 0);
	return output;
}

static const char *json_of_path(const struct explain_facts *facts)
{
	struct explain_json json = {0};

	forget();
	json.out = open_memstream(&output, &size);
	explain_json_path(&json, facts);
	ck_assert_int_eq(fclose(json.out), 0);
	return output;
}

static const char *json_of_machine(const struct explain_machine *machine)
{
	struct explain_json json = {0};

	forget();
	json.out = open_memstream(&output, &size);
	explain_json_open(&json, NULL, '{');
	explain_json_machine(&json, machine);
	explain_json_close(&json, '}');
	ck_assert_int_eq(fclose(json.out), 0);
	return output;
}

#define assert_contains(text, part)                                                                \
	do {                                                                                       \
		const char *assert_text = (text);                                                  \
		ck_assert_msg(strstr(assert_text, part) != NULL, "no \"%s\" in:\n%s", part,        \
			      assert_text);                                                        \
	} while (0)

#define assert_lacks(text, part) ck_assert_ptr_null(strstr(text, part))

/* ---- text --------------------------------------------------------------- */

START_TEST(path_is_told_line_by_line)
{
	struct explain_facts facts = sample_fsdax();
	char expected[4096];

	snprintf(
		expected, sizeof(expected),
		"/mnt/pmem/file\n"
		"  granularity       CACHE_LINE\n"
		"  because           the reason\n"
		"  what              regular file, 4 MiB, mapped in units of 4 KiB\n"
		"  file system       ext4 from /dev/pmem0 on /mnt/pmem (rw,dax=always)\n"
		"  DAX mode          yes: stores go to the media\n"
		"  device            pmem0, can be mapped directly\n"
		"  region            region0 on ACPI.NFIT, namespace0.0 fsdax, persistence domain "
		"memory_controller, NUMA node 0\n"
		"  MAP_SYNC          granted\n"
		"  mapping           address aligned to 2 MiB, huge pages can map 2 MiB\n"
		"  functions         %s; see libpmem2_environment(7)\n"
		"  device id         8680-56341200\n"
		"  unsafe shutdowns  3\n"
		"  bad blocks        none known\n"
		"  steps             1. a regular file on ext4 is mapped shared\n"
		"                    2. mmap grants MAP_SYNC: stores go to the media, and the file "
		"system keeps its metadata in step\n"
		"                    3. region0 has the persistence domain memory_controller: CPU "
		"caches are lost when power fails (ADR)\n"
		"                    4. so the granularity is CACHE_LINE\n"
		"  to improve it     BYTE needs a platform",
		pmem2_variant_name());
	ck_assert_str_eq(pmem2_variant_name(), pmem2_variant_default_name());
	text_of_path(&facts, false);
	ck_assert_uint_gt(strlen(output), strlen(expected));
	output[strlen(expected)] = '\0';
	ck_assert_str_eq(output, expected);
}
END_TEST

START_TEST(refusal_is_told_in_place_of_the_mapping)
{
	struct explain_facts facts = sample_devdax();

	facts.mapping.error = PMEM2_E_GRANULARITY_NOT_SUPPORTED;
	facts.mapping.cause = PMEM2_CAUSE_EXPLICIT_FLUSH;
	text_of_path(&facts, false);
	assert_contains(output, "  granularity       none\n  refused           the reason\n");
	assert_contains(output, "device dax, 126 MiB, mapped in units of 2 MiB\n");
	assert_lacks(output, "  mapping ");
	assert_lacks(output, "  file system ");
	assert_lacks(output, "  DAX mode ");
}
END_TEST

static void file_that_asks(struct explain_facts *facts)
{
	facts->file.dax = EXPLAIN_NO;
	facts->file.dax_flag = EXPLAIN_YES;
}

static void cached_file(struct explain_facts *facts)
{
	facts->file.dax = EXPLAIN_NO;
	facts->file.read_only = true;
	facts->file.size = 1023;
}

static void directory(struct explain_facts *facts)
{
	facts->kind = EXPLAIN_DIRECTORY;
	facts->file.reflink = EXPLAIN_YES;
}

static void partition_in_volume(struct explain_facts *facts)
{
	facts->device.dax = EXPLAIN_NO;
	strcpy(facts->device.disk, "dm-0");
	facts->device.start = 512 * 3;
	facts->device.volume = true;
	facts->device.loop = true;
}

static void no_device(struct explain_facts *facts)
{
	facts->device = (struct explain_device){0};
	facts->identity.id_error = PMEM2_E_NOSUPP;
	facts->identity.usc_error = PMEM2_E_NOSUPP;
	facts->identity.bad_error = PMEM2_E_NOSUPP;
}

static void poor_region(struct explain_facts *facts)
{
	facts->device.region[0] =
		(struct explain_region){.name = "region9", .node = -1, .explicit_flush = true};
}

static void many_regions(struct explain_facts *facts)
{
	facts->device.regions = EXPLAIN_REGIONS + 2;
}

static void failures(struct explain_facts *facts)
{
	facts->identity.id_error = -EACCES;
	strcpy(facts->identity.id_message, "no id");
	facts->identity.bad_error = -EIO;
	strcpy(facts->identity.bad_message, "no bad blocks");
}

static void bad_blocks(struct explain_facts *facts)
{
	facts->identity.bad_blocks = 2;
	facts->identity.bad_bytes = 1536;
}

static void unknown_extents(struct explain_facts *facts)
{
	facts->mapping.huge = SIZE_MAX;
	facts->file.synchronous = false;
	facts->file.refusal = EINVAL;
}

static void strange_name(struct explain_facts *facts)
{
	facts->path = "a\033[2Jb\nc";
	strcpy(facts->mount.point, "x\ty");
}

static const struct {
	void (*change)(struct explain_facts *facts);
	const char *line;
} lines[] = {
	{file_that_asks, "  DAX mode          no, though the file asks for it\n"},
	{cached_file, "  DAX mode          no: stores go to the page cache\n"},
	{cached_file, "regular file, 1023 bytes, mapped in units of 4 KiB, read only\n"},
	{directory, "  what              directory; asked by a file in it, 4 MiB"},
	{directory, "(rw,dax=always), reflink\n"},
	{partition_in_volume,
	 "  device            pmem0, partition of dm-0 at 1536 bytes, device-mapper "
	 "volume, loop device, cannot be mapped directly\n"},
	{no_device, "  device            none in sysfs\n  region            none\n"},
	{no_device, "  device id         not on an NVDIMM region\n"
		    "  unsafe shutdowns  not on an NVDIMM region\n"
		    "  bad blocks        not on an NVDIMM region\n"},
	{poor_region, "region9 on a bus without a name, persistence domain not told, flushed by "
		      "calls\n"},
	{many_regions, "                    and 2 more regions\n"},
	{failures, "  device id         no id\n"},
	{failures, "  bad blocks        no bad blocks\n"},
	{bad_blocks, "  bad blocks        1536 bytes in 2 ranges\n"},
	{unknown_extents, "  mapping           address aligned to 2 MiB\n"},
	{unknown_extents, "  MAP_SYNC          Invalid argument\n"},
	{strange_name, "a?[2Jb?c\n"},
	{strange_name, " on x?y (rw"},
};

START_TEST(line_tells_what_was_found)
{
	struct explain_facts facts = sample_fsdax();

	lines[_i].change(&facts);
	assert_contains(text_of_path(&facts, false), lines[_i].line);
}
END_TEST

START_TEST(colours_tell_good_from_bad)
{
	struct explain_facts facts = sample_fsdax();

	assert_contains(text_of_path(&facts, true), "\033[1m/mnt/pmem/file\033[0m\n");
	assert_contains(output, "\033[32mCACHE_LINE\033[0m\n");
	facts = sample_refused();
	assert_contains(text_of_path(&facts, true), "\033[33mPAGE\033[0m\n");
	facts.mapping.error = PMEM2_E_GRANULARITY_NOT_SUPPORTED;
	assert_contains(text_of_path(&facts, true), "\033[31mnone\033[0m\n");
	assert_lacks(text_of_path(&facts, false), "\033");
}
END_TEST

static struct explain_machine sample_machine(void)
{
	static struct explain_region region;
	static struct explain_dax dax[2];
	struct explain_machine machine = {.kernel = "6.1.0",
					  .features = "sse2 clwb",
					  .variant = "sse2-clwb",
					  .default_variant = "avx2-clwb",
					  .huge_page = 2 << 20,
					  .region = &region,
					  .regions = 1,
					  .dax = dax,
					  .daxes = 2};

	region = sample_fsdax().device.region[0];
	dax[0] = (struct explain_dax){.name = "dax0.0", .size = 1 << 30, .alignment = 1 << 21};
	dax[1] = dax[0];
	dax[1].region = region;
	for (unsigned i = 0; i < EXPLAIN_VARIABLES; i++)
		machine.variable[i].name = i == 0 ? "PMEM_AVX" : "PMEM_OTHER";
	machine.variable[0].value = "0";
	return machine;
}

START_TEST(machine_is_told_line_by_line)
{
	struct explain_machine machine = sample_machine();

	assert_contains(
		text_of_machine(&machine),
		"this machine\n"
		"  kernel            6.1.0\n"
		"  CPU features      sse2 clwb\n"
		"  functions         sse2-clwb, by the environment; else avx2-clwb; see "
		"libpmem2_environment(7)\n"
		"  huge pages        2 MiB\n"
		"  region            region0 on ACPI.NFIT, namespace0.0 fsdax, persistence domain "
		"memory_controller, NUMA node 0\n"
		"  device dax        dax0.0, 1 GiB, aligned to 2 MiB, on no NVDIMM region "
		"(volatile)\n"
		"  device dax        dax0.0, 1 GiB, aligned to 2 MiB, on region0\n"
		"  environment       PMEM_AVX 0\n"
		"                    PMEM_OTHER is not set\n");
}
END_TEST

START_TEST(machine_without_anything_says_so)
{
	struct explain_machine machine = sample_machine();

	machine.regions = 0;
	machine.daxes = 0;
	machine.features[0] = '\0';
	assert_contains(text_of_machine(&machine), "  CPU features      not told\n");
	assert_contains(output, "  region            none: no persistent memory\n"
				"  device dax        none\n");
}
END_TEST

/* ---- JSON; test_command.py parses what the program prints --------------- */

START_TEST(facts_become_members)
{
	struct explain_facts facts = sample_fsdax();

	json_of_path(&facts);
	assert_contains(output, "\"kind\": \"file\"");
	assert_contains(output, "\"granularity\": \"CACHE_LINE\"");
	assert_contains(output, "\"cause\": \"no_cpu_cache\"");
	assert_contains(output, "\"error\": null");
	assert_contains(output, "\"dax\": true");
	assert_contains(output, "\"dax_requested\": false");
	assert_contains(output, "\"reflink\": null");
	assert_contains(output, "\"persistence_domain\": \"memory_controller\"");
	assert_contains(output, "\"partition_of\": null");
	assert_contains(output, "\"granted\": true");
	assert_contains(output, "\"huge_page_bytes\": 2097152");
	assert_contains(output, "\"device_id\": \"8680-56341200\"");
	assert_contains(output, "\"unsafe_shutdowns\": 3");
	assert_contains(output, "\"numa_node\": 0");
	assert_contains(output, "\"ranges\": 0");
}
END_TEST

START_TEST(failures_become_members)
{
	struct explain_facts facts = sample_refused();

	facts.mapping.error = -ENOMEM;
	facts.mapping.huge = SIZE_MAX;
	failures(&facts);
	facts.identity.usc_error = PMEM2_E_NOSUPP;
	facts.identity.node_error = PMEM2_E_DAX_REGION_NOT_FOUND;
	facts.device.regions = 0;
	json_of_path(&facts);
	assert_contains(output, "\"granularity\": null");
	assert_contains(output, "\"error\": \"ENOMEM\"");
	assert_contains(output, "\"granted\": false,\n    \"error\": \"EOPNOTSUPP\"");
	assert_contains(output, "\"huge_page_bytes\": null");
	assert_contains(output, "\"regions\": []");
	assert_contains(output,
			"\"device_id\": {\n    \"error\": \"EACCES\",\n    \"message\": \"no id\"");
	assert_contains(output, "\"error\": \"PMEM2_E_NOSUPP\"");
	assert_contains(output, "\"error\": \"PMEM2_E_DAX_REGION_NOT_FOUND\"");
	assert_contains(output, "\"error\": \"EIO\"");
}
END_TEST

START_TEST(regions_beyond_those_kept_are_counted)
{
	struct explain_facts facts = sample_fsdax();
	size_t count = 0;

	facts.device.regions = EXPLAIN_REGIONS + 3;
	for (unsigned i = 0; i < EXPLAIN_REGIONS; i++)
		facts.device.region[i] = facts.device.region[0];
	json_of_path(&facts);
	assert_contains(output, "\"region_count\": 11");
	for (const char *next = output; (next = strstr(next, "\"region0\"")) != NULL; next++)
		count++;
	ck_assert_uint_eq(count, EXPLAIN_REGIONS);
}
END_TEST

START_TEST(machine_becomes_members)
{
	struct explain_machine machine = sample_machine();

	json_of_machine(&machine);
	assert_contains(output, "\"cpu_features\": \"sse2 clwb\"");
	assert_contains(output, "\"default_variant\": \"avx2-clwb\"");
	assert_contains(output, "\"region\": null");
	assert_contains(output, "\"region\": {");
	assert_contains(output, "\"PMEM_AVX\": \"0\"");
	assert_contains(output, "\"PMEM_OTHER\": null");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("explain_print");
	TCase *text = tcase_create("text");
	TCase *json = tcase_create("json");

	tcase_add_checked_fixture(text, NULL, forget);
	tcase_add_test(text, path_is_told_line_by_line);
	tcase_add_test(text, refusal_is_told_in_place_of_the_mapping);
	tcase_add_loop_test(text, line_tells_what_was_found, 0, sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(text, colours_tell_good_from_bad);
	tcase_add_test(text, machine_is_told_line_by_line);
	tcase_add_test(text, machine_without_anything_says_so);
	suite_add_tcase(suite, text);

	tcase_add_checked_fixture(json, NULL, forget);
	tcase_add_test(json, facts_become_members);
	tcase_add_test(json, failures_become_members);
	tcase_add_test(json, regions_beyond_those_kept_are_counted);
	tcase_add_test(json, machine_becomes_members);
	suite_add_tcase(suite, json);
	return suite;
}
