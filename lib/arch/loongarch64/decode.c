/* SPDX-License-Identifier: BSD-3-Clause */
#include "cpu.h"

/* Nothing is written back, so that nobody asks. */
size_t pmem2_line_size = 64;
