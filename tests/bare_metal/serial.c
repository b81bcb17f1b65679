/* SPDX-License-Identifier: BSD-3-Clause */
/* A PC as bochs plays it: it prints to the serial port, and switches itself off. */
#include <stdint.h>

#include "platform.h"

#define SERIAL 0x3f8
#define SERIAL_FORMAT (SERIAL + 3)
#define SERIAL_8_BITS 3
#define SERIAL_STATUS (SERIAL + 5)
#define SERIAL_READY 0x20
#define SERIAL_IDLE 0x40
#define POWER 0x8900 /* the emulator's */

static void write_port(uint16_t port, uint8_t byte)
{
	__asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port));
}

static uint8_t read_port(uint16_t port)
{
	uint8_t byte;

	__asm__ volatile("inb %1, %0" : "=a"(byte) : "Nd"(port));
	return byte;
}

static void wait_for_serial(uint8_t status)
{
	while (!(read_port(SERIAL_STATUS) & status))
		;
}

void platform_start(void)
{
	write_port(SERIAL_FORMAT, SERIAL_8_BITS);
}

void platform_print(const char *text)
{
	for (; *text != '\0'; text++) {
		wait_for_serial(SERIAL_READY);
		write_port(SERIAL, (uint8_t)*text);
	}
}

void platform_stop(void)
{
	wait_for_serial(SERIAL_IDLE);
	for (const char *p = "Shutdown"; *p != '\0'; p++)
		write_port(POWER, (uint8_t)*p);
}
