/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What sysfs says of a device number: the size and alignment of a dax device,
 * and the NVDIMM region beneath a dax or block device. Needs no libndctl.
 *
 * Paths: Documentation/ABI/testing/sysfs-bus-dax and sysfs-bus-nvdimm of the
 * Linux source. Each function reads only when called; nothing is kept.
 */
#ifndef PMEM2_DEVNODE_H
#define PMEM2_DEVNODE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Which of the two name spaces of device numbers a dev_t belongs to. */
enum pmem2_devnode_class { PMEM2_DEVNODE_CHAR, PMEM2_DEVNODE_BLOCK };

/* 1 for device dax, 0 for another character device, or a negative errno without a message. */
int pmem2_devnode_is_dax(dev_t device);

/* In bytes. Return 0, or a PMEM2_E_ code or negative errno with a message. */
int pmem2_devnode_dax_size(dev_t device, size_t *size);
int pmem2_devnode_dax_alignment(dev_t device, size_t *alignment);

/* The region beneath a device; of several, what can be promised for all. */
struct pmem2_devnode_region {
	bool found;          /* false: none, or not all could be identified */
	int error;           /* why not found: -ENOENT for none, or the negative errno; else 0 */
	bool cpu_cache;      /* the CPU caches are flushed on power failure */
	bool explicit_flush; /* write-back of lines is not enough (virtio-pmem, papr hcall) */
	/* Of the bus, such as "ACPI.NFIT", cut if long; of the last region looked at. */
	char provider[32];
};

void pmem2_devnode_region(enum pmem2_devnode_class class, dev_t device,
			  struct pmem2_devnode_region *region);

/* Where a device, or a part of a device-mapper volume, lies on a region. */
struct pmem2_devnode_site {
	unsigned bus;    /* ndbusN */
	unsigned region; /* regionN */
	char holder[32]; /* beneath the region: "namespace0.0", "pfn0.1", "btt0.1", "dax0.1" */
	unsigned long long start; /* of a partition, in bytes; else 0 */
	bool in_volume;           /* beneath device-mapper: offsets are not those of the holder */
};

/*
 * Call `visit` with each site of a device, until it returns other than 0; that value
 * is the result. -ENOENT: not all of it is on regions. No message.
 */
int pmem2_devnode_sites(enum pmem2_devnode_class class, dev_t device,
			int (*visit)(const struct pmem2_devnode_site *site, void *data),
			void *data);

/* The region's NUMA node, -1 without one or with several. -ENOENT: no region. No message. */
int pmem2_devnode_numa_node(enum pmem2_devnode_class class, dev_t device, int *node);

/*
 * Have the region of a dax device empty its write queues. Returns 0, or a
 * PMEM2_E_ code or negative errno with a message.
 */
int pmem2_devnode_deep_flush(dev_t device);

#endif
