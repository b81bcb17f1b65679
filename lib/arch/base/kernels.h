/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions that rows are made of. */
#ifndef PMEM2_BASE_KERNELS_H
#define PMEM2_BASE_KERNELS_H

#include <stddef.h>

#include "arch.h"
#include "rows.h"

#pragma GCC visibility push(hidden)

/* From how many bytes on the kernels of the "tuned" rows stream. */
extern size_t pmem2_movnt_threshold;

#define PMEM2_DECLARE_KERNELS(flush, stream)                                                       \
	void *pmem2_memmove_##flush##_##stream(void *dest, const void *src, size_t len,            \
					       unsigned flags);                                    \
	void *pmem2_memset_##flush##_##stream(void *dest, int c, size_t len, unsigned flags);

#define PMEM2_DECLARE_FLUSH(flush, stream)                                                         \
	void pmem2_flush_##flush(const void *ptr, size_t size);                                    \
	void pmem2_persist_##flush(const void *ptr, size_t size);                                  \
	void pmem2_drain_##flush(void);

PMEM2_ROWS(PMEM2_DECLARE_KERNELS)
PMEM2_BOUND_ROWS(PMEM2_DECLARE_FLUSH)
PMEM2_DEEP_FLUSHES(PMEM2_DECLARE_FLUSH, fixed)

#pragma GCC visibility pop

#endif
