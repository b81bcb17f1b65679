/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What sysfs tells of a device and of the NVDIMM regions beneath it:
 * Documentation/ABI/testing/sysfs-bus-nvdimm, sysfs-block and sysfs-bus-nd of the Linux source.
 */
#ifndef EXPLAIN_DEVICE_H
#define EXPLAIN_DEVICE_H

#include <sys/types.h>

#include "facts.h"

/* "/sys"; the tests point it at stored trees. */
extern const char *explain_sysfs_root;

/* Where sysfs knows no such device, its name is "". */
void explain_device_find(struct explain_device *device, bool block, dev_t number);

/* Read a line of an attribute; "" where there is none. False when there is none. */
bool explain_device_read(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* All of the directory /sys/`directory`, until `visit` returns false. */
void explain_device_list(const char *directory, bool (*visit)(const char *name, void *data),
			 void *data);

/* Fill in what a region's directory, given by its full path, tells. */
void explain_device_read_region(struct explain_region *region, const char *directory);

/* Whether the machine has any NVDIMM region. */
bool explain_device_any_region(void);

#endif
