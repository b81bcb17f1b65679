/* SPDX-License-Identifier: BSD-3-Clause */
/* Every pair of copy and fill functions that this CPU can execute. */
#ifndef PMEM2_TEST_SUBJECTS_H
#define PMEM2_TEST_SUBJECTS_H

#include <stddef.h>

#include "arch.h"

struct subject {
	char name[64];
	pmem2_memmove_fn memmove;
	pmem2_memset_fn memset;
};

/*
 * The portable kernels, then the CACHE_LINE and the BYTE functions of each row;
 * an empty name stands for a row that this CPU cannot execute.
 */
struct subject subject_at(int index);
int subject_count(void);

#endif
