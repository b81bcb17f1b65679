/* SPDX-License-Identifier: BSD-3-Clause */
/* Running rows of the variant table whose instructions this CPU lacks. */
#ifndef PMEM2_TEST_EMULATE_H
#define PMEM2_TEST_EMULATE_H

#include <stdbool.h>

#include "arch.h"

/*
 * Whether the functions of `row` can be called: this CPU has its instructions,
 * or they raise SIGILL and a handler, installed here, carries them out.
 */
bool emulate_row_runs(const struct pmem2_arch_row *row);

#endif
