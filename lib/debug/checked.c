/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions that maps hand out, with checks before them and announcements behind them. Like
 * those that they stand for, they may be called in signal handlers.
 */
#include <stdatomic.h>
#include <stdint.h>

#include "announce.h"
#include "arch.h"
#include "bits.h"
#include "live.h"
#include "lock.h"
#include "os.h"
#include "trace.h"

enum state { MAPPED, MAPPED_WORSE, NOT_MAPPED };

/* What the functions of a granularity really are; set before anybody gets a checked one. */
static _Atomic(const struct pmem2_arch_ops *) real[PMEM2_GRANULARITY_PAGE + 1];

/* Programs flush whole lines and pages, which reach beyond maps whose length is none. */
static uintptr_t page_behind(uintptr_t addr)
{
	size_t page = pmem2_os_page_size();

	return addr > UINTPTR_MAX - page ? UINTPTR_MAX : pmem2_align_up(addr, page);
}

/* Under the lock. Neighbours may be written back in one go. */
static enum state look_at(uintptr_t start, uintptr_t end, enum pmem2_granularity granularity)
{
	size_t page = pmem2_os_page_size();
	struct pmem2_debug_live live;

	while (start < end) {
		if (!pmem2_debug_find_live(pmem2_align_down(start, page), end, &live) ||
		    pmem2_align_down(live.start, page) > start)
			return NOT_MAPPED;
		if (live.granularity > granularity)
			return MAPPED_WORSE;
		start = page_behind(live.end);
	}
	return MAPPED;
}

static void check_range(const void *ptr, size_t length, enum pmem2_granularity granularity,
			const struct pmem2_debug_place *place)
{
	uintptr_t start = (uintptr_t)ptr;
	enum state state;

	if (length > UINTPTR_MAX - start)
		pmem2_debug_stop(place, "%zu bytes at %p reach beyond the address space", length,
				 ptr);
	if (!pmem2_debug_try_lock()) {
		PMEM2_TRACE_DETAIL("%zu bytes at %p are not checked: the lock is held", length,
				   ptr);
		return;
	}
	state = look_at(start, start + length, granularity);
	pmem2_unlock();
	if (state == NOT_MAPPED)
		pmem2_debug_stop(place, "part of %zu bytes at %p lies in no live map", length, ptr);
	if (state == MAPPED_WORSE)
		pmem2_debug_stop(place,
				 "%zu bytes at %p: part of them lies in a map of a coarser "
				 "granularity than %s, of which this function is: nothing there "
				 "would become durable",
				 length, ptr, pmem2_debug_name(granularity));
}

static void before_flush(const void *ptr, size_t length, enum pmem2_granularity granularity,
			 const struct pmem2_debug_place *place)
{
	check_range(ptr, length, granularity, place);
	pmem2_announce_use(ptr, length);
}

static void flush(const void *ptr, size_t length, enum pmem2_granularity granularity)
{
	PMEM2_TRACE_DETAIL("%s: %zu bytes at %p", pmem2_debug_name(granularity), length, ptr);
	before_flush(ptr, length, granularity, PMEM2_DEBUG_HERE);
	real[granularity]->flush(ptr, length);
	pmem2_announce_flush(ptr, length);
}

static void persist(const void *ptr, size_t length, enum pmem2_granularity granularity)
{
	PMEM2_TRACE_DETAIL("%s: %zu bytes at %p", pmem2_debug_name(granularity), length, ptr);
	before_flush(ptr, length, granularity, PMEM2_DEBUG_HERE);
	real[granularity]->persist(ptr, length);
	PMEM2_PERSISTED(ptr, length);
}

static void drain(enum pmem2_granularity granularity)
{
	PMEM2_TRACE_DETAIL("%s", pmem2_debug_name(granularity));
	real[granularity]->drain();
	pmem2_announce_fence();
}

