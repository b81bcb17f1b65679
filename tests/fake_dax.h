/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Device dax without the device: memory that fstat(2) calls a character device,
 * which is mapped under the rules of Linux' drivers/dax/device.c, and which a
 * small sysfs tree describes. Programs replace fstat, mmap and msync at link
 * time (see meson.build).
 */
#ifndef PMEM2_FAKE_DAX_H
#define PMEM2_FAKE_DAX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define FAKE_DAX_SIZE ((size_t)8 << 20)
#define FAKE_DAX_ALIGNMENT ((size_t)2 << 20)

/* Directories in sysfs: the bus and region of the NVDIMMs, and those of the device itself. */
#define FAKE_DAX_BUS "devices/LNXSYSTM:00/ACPI0012:00/ndbus0"
#define FAKE_DAX_REGION FAKE_DAX_BUS "/region3"
#define FAKE_DAX_NVDIMM FAKE_DAX_REGION "/dax3.0/dax3.0"
#define FAKE_DAX_NVDIMM_CLASS FAKE_DAX_REGION "/dax3.0/dax/dax3.0" /* before Linux 5.1 */
#define FAKE_DAX_HMEM "devices/platform/hmem.0/dax3.0"
#define FAKE_DAX_CXL "devices/platform/ACPI0017:00/root0/decoder0.0/region3/dax_region3/dax3.0"

/* Texts of attributes; where NULL, the attribute is absent. */
struct fake_dax {
	const char *directory; /* one of the last four */
	const char *size;
	const char *align;
	const char *region_align; /* of the dax region; the only one before Linux 5.10 */

	/* Of an NVDIMM region and its bus. */
	const char *provider;
	const char *persistence_domain;
	const char *deep_flush;
	const char *numa_node;
};

/* Healthy devices, to be copied and changed: on NVDIMMs, soft-reserved, and on CXL memory. */
extern const struct fake_dax fake_dax_nvdimm;
extern const struct fake_dax fake_dax_hmem;
extern const struct fake_dax fake_dax_cxl;

/* Fixture functions: an empty sysfs; all devices gone. */
void fake_dax_setup(void);
void fake_dax_teardown(void);

/*
 * Plug a device in. The descriptor is open for reading and writing; teardown
 * closes it. Truncating it is how memory turns bad: touching what lay behind the
 * new end is a SIGBUS.
 */
int fake_dax_plug(const struct fake_dax *model);
dev_t fake_dax_number(int fd);

/* Turn an open descriptor into a character device of which sysfs knows nothing. */
void fake_dax_disguise(int fd);

/* Put an open file on a block device, under a file system that grants MAP_SYNC. Teardown closes it.
 */
void fake_dax_hold_file(int fd, dev_t device);

/* Attributes that notice a write, and that refuse it with EPERM. */
void fake_dax_watch(const char *directory, const char *name);
bool fake_dax_written(const char *directory, const char *name);
void fake_dax_seal(const char *directory, const char *name);

#endif
