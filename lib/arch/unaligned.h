/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory as words of any alignment, and how kernels are put together. */
#ifndef PMEM2_UNALIGNED_H
#define PMEM2_UNALIGNED_H

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

struct __attribute__((packed, may_alias)) unaligned2 {
	uint16_t word;
};
struct __attribute__((packed, may_alias)) unaligned4 {
	uint32_t word;
};
struct __attribute__((packed, may_alias)) unaligned8 {
	uint64_t word;
};

INLINE uint16_t load2(const char *s)
{
	return ((const struct unaligned2 *)s)->word;
}

INLINE uint32_t load4(const char *s)
{
	return ((const struct unaligned4 *)s)->word;
}

INLINE uint64_t load8(const char *s)
{
	return ((const struct unaligned8 *)s)->word;
}

#endif
