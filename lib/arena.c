/* SPDX-License-Identifier: BSD-3-Clause */
#include "arena.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

#include "bits.h"

static _Atomic uintptr_t next_address;

/*
 * The stack lies near the top of the address space, so the highest power of two
 * below it (on x86-64 64 TiB) starts the upper half. What the system places by itself
 * gathers at the top of that; the quarter below is the arena. AT_RANDOM points into
 * that stack, on which the caller need not be.
 */
static uintptr_t arena_end(void)
{
	unsigned long here = getauxval(AT_RANDOM);

	return (uintptr_t)1 << (8 * sizeof(here) - 1 - (unsigned)__builtin_clzl(here));
}

static uintptr_t arena_start(void)
{
	return arena_end() / 2;
}

/* Early in boot the system may have no random bytes; then what is hard to predict must do. */
static uint64_t random_bits(void)
{
	uint64_t bits;
	struct timespec now = {0, 0};

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) == sizeof(bits))
		return bits;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	bits = (uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)&bits;
	return bits * 0x9e3779b97f4a7c15U;
}

/* Set up the first address unless another thread has; half of the arena stays above it. */
static uintptr_t first_address(void)
{
	uintptr_t start = arena_start();
	uintptr_t base = start + ((uintptr_t)random_bits() & (start / 2 - 1));
	uintptr_t unset = 0;

	base = pmem2_align_down(base, 2 * PMEM2_MIB);
	return atomic_compare_exchange_strong(&next_address, &unset, base) ? base : unset;
}

/* At load time, so that the first mapping costs no more system calls than the others. */
__attribute__((constructor)) static void choose_base(void)
{
	if (atomic_load(&next_address) == 0)
		(void)first_address();
}

void *pmem2_arena_hint(size_t length, size_t alignment)
{
	uintptr_t old = atomic_load(&next_address);
	uintptr_t end = arena_end();
	uintptr_t hint;

	if (length > (end - arena_start()) / 2)
		return NULL;
	if (old == 0)
		old = first_address();
	do {
		hint = pmem2_align_up(old, alignment);
		if (length > end - hint || hint >= end)
			hint = pmem2_align_up(arena_start(), alignment);
	} while (!atomic_compare_exchange_weak(&next_address, &old, hint + length));
	return (void *)hint;
}
