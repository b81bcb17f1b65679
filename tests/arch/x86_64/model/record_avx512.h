/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_TEST_RECORD_AVX512_H
#define PMEM2_TEST_RECORD_AVX512_H

#include "record_avx2.h"

#define PMEM2_X86_VEC64_H

RECORDED_VECTOR(64)

#endif
