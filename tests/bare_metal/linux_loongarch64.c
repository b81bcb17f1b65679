/* SPDX-License-Identifier: BSD-3-Clause */
/* Linux without a C library, of which Debian 12 has none for this CPU. */
#include <stddef.h>

#include "platform.h"

#define SYS_WRITE 64
#define SYS_EXIT 93

#define STDOUT 1

void _start(void);

static long system_call(long number, long first, long second, long third)
{
	register long a0 __asm__("$r4") = first;
	register long a1 __asm__("$r5") = second;
	register long a2 __asm__("$r6") = third;
	register long a7 __asm__("$r11") = number;

	__asm__ volatile("syscall 0"
			 : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a7)
			 : "memory", "$r12", "$r13", "$r14", "$r15", "$r16", "$r17", "$r18", "$r19",
			   "$r20");
	return a0;
}

void platform_start(void)
{
}

void platform_print(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	system_call(SYS_WRITE, STDOUT, (long)text, (long)length);
}

void platform_stop(void)
{
	system_call(SYS_EXIT, 0, 0, 0);
}

void _start(void)
{
	bare_main();
}
