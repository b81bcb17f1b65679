/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * memmove with the vectors, the write-back and the streaming policy that the
 * including file chose.
 *
 * Through the cache, up to 256 bytes are loaded whole before the first store,
 * in overlapping pieces of one width, so that no direction needs choosing.
 * Each line is written back after its last store.
 */
#ifndef PMEM2_X86_MEMMOVE_KERNEL_H
#define PMEM2_X86_MEMMOVE_KERNEL_H

#include "flags.h"
#include "kernels.h"
#include "lines.h"

INLINE void move_8_to_15(char *d, const char *s, size_t len)
{
	uint64_t first = load8(s), last = load8(s + len - 8);

	store8(d, first);
	if (len > 8)
		store8(d + len - 8, last);
}

INLINE void move_4_to_7(char *d, const char *s, size_t len)
{
	uint32_t first = load4(s), last = load4(s + len - 4);

	store4(d, first);
	if (len > 4)
		store4(d + len - 4, last);
}

INLINE void move_1_to_3(char *d, const char *s, size_t len)
{
	if (len == 1) {
		store1(d, (uint8_t)*s);
	} else {
		uint16_t first = load2(s);
		uint8_t last = (uint8_t)s[len - 1];

		store2(d, first);
		if (len == 3)
			store1(d + 2, last);
	}
}

INLINE void move_16_to_32(char *d, const char *s, size_t len)
{
	v16 first = load16(s), last = load16(s + len - 16);

	store16(d, first);
	if (len > 16)
		store16(d + len - 16, last);
}

INLINE void move_32_to_64(char *d, const char *s, size_t len)
{
	v32 first, last;

	load32(&first, s);
	load32(&last, s + len - 32);
	store32(d, &first);
	store32(d + len - 32, &last);
}

INLINE void move_16_to_64(char *d, const char *s, size_t len)
{
	if (len > 32)
		move_32_to_64(d, s, len);
	else
		move_16_to_32(d, s, len);
}

INLINE void move_64_to_128(char *d, const char *s, size_t len)
{
	v64 first, last;

	load64(&first, s);
	load64(&last, s + len - 64);
	store64(d, &first);
	store64(d + len - 64, &last);
}

INLINE void move_128_to_256(char *d, const char *s, size_t len)
{
	v64 first, second, third, fourth;

	load64(&first, s);
	load64(&second, s + 64);
	load64(&third, s + len - 128);
	load64(&fourth, s + len - 64);
	store64(d, &first);
	store64(d + 64, &second);
	store64(d + len - 128, &third);
	store64(d + len - 64, &fourth);
}

/* Returns whether there was anything to move. */
INLINE bool move_0_to_64(char *d, const char *s, size_t len)
{
	if (len >= 16)
		move_16_to_64(d, s, len);
	else if (len >= 8)
		move_8_to_15(d, s, len);
	else if (len >= 4)
		move_4_to_7(d, s, len);
	else if (len > 0)
		move_1_to_3(d, s, len);
	else
		return false;
	return true;
}

/*
 * Lines in ascending order, for destinations below the source. The first 64
 * bytes reach into the second line, so the line after them is loaded before
 * they are stored, and each line is written back one step late. The last 64
 * bytes likewise reach back into the last line but one.
 */
INLINE void move_up(char *dest, const char *src, size_t len, bool flush)
{
	v64 first, last, line;
	size_t head = LINE - ((uintptr_t)dest & (LINE - 1));
	char *d = dest + head;
	const char *s = src + head;
	const char *last_line = line_of(dest + len - 1);

	load64(&first, src);
	load64(&last, src + len - LINE);
	load64(&line, s);
	store64(dest, &first);
	for (;;) {
		store64(d, &line);
		flush_line_if(flush, d - LINE);
		d += LINE;
		s += LINE;
		if (d == last_line)
			break;
		load64(&line, s);
	}
	store64(dest + len - LINE, &last);
	flush_line_if(flush, d - LINE);
	flush_line_if(flush, d);
}

