/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_dax.h"
#include "support.h"
#include "sysfs_tree.h"

struct fake_file file;

/* ---- the file system ---------------------------------------------------- */

struct fiemap_extent {
	uint64_t logical, physical, length, reserved64[2];
	uint32_t flags, reserved[3];
};

struct fiemap {
	uint64_t start, length;
	uint32_t flags, mapped, count, reserved;
	struct fiemap_extent extents[];
};

static void report(struct fiemap *map, const struct fake_piece *piece)
{
	bool last = piece == &file.pieces[file.piece_count - 1];

	map->extents[map->mapped++] = (struct fiemap_extent){
		.logical = piece->logical,
		.physical = piece->physical,
		.length = piece->length,
		.flags = piece->flags | (last ? FAKE_FILE_LAST : 0),
	};
}

static int tell_extents(struct fiemap *map)
{
	uint64_t start = file.repeats ? 0 : map->start;

	file.asked++;
	file.wishes = map->flags;
	if (file.extent_error != 0) {
		errno = file.extent_error;
		return -1;
	}
	map->mapped = 0;
	for (uint32_t i = 0; i < file.piece_count && map->mapped < map->count; i++)
		if (file.pieces[i].logical + file.pieces[i].length > start &&
		    file.pieces[i].logical < map->start + map->length)
			report(map, &file.pieces[i]);
	return 0;
}

/* Extents or attributes are asked for. */
int ioctl(int fd, pmem2_test_request request, ...)
{
	void *argument;
	va_list args;

	(void)fd;
	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if ((request >> 8 & 0xff) == 'f')
		return tell_extents(argument);
	*(unsigned *)argument = file.attribute_flags;
	return 0;
}

/* ---- the device --------------------------------------------------------- */

const char *fake_file_number(void)
{
	static char number[32];
	struct stat st;

	ck_assert_int_eq(fstat(file.fd, &st), 0);
	snprintf(number, sizeof(number), "block/%u:%u", major(st.st_dev), minor(st.st_dev));
	return number;
}

static void make_namespace(void)
{
	memset(&fake_ndctl, 0, sizeof(fake_ndctl));
	fake_ndctl.bus_count = 1;
	fake_ndctl.buses[0].id = 4;
	fake_ndctl.buses[0].region_count = 1;
	file.region = &fake_ndctl.buses[0].regions[0];
	file.region->id = 4;
	file.region->namespace_count = 1;
	file.ndns = &file.region->namespaces[0];
	*file.ndns = (struct fake_namespace){.name = "namespace4.0", .resource = 1ULL << 32};
	fake_ndctl.commands.unit = 256;
}

void fake_file_setup(void)
{
	fake_dax_setup();
	memset(&file, 0, sizeof(file));
	file.fd = pmem2_test_file(FAKE_FILE_SIZE);
	pmem2_test_sysfs_region(4, "ACPI.NFIT", "memory_controller");
	pmem2_test_sysfs_pmem(fake_file_number(), 4);
	file.src = pmem2_test_source(file.fd);
	make_namespace();
	file.pieces[0] = (struct fake_piece){0, FAKE_FILE_PLACE, FAKE_FILE_SIZE, 0};
	file.piece_count = 1;
}

void fake_file_teardown(void)
{
	ck_assert_int_eq(fake_ndctl_open, 0);
	pmem2_source_delete(&file.src);
	close(file.fd);
	fake_dax_teardown();
}
