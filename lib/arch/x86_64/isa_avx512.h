/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_X86_ISA_H
#define PMEM2_X86_ISA_H

#define VEX "v"
#define FETCH "prefetchw"
/* Intel's CPUs write few lines back in less time than they stream them (benchmarks/README.md). */
#define STREAMED_LINES_MIN PMEM2_FIXED_STREAM_MIN

#include "vec32_ymm.h"
#include "vec64_zmm.h"

#include "vec128.h"

#include "line_vector.h"

#endif