/* The mirror image, for destinations above the source. */
INLINE void move_down(char *dest, const char *src, size_t len, bool flush)
{
	v64 first, last, line;
	const char *first_line = line_of(dest);
	char *d = line_of(dest + len - 1);
	const char *s = src + (d - dest);

	load64(&first, src);
	load64(&last, src + len - LINE);
	load64(&line, s - LINE);
	store64(dest + len - LINE, &last);
	for (;;) {
		d -= LINE;
		s -= LINE;
		store64(d, &line);
		flush_line_if(flush, d + LINE);
		if (d - LINE == first_line)
			break;
		load64(&line, s - LINE);
	}
	store64(dest, &first);
	flush_line_if(flush, d);
	flush_line_if(flush, d - LINE);
}

INLINE bool ends_above_start(const char *dest, const char *src, size_t len)
{
	return (uintptr_t)dest - (uintptr_t)src < len;
}

INLINE bool overlap(const char *dest, const char *src, size_t len)
{
	return ends_above_start(dest, src, len) || ends_above_start(src, dest, len);
}

NOINLINE void *move_unflushed(char *dest, const char *src, size_t len)
{
	if (len <= 64)
		(void)move_0_to_64(dest, src, len);
	else if (len <= 128)
		move_64_to_128(dest, src, len);
	else if (len <= 256)
		move_128_to_256(dest, src, len);
	else if (ends_above_start(dest, src, len))
		move_down(dest, src, len, false);
	else
		move_up(dest, src, len, false);
	return dest;
}

#if STREAMS
INLINE void move_piece(char *dest, const char *src, size_t len)
{
	if (move_0_to_64(dest, src, len))
		FLUSH_LINE(dest);
}

/* Whole lines are streamed; a head and a tail share theirs with other data. */
INLINE void stream_up(char *d, const char *s, size_t len)
{
	size_t head = bytes_to_line(d, len);
	v64 line;

	move_piece(d, s, head);
	d += head;
	s += head;
	for (len -= head; len >= LINE; len -= LINE) {
		load64(&line, s);
		stream64(d, &line);
		d += LINE;
		s += LINE;
	}
	move_piece(d, s, len);
}

INLINE void stream_down(char *dest, const char *src, size_t len)
{
	size_t head = bytes_to_line(dest, len);
	size_t tail = (len - head) & (LINE - 1);
	size_t left = len - tail;
	v64 line;

	move_piece(dest + left, src + left, tail);
	while (left > head) {
		left -= LINE;
		load64(&line, src + left);
		stream64(dest + left, &line);
	}
	move_piece(dest, src, head);
}

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

INLINE void move_short(char *dest, const char *src, size_t len, unsigned flags)
{
	if (move_0_to_64(dest, src, len))
		flush_two_lines(dest, len);
	fence_for(flags);
}

NOINLINE void *move_cached(char *dest, const char *src, size_t len, unsigned flags)
{
	if (len <= 64) {
		move_short(dest, src, len, flags);
		return dest;
	}
	if (len <= 256) {
		if (len <= 128)
			move_64_to_128(dest, src, len);
		else
			move_128_to_256(dest, src, len);
		flush_few_lines(dest, len);
	} else if (ends_above_start(dest, src, len)) {
		move_down(dest, src, len, FLUSHES);
	} else {
		move_up(dest, src, len, FLUSHES);
	}
	fence_for(flags);
	return dest;
}

void *KERNEL(memmove)(void *dest, const void *src, size_t len, unsigned flags)
{
	enum route route = route_of(len, flags, STREAM_MIN);

	if (is_common(len, flags) && (!STREAM_SHORT || route == ROUTE_CACHED)) {
		move_short(dest, src, len, flags);
		return dest;
	}
	if (FLUSHES && route == ROUTE_UNFLUSHED)
		return move_unflushed(dest, src, len);
#if STREAMS
	if (route == ROUTE_STREAMED)
		return move_streaming(dest, src, len, flags);
	if (route == ROUTE_LONG && (STREAM_OVERLAP || !overlap(dest, src, len)))
		return move_streaming(dest, src, len, flags);
#endif
	return move_cached(dest, src, len, flags);
}

#endif
