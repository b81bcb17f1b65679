/* SPDX-License-Identifier: BSD-3-Clause */
/* Without a hint, stream from the length on that the user has set. */
#ifndef PMEM2_X86_STREAMING_H
#define PMEM2_X86_STREAMING_H

#include "kernels.h"

#define STREAMS 1
#define STREAM_SHORT 1 /* whether 64 bytes or less may stream without a hint */
#define STREAM_MIN __atomic_load_n(&pmem2_movnt_threshold, __ATOMIC_RELAXED)
#define STREAM_OVERLAP 1

#endif
