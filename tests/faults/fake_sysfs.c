/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake_sysfs.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "sysfs.h"

#define BUS "devices/ndbus0"
#define REGION BUS "/region0"
#define DAX REGION "/dax0.0/dax/dax0.0"
#define BLOCK REGION "/pfn0.0/block/pmem0"
#define MAPPER "devices/virtual/block/dm-0"

static const struct {
	const char *path;
	const char *text;
} attributes[] = {
	{BUS "/provider", "ACPI.NFIT\n"},
	{REGION "/persistence_domain", "cpu_cache\n"},
	{REGION "/deep_flush", "1\n"},
	{REGION "/numa_node", "1\n"},
	{DAX "/size", "4194304\n"},
	{DAX "/align", "2097152\n"},
	{BLOCK "/ro", "0\n"},
};

static const struct {
	const char *path;
	const char *target;
} links[] = {
	{DAX "/subsystem", "../../../../../../bus/dax"},
	{MAPPER "/slaves/pmem0", "../../../../ndbus0/region0/pfn0.0/block/pmem0"},
	{"dev/char/250:7", "../../" DAX},
	{"dev/block/259:1", "../../" BLOCK},
	{"dev/block/253:3", "../../" MAPPER},
};

static char root[96];

/* Make the directories above `path`; the path below the root that results. */
static const char *place(const char *path)
{
	static char full[256];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (char *end = full + strlen(root) + 1; (end = strchr(end, '/')) != NULL; end++) {
		*end = '\0';
		(void)mkdir(full, 0700);
		*end = '/';
	}
	return full;
}

static void put_attribute(const char *path, const char *text)
{
	FILE *file = fopen(place(path), "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

void fake_sysfs_make(void)
{
	snprintf(root, sizeof(root), "%s-sys", pmem2_test_directory());
	ck_assert_int_eq(mkdir(root, 0700), 0);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		put_attribute(attributes[i].path, attributes[i].text);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		ck_assert_int_eq(symlink(links[i].target, place(links[i].path)), 0);
	pmem2_sysfs_root = root;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *position)
{
	return remove(path);
}

void fake_sysfs_remove(void)
{
	pmem2_sysfs_root = "/sys";
	(void)nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}
