/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels.h"
#include "trace.h"

struct trace recorded;

size_t pmem2_line_size = 64;
size_t pmem2_movnt_threshold;
