/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * memmove with the vectors, the write-back and the streaming policy that the
 * including file chose.
 */
#ifndef PMEM2_X86_MEMMOVE_KERNEL_H
#define PMEM2_X86_MEMMOVE_KERNEL_H

#include "flags.h"
#include "kernels.h"
#include "lines.h"
#include "memmove_long.h"
#include "memmove_pieces.h"
#include "memmove_stream.h"

INLINE bool overlap(const char *dest, const char *src, size_t len)
{
	return (uintptr_t)dest - (uintptr_t)src + len - 1 < 2 * len - 1;
}

INLINE size_t distance(const char *dest, const char *src)
{
	return dest > src ? (size_t)(dest - src) : (size_t)(src - dest);
}

/*
 * More than 256 bytes. The ways are apart, as the registers that one needs to be saved would
 * cost the others time.
 */
NOINLINE void *move_long_down(char *dest, const char *src, size_t len, unsigned flags)
{
	move_down(dest, src, len);
	fence_for(flags);
	return dest;
}

NOINLINE void *move_long_in_lines(char *dest, const char *src, size_t len, unsigned flags)
{
	move_up_in_lines(dest, src, len);
	fence_for(flags);
	return dest;
}

NOINLINE void *move_long(char *dest, const char *src, size_t len, unsigned flags)
{
	if (ends_above_start(dest, src, len))
		return move_long_down(dest, src, len, flags);
	if (crosses_page(dest) || crosses_page(dest + len - LINE))
		return move_long_in_lines(dest, src, len, flags);
	move_up(dest, src, len);
	fence_for(flags);
	return dest;
}

#if FLUSHES
NOINLINE void *move_flush(char *dest, const char *src, size_t len, unsigned flags)
{
	if (ends_above_start(dest, src, len))
		move_flush_down(dest, src, len);
	else
		move_flush_up(dest, src, len);
	fence_for(flags);
	return dest;
}

NOINLINE void *move_unflushed(char *dest, const char *src, size_t len, unsigned flags)
{
	if (len > 256)
		return move_long(dest, src, len, flags);
	if (len > 64)
		move_65_to_256(dest, src, len);
	else
		(void)move_0_to_64(dest, src, len);
	return dest;
}
#endif

/* More than 64 bytes. */
NOINLINE void *move_cached(char *dest, const char *src, size_t len, unsigned flags)
{
#if FLUSHES
	fetch_five_lines(dest, len);
	return move_flush(dest, src, len, flags);
#else
	if (len > 256)
		return move_long(dest, src, len, flags);
	fetch_five_lines(dest, len);
	move_65_to_256(dest, src, len);
	fence_for(flags);
	return dest;
#endif
}

#if STREAMS
NOINLINE void *move_streaming(char *dest, const char *src, size_t len, unsigned flags)
{
	if (ends_above_start(dest, src, len))
		stream_down(dest, src, len);
	else
		stream_up(dest, src, len);
	fence_for(flags);
	return dest;
}
#endif

/* A line that is streamed with or without hint. */
INLINE bool is_streamed_line(const char *dest, const char *src, size_t len, unsigned flags)
{
	return is_one_line(dest, len) && is_worth_streaming(dest, LINE) &&
	       !(flags & (CACHED_FLAGS | PMEM2_F_MEM_NOFLUSH)) && !overlap(dest, src, LINE);
}

/* Out of line, so that nothing is prepared for it where it is not needed. */
NOINLINE void *move_uncommon(char *dest, const char *src, size_t len, unsigned flags)
{
#if STREAMS
	if (is_streamed_line(dest, src, len, flags)) {
		stream_line_from(dest, src);
		leave_vectors();
		fence_for(flags);
		return dest;
	}
#endif
#if FLUSHES
	if (flags & PMEM2_F_MEM_NOFLUSH)
		return move_unflushed(dest, src, len, flags);
#endif
#if STREAMS
	if (is_streamed(dest, len, flags) && ((flags & STREAM_FLAGS) || !overlap(dest, src, len) ||
					      is_overlap_worth_streaming(distance(dest, src), len)))
		return move_streaming(dest, src, len, flags);
#endif
	if (len > 64)
		return move_cached(dest, src, len, flags);
	fetch_two_lines(dest, len);
	if (move_0_to_64(dest, src, len))
		flush_two_lines(dest, len);
	fence_for(flags);
	return dest;
}

void *KERNEL(memmove)(void *dest, const void *src, size_t len, unsigned flags)
{
	if (is_uncommon(dest, len, flags))
		return move_uncommon(dest, src, len, flags);
	if (len > 64)
		return move_cached(dest, src, len, flags);
	fetch_two_lines(dest, len);
	if (move_0_to_64(dest, src, len))
		flush_two_lines(dest, len);
	fence_for(flags);
	return dest;
}

#endif
