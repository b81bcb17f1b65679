/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions that rows are made of. */
#ifndef PMEM2_X86_KERNELS_H
#define PMEM2_X86_KERNELS_H

#include <stddef.h>

#include "arch.h"
#include "rows.h"

#pragma GCC visibility push(hidden)

/* From how many bytes on the kernels of the "tuned" rows stream. */
extern size_t pmem2_movnt_threshold;

/* From how many bytes on the kernels of the "fixed" rows stream what they would write back. */
#define PMEM2_FIXED_STREAM_MIN ((size_t)256)

/* Up to how many bytes they do not stream what overlaps. */
#define PMEM2_FIXED_CACHED_OVERLAP_MAX ((size_t)16384)

#define PMEM2_DECLARE_KERNELS(isa, flush, stream)                                                  \
	void *pmem2_memmove_##isa##_##flush##_##stream(void *dest, const void *src, size_t len,    \
						       unsigned flags);                            \
	void *pmem2_memset_##isa##_##flush##_##stream(void *dest, int c, size_t len,               \
						      unsigned flags);

#define PMEM2_DECLARE_ROW(isa, flush, stream)                                                      \
	PMEM2_DECLARE_KERNELS(isa, flush, stream)                                                  \
	PMEM2_DECLARE_KERNELS(isa, none, stream)

#define PMEM2_DECLARE_FLUSH(flush)                                                                 \
	void pmem2_flush_##flush(const void *ptr, size_t size);                                    \
	void pmem2_persist_##flush(const void *ptr, size_t size);

PMEM2_DECLARE_FLUSH(clwb)
PMEM2_DECLARE_FLUSH(clflushopt)
PMEM2_DECLARE_FLUSH(clflush)
PMEM2_DECLARE_FLUSH(none)

PMEM2_ROWS(PMEM2_DECLARE_ROW)

#pragma GCC visibility pop

#endif
