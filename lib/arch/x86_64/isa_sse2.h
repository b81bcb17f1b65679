/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_X86_ISA_H
#define PMEM2_X86_ISA_H

#define VEX ""
#define FETCH "prefetcht0"

#include "vec32_xmm.h"
#include "vec64_pair.h"

#include "vec128.h"

#include "line_vector.h"

#endif
