/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_TEST_RECORD_AVX2_H
#define PMEM2_TEST_RECORD_AVX2_H

#include "record.h"

#define PMEM2_X86_VEC32_H

RECORDED_VECTOR(32)

INLINE void leave_vectors(void)
{
}

#endif
