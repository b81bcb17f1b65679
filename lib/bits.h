/* SPDX-License-Identifier: BSD-3-Clause */
/* Arithmetic on sizes and addresses. */
#ifndef PMEM2_BITS_H
#define PMEM2_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PMEM2_KIB ((size_t)1 << 10)
#define PMEM2_MIB ((size_t)1 << 20)
#define PMEM2_GIB ((size_t)1 << 30)

static inline bool pmem2_is_power_of_two(size_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* `unit` is a power of two in the three functions below. */
static inline bool pmem2_is_aligned(uintptr_t value, size_t unit)
{
	return (value & (unit - 1)) == 0;
}

static inline uintptr_t pmem2_align_down(uintptr_t value, size_t unit)
{
	return value & ~(uintptr_t)(unit - 1);
}

/* Wraps to 0 when the next multiple is beyond the type. */
static inline uintptr_t pmem2_align_up(uintptr_t value, size_t unit)
{
	return pmem2_align_down(value + (unit - 1), unit);
}

/* Whether [offset, offset + length) lies inside [0, size), without wrapping. */
static inline bool pmem2_fits(size_t offset, size_t length, size_t size)
{
	return offset <= size && length <= size - offset;
}

#endif
