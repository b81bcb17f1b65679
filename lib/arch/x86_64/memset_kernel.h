/* SPDX-License-Identifier: BSD-3-Clause */
/* memset, built like memmove_kernel.h. */
#ifndef PMEM2_X86_MEMSET_KERNEL_H
#define PMEM2_X86_MEMSET_KERNEL_H

#include "flags.h"
#include "kernels.h"
#include "lines.h"

INLINE void fill_1_to_3(char *d, uint64_t word, size_t len)
{
	if (len > 1)
		store2(d, (uint16_t)word);
	if (len != 2)
		store1(d + len - 1, (uint8_t)word);
}

INLINE void fill_16_to_64(char *d, uint64_t word, size_t len)
{
	if (len > 32) {
		v32 half_line;

		repeat32(&half_line, word);
		store32(d, &half_line);
		store32(d + len - 32, &half_line);
	} else {
		store16(d, repeat16(word));
		if (len > 16)
			store16(d + len - 16, repeat16(word));
	}
}

/*
 * Stores `word`, eight times one byte, in pieces that overlap as in memmove.
 * Returns whether there was anything to fill.
 */
INLINE bool fill_0_to_64(char *d, uint64_t word, size_t len)
{
	if (len >= 16) {
		fill_16_to_64(d, word, len);
	} else if (len >= 8) {
		store8(d, word);
		if (len > 8)
			store8(d + len - 8, word);
	} else if (len >= 4) {
		store4(d, (uint32_t)word);
		if (len > 4)
			store4(d + len - 4, (uint32_t)word);
	} else if (len > 0) {
		fill_1_to_3(d, word, len);
	} else {
		return false;
	}
	return true;
}

INLINE void fill_64_to_256(char *d, uint64_t word, size_t len)
{
	v64 line;

	repeat64(&line, word);
	store64(d, &line);
	if (len > 128) {
		store64(d + 64, &line);
		store64(d + len - 128, &line);
	}
	store64(d + len - 64, &line);
}

/* The first and the last 64 bytes reach into their neighbour lines. */
INLINE void fill_up(char *dest, uint64_t word, size_t len, bool flush)
{
	char *d = line_of(dest) + LINE;
	const char *last_line = line_of(dest + len - 1);
	v64 line;

	repeat64(&line, word);
	store64(dest, &line);
	do {
		store64(d, &line);
		flush_line_if(flush, d - LINE);
		d += LINE;
	} while (d != last_line);
	store64(dest + len - LINE, &line);
	flush_line_if(flush, d - LINE);
	flush_line_if(flush, d);
}

NOINLINE void *fill_unflushed(char *dest, uint64_t word, size_t len)
{
	if (len <= 64)
		(void)fill_0_to_64(dest, word, len);
	else if (len <= 256)
		fill_64_to_256(dest, word, len);
	else
		fill_up(dest, word, len, false);
	return dest;
}

#if STREAMS
INLINE void fill_piece(char *dest, uint64_t word, size_t len)
{
	if (fill_0_to_64(dest, word, len))
		FLUSH_LINE(dest);
}

NOINLINE void *fill_streaming(char *dest, uint64_t word, size_t len, unsigned flags)
{
	size_t head = bytes_to_line(dest, len);
	char *d = dest + head;
	v64 line;

	repeat64(&line, word);
	fill_piece(dest, word, head);
	for (len -= head; len >= LINE; len -= LINE) {
		stream64(d, &line);
		d += LINE;
	}
	fill_piece(d, word, len);
	fence_for(flags);
	return dest;
}
#endif

INLINE void fill_short(char *dest, uint64_t word, size_t len, unsigned flags)
{
	if (fill_0_to_64(dest, word, len))
		flush_two_lines(dest, len);
	fence_for(flags);
}

NOINLINE void *fill_cached(char *dest, uint64_t word, size_t len, unsigned flags)
{
	if (len <= 64) {
		fill_short(dest, word, len, flags);
		return dest;
	}
	if (len <= 256) {
		fill_64_to_256(dest, word, len);
		flush_few_lines(dest, len);
	} else {
		fill_up(dest, word, len, FLUSHES);
	}
	fence_for(flags);
	return dest;
}

void *KERNEL(memset)(void *dest, int c, size_t len, unsigned flags)
{
	uint64_t word = (uint8_t)c * UINT64_C(0x0101010101010101);
	enum route route = route_of(len, flags, STREAM_MIN);

	if (is_common(len, flags) && (!STREAM_SHORT || route == ROUTE_CACHED)) {
		fill_short(dest, word, len, flags);
		return dest;
	}
	if (FLUSHES && route == ROUTE_UNFLUSHED)
		return fill_unflushed(dest, word, len);
#if STREAMS
	if (route == ROUTE_STREAMED || route == ROUTE_LONG)
		return fill_streaming(dest, word, len, flags);
#endif
	return fill_cached(dest, word, len, flags);
}

#endif
