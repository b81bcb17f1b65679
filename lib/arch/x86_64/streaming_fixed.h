/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Without a hint, stream from a fixed length on: below it, the fence waits
 * longer for streamed lines than for lines written back. Where nothing is
 * written back, only a hint streams.
 */
#ifndef PMEM2_X86_STREAMING_H
#define PMEM2_X86_STREAMING_H

#include "kernels.h"

#define STREAMS 1
#define STREAM_SHORT 0 /* whether 64 bytes or less may stream without a hint */
#define STREAM_MIN (FLUSHES ? PMEM2_FIXED_STREAM_MIN : SIZE_MAX)

/* Loading lines just streamed is slow, so an overlapping move is not long. */
#define STREAM_OVERLAP 0

#endif
