/* SPDX-License-Identifier: BSD-3-Clause */
/* Every pair of copy and fill functions that can be executed here. */
#ifndef PMEM2_TEST_SUBJECTS_H
#define PMEM2_TEST_SUBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "arch.h"

struct subject {
	char name[64];
	pmem2_memmove_fn memmove;
	pmem2_memset_fn memset;
	bool slow; /* its instructions are emulated */
};

/*
 * The portable kernels, then the CACHE_LINE and the BYTE functions of each row;
 * an empty name stands for functions that were there before or can
 * neither be executed nor emulated.
 */
struct subject subject_at(int index);
int subject_count(void);

#endif
