/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Write-backs and fences that this CPU, or the emulator of one, lacks: they raise SIGILL, and a
 * handler tells of them and goes on behind them. Each CPU's folder says which they are.
 */
#ifndef PMEM2_TEST_MISSING_H
#define PMEM2_TEST_MISSING_H

#include <stdint.h>
#include <ucontext.h>

enum missing_kind { MISSING_NOTHING, MISSING_WRITE_BACK, MISSING_FENCE };

/* Which the instruction is; of a write-back, stores the address. */
enum missing_kind missing_decode(uint32_t instruction, const ucontext_t *context,
				 uintptr_t *address);

/* Where the context keeps the address of the instruction. */
uintptr_t missing_at(const ucontext_t *context);
void missing_skip(ucontext_t *context);

/* Installs the handler. `seen` may be NULL, and runs inside it. */
void missing_record(void (*seen)(enum missing_kind kind, uintptr_t address));

#endif
