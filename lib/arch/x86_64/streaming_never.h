/* SPDX-License-Identifier: BSD-3-Clause */
/* Every store goes through the cache, whatever hint there is. */
#ifndef PMEM2_X86_STREAMING_H
#define PMEM2_X86_STREAMING_H

#define STREAMS 0
#define STREAM_MIN SIZE_MAX

#endif