/* With NOFLUSH, any memory will do. */
static void before_store(const void *dest, size_t length, enum pmem2_granularity granularity,
			 unsigned flags, const struct pmem2_debug_place *place)
{
	if ((flags & ~PMEM2_F_MEM_VALID_FLAGS) != 0)
		pmem2_debug_stop(place, "flags 0x%x: no PMEM2_F_MEM_ flag has the bits 0x%x", flags,
				 flags & ~PMEM2_F_MEM_VALID_FLAGS);
	if ((flags & PMEM2_F_MEM_NOFLUSH) == 0)
		before_flush(dest, length, granularity, place);
}

/* At PAGE granularity, without NOFLUSH, all is durable on return. */
static void announce_store(const void *dest, size_t length, enum pmem2_granularity granularity,
			   unsigned flags)
{
	if ((flags & PMEM2_F_MEM_NOFLUSH) != 0)
		return;
	pmem2_announce_flush(dest, length);
	if (granularity == PMEM2_GRANULARITY_PAGE || (flags & PMEM2_F_MEM_NODRAIN) == 0)
		pmem2_announce_fence();
}

static void *copy(void *dest, const void *src, size_t length, unsigned flags,
		  enum pmem2_granularity granularity)
{
	PMEM2_TRACE_DETAIL("%s: %zu bytes from %p to %p, flags 0x%x", pmem2_debug_name(granularity),
			   length, src, dest, flags);
	before_store(dest, length, granularity, flags, PMEM2_DEBUG_HERE);
	real[granularity]->memmove(dest, src, length, flags);
	announce_store(dest, length, granularity, flags);
	return dest;
}

static void *fill(void *dest, int c, size_t length, unsigned flags,
		  enum pmem2_granularity granularity)
{
	PMEM2_TRACE_DETAIL("%s: %zu bytes %d at %p, flags 0x%x", pmem2_debug_name(granularity),
			   length, c, dest, flags);
	before_store(dest, length, granularity, flags, PMEM2_DEBUG_HERE);
	real[granularity]->memset(dest, c, length, flags);
	announce_store(dest, length, granularity, flags);
	return dest;
}

#define FLUSH(name, granularity)                                                                   \
	static void flush_##name(const void *ptr, size_t length)                                   \
	{                                                                                          \
		flush(ptr, length, granularity);                                                   \
	}

#define FUNCTIONS(name, granularity)                                                               \
	static void persist_##name(const void *ptr, size_t length)                                 \
	{                                                                                          \
		persist(ptr, length, granularity);                                                 \
	}                                                                                          \
	static void drain_##name(void)                                                             \
	{                                                                                          \
		drain(granularity);                                                                \
	}                                                                                          \
	static void *memmove_##name(void *dest, const void *src, size_t length, unsigned flags)    \
	{                                                                                          \
		return copy(dest, src, length, flags, granularity);                                \
	}                                                                                          \
	static void *memset_##name(void *dest, int c, size_t length, unsigned flags)               \
	{                                                                                          \
		return fill(dest, c, length, flags, granularity);                                  \
	}

FLUSH(byte, PMEM2_GRANULARITY_BYTE)
FLUSH(line, PMEM2_GRANULARITY_CACHE_LINE)
FUNCTIONS(byte, PMEM2_GRANULARITY_BYTE)
FUNCTIONS(line, PMEM2_GRANULARITY_CACHE_LINE)
FUNCTIONS(page, PMEM2_GRANULARITY_PAGE)

static const struct pmem2_arch_ops checked[] = {
	{memmove_byte, memset_byte, flush_byte, persist_byte, drain_byte},
	{memmove_line, memset_line, flush_line, persist_line, drain_line},
	/* There, flushing is all, and both are one function. */
	{memmove_page, memset_page, persist_page, persist_page, drain_page},
};

const struct pmem2_arch_ops *pmem2_debug_checked(const struct pmem2_arch_ops *ops,
						 enum pmem2_granularity granularity)
{
	real[granularity] = ops;
	return &checked[granularity];
}
