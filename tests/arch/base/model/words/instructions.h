/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PMEM2_CPU_INSTRUCTIONS_H
#define PMEM2_CPU_INSTRUCTIONS_H

#include "record.h"

RECORDED_STORE(stream8, EVENT_STREAM, uint64_t)

#endif
