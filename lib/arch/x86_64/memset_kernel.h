/* SPDX-License-Identifier: BSD-3-Clause */
/* memset, built like memmove_kernel.h. */
#ifndef PMEM2_X86_MEMSET_KERNEL_H
#define PMEM2_X86_MEMSET_KERNEL_H

#include "flags.h"
#include "kernels.h"
#include "lines.h"
#include "memset_long.h"
#include "memset_pieces.h"
#include "memset_stream.h"

NOINLINE void *fill_long_in_lines(char *dest, uint64_t word, size_t len, unsigned flags)
{
	fill_up_in_lines(dest, word, len);
	fence_for(flags);
	return dest;
}

/* More than 256 bytes. */
NOINLINE void *fill_long(char *dest, uint64_t word, size_t len, unsigned flags)
{
	if (crosses_page(dest) || crosses_page(dest + len - LINE))
		return fill_long_in_lines(dest, word, len, flags);
	fill_up(dest, word, len);
	fence_for(flags);
	return dest;
}

#if FLUSHES
NOINLINE void *fill_flush(char *dest, uint64_t word, size_t len, unsigned flags)
{
	fill_flush_up(dest, word, len);
	fence_for(flags);
	return dest;
}

NOINLINE void *fill_unflushed(char *dest, uint64_t word, size_t len, unsigned flags)
{
	if (len > 256)
		return fill_long(dest, word, len, flags);
	if (len > 64)
		fill_65_to_256(dest, word, len);
	else
		(void)fill_0_to_64(dest, word, len);
	return dest;
}
#endif

/* More than 64 bytes. */
NOINLINE void *fill_cached(char *dest, uint64_t word, size_t len, unsigned flags)
{
#if FLUSHES
	fetch_five_lines(dest, len);
	return fill_flush(dest, word, len, flags);
#else
	if (len > 256)
		return fill_long(dest, word, len, flags);
	fetch_five_lines(dest, len);
	fill_65_to_256(dest, word, len);
	fence_for(flags);
	return dest;
#endif
}

#if STREAMS
/* Out of line, as are the others: the line may need room on the stack. */
NOINLINE void *fill_line(char *dest, uint64_t word, unsigned flags)
{
	stream_fill(dest, word, LINE);
	fence_for(flags);
	return dest;
}

NOINLINE void *fill_streaming(char *dest, uint64_t word, size_t len, unsigned flags)
{
	size_t head = bytes_to_line(dest, len);
	size_t tail = (len - head) & (LINE - 1);

	fetch_parts(dest, len, head, tail);
	fill_flush_below_64(dest, word, head);
	stream_fill(dest + head, word, len - head - tail);
	stream_fill_tail(dest + len - tail, word, tail);
	leave_vectors();
	fence_for(flags);
	return dest;
}
#endif

/* Out of line, so that nothing is prepared for it where it is not needed. */
NOINLINE void *fill_uncommon(char *dest, uint64_t word, size_t len, unsigned flags)
{
#if STREAMS
	if (is_one_line(dest, len) && is_worth_streaming(dest, LINE) &&
	    !(flags & (CACHED_FLAGS | PMEM2_F_MEM_NOFLUSH)))
		return fill_line(dest, word, flags);
#endif
#if FLUSHES
	if (flags & PMEM2_F_MEM_NOFLUSH)
		return fill_unflushed(dest, word, len, flags);
#endif
#if STREAMS
	if (is_streamed(dest, len, flags))
		return fill_streaming(dest, word, len, flags);
#endif
	if (len > 64)
		return fill_cached(dest, word, len, flags);
	fetch_two_lines(dest, len);
	if (fill_0_to_64(dest, word, len))
		flush_two_lines(dest, len);
	fence_for(flags);
	return dest;
}

void *KERNEL(memset)(void *dest, int c, size_t len, unsigned flags)
{
	uint64_t word = (uint8_t)c * UINT64_C(0x0101010101010101);

	if (is_uncommon(dest, len, flags))
		return fill_uncommon(dest, word, len, flags);
	if (len > 64)
		return fill_cached(dest, word, len, flags);
	fetch_two_lines(dest, len);
	if (fill_0_to_64(dest, word, len))
		flush_two_lines(dest, len);
	fence_for(flags);
	return dest;
}

#endif
