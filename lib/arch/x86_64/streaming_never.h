/* SPDX-License-Identifier: BSD-3-Clause */
/* Every store goes through the cache, whatever hint there is. */
#ifndef PMEM2_X86_STREAMING_H
#define PMEM2_X86_STREAMING_H

#define STREAMS 0
#define STREAM_SHORT 0 /* whether 64 bytes or less may stream without a hint */
#define STREAM_MIN SIZE_MAX

#endif
