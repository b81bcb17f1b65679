/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions of libndctl and libdaxctl that the library calls, in a table:
 * linking these would load them, and eight more libraries, into every program
 * that only maps files.
 */
#ifndef PMEM2_NDCTL_H
#define PMEM2_NDCTL_H

#include <daxctl/libdaxctl.h>
#include <ndctl/libndctl.h>

/* clang-format off */
#define PMEM2_NDCTL_FUNCTIONS(x)                                                                   \
	x(ndctl_new) x(ndctl_unref) x(ndctl_set_log_priority)                                      \
	x(ndctl_bus_get_first) x(ndctl_bus_get_next) x(ndctl_bus_get_id)                           \
	x(ndctl_region_get_first) x(ndctl_region_get_next) x(ndctl_region_get_id)                  \
	x(ndctl_region_get_resource) x(ndctl_region_get_bus)                                       \
	x(ndctl_region_get_first_dimm) x(ndctl_region_get_next_dimm)                               \
	x(ndctl_region_get_first_badblock) x(ndctl_region_get_next_badblock)                       \
	x(ndctl_dimm_get_unique_id) x(ndctl_dimm_get_dirty_shutdown) x(ndctl_dimm_get_devname)     \
	x(ndctl_namespace_get_first) x(ndctl_namespace_get_next) x(ndctl_namespace_get_devname)    \
	x(ndctl_namespace_get_btt) x(ndctl_namespace_get_pfn) x(ndctl_namespace_get_dax)           \
	x(ndctl_namespace_get_resource) x(ndctl_namespace_get_size)                                \
	x(ndctl_namespace_get_first_badblock) x(ndctl_namespace_get_next_badblock)                 \
	x(ndctl_btt_get_devname) x(ndctl_pfn_get_devname) x(ndctl_pfn_get_resource)                \
	x(ndctl_dax_get_devname) x(ndctl_dax_get_daxctl_region)                                    \
	x(ndctl_bus_cmd_new_ars_cap) x(ndctl_cmd_ars_cap_get_range)                                \
	x(ndctl_bus_cmd_new_clear_error) x(ndctl_cmd_clear_error_get_cleared)                      \
	x(ndctl_cmd_submit) x(ndctl_cmd_unref)

#define PMEM2_DAXCTL_FUNCTIONS(x)                                                                  \
	x(daxctl_dev_get_first) x(daxctl_dev_get_next)                                             \
	x(daxctl_dev_get_major) x(daxctl_dev_get_minor)                                            \
	x(daxctl_dev_get_resource) x(daxctl_dev_get_size)
/* clang-format on */

#define PMEM2_NDCTL_MEMBER(function) __typeof__(function) *function;

struct pmem2_ndctl {
	PMEM2_NDCTL_FUNCTIONS(PMEM2_NDCTL_MEMBER)
	PMEM2_DAXCTL_FUNCTIONS(PMEM2_NDCTL_MEMBER)
};

/*
 * The table, filled when it is first asked for. NULL, and in `*missing` the name of
 * the library or function that there is not, when it cannot be filled.
 */
const struct pmem2_ndctl *pmem2_ndctl_table(const char **missing);

#endif
