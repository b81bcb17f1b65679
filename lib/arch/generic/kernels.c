/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels.h"

#include <stdint.h>

#include "libpmem2.h"

#define WORD sizeof(uint64_t)

/* Eight bytes of any type and alignment. */
struct __attribute__((packed, may_alias)) unaligned {
	uint64_t word;
};

typedef uint64_t __attribute__((may_alias)) any_word;

static uint64_t load_word(const char *s)
{
	return ((const struct unaligned *)s)->word;
}

/* Volatile, so that an aligned word is stored whole and by nobody else's code. */
static void store_word(char *d, uint64_t word)
{
	*(volatile any_word *)d = word;
}

static void store_byte(char *d, char byte)
{
	*(volatile char *)d = byte;
}

/* How many of the `len` bytes at `p` precede the first aligned word. */
static size_t bytes_to_word(const char *p, size_t len)
{
	size_t bytes = -(uintptr_t)p % WORD;

	return bytes < len ? bytes : len;
}

static void move_up(char *d, const char *s, size_t len)
{
	size_t words_at = bytes_to_word(d, len);
	size_t words_end = words_at + (len - words_at) / WORD * WORD;
	size_t i = 0;

	for (; i < words_at; i++)
		store_byte(d + i, s[i]);
	for (; i < words_end; i += WORD)
		store_word(d + i, load_word(s + i));
	for (; i < len; i++)
		store_byte(d + i, s[i]);
}

static void move_down(char *d, const char *s, size_t len)
{
	size_t words_at = bytes_to_word(d, len);
	size_t words_end = words_at + (len - words_at) / WORD * WORD;
	size_t i = len;

	for (; i != words_end; i--)
		store_byte(d + i - 1, s[i - 1]);
	/* Not >: gcc 12 leaves that one too early on POWER where words_at is 0. */
	for (; i != words_at; i -= WORD)
		store_word(d + i - WORD, load_word(s + i - WORD));
	for (; i != 0; i--)
		store_byte(d + i - 1, s[i - 1]);
}

void pmem2_drain_generic(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void drain_for(unsigned flags)
{
	if (!(flags & (PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NOFLUSH)))
		pmem2_drain_generic();
}

void *pmem2_memmove_generic(void *dest, const void *src, size_t len, unsigned flags)
{
	if ((uintptr_t)dest - (uintptr_t)src < len)
		move_down(dest, src, len);
	else
		move_up(dest, src, len);
	drain_for(flags);
	return dest;
}

void *pmem2_memset_generic(void *dest, int c, size_t len, unsigned flags)
{
	uint64_t word = (uint8_t)c * UINT64_C(0x0101010101010101);
	char *d = dest;
	size_t words_at = bytes_to_word(d, len);
	size_t words_end = words_at + (len - words_at) / WORD * WORD;
	size_t i = 0;

	for (; i < words_at; i++)
		store_byte(d + i, (char)word);
	for (; i < words_end; i += WORD)
		store_word(d + i, word);
	for (; i < len; i++)
		store_byte(d + i, (char)word);
	drain_for(flags);
	return dest;
}
