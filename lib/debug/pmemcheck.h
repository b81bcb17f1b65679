/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The requests that programs make to pmemcheck, a tool that only a fork of Valgrind has. The
 * numbers are its ABI: the tool's letters, and the place in the list.
 */
#ifndef PMEM2_DEBUG_PMEMCHECK_H
#define PMEM2_DEBUG_PMEMCHECK_H

#include <valgrind/valgrind.h>

enum {
	PMEMCHECK_REGISTER_MAPPING = VG_USERREQ_TOOL_BASE('P', 'C'), /* address, length */
	PMEMCHECK_REGISTER_FILE,  /* descriptor, address, length, offset */
	PMEMCHECK_REMOVE_MAPPING, /* address, length */
	PMEMCHECK_CHECK_MAPPING,
	PMEMCHECK_PRINT_MAPPINGS,
	PMEMCHECK_FLUSH, /* address, length */
	PMEMCHECK_FENCE,
};

#endif
