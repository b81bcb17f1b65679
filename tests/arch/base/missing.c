/* SPDX-License-Identifier: BSD-3-Clause */
#include "missing.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static void (*tell)(enum missing_kind kind, uintptr_t address);

static void on_illegal(int signal, siginfo_t *info, void *context)
{
	enum missing_kind kind;
	uintptr_t address = 0;
	uint32_t instruction;

	(void)info;
	memcpy(&instruction, (const void *)missing_at(context), sizeof(instruction));
	kind = missing_decode(instruction, context, &address);
	if (kind == MISSING_NOTHING) {
		/* Once more, and the program ends. */
		struct sigaction usual = {.sa_handler = SIG_DFL};

		sigaction(signal, &usual, NULL);
		return;
	}
	if (tell != NULL)
		tell(kind, address);
	missing_skip(context);
}

void missing_record(void (*seen)(enum missing_kind kind, uintptr_t address))
{
	struct sigaction action = {.sa_sigaction = on_illegal, .sa_flags = SA_SIGINFO};

	tell = seen;
	sigaction(SIGILL, &action, NULL);
}
