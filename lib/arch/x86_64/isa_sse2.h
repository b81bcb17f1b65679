/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_X86_ISA_H
#define PMEM2_X86_ISA_H

#define VEX ""
#define FETCH "prefetcht0"
#define STREAMED_LINES_MIN LINE

#include "vec32_xmm.h"
#include "vec64_pair.h"

#include "vec128.h"

#include "line_vector.h"

#endif
