/* SPDX-License-Identifier: BSD-3-Clause */
/* What ISA 3.1 has, and no qemu that Debian 12 has. */
#include "../base/missing.h"

#define NIP 32

#define REGISTER_B 0xf800U
#define DCBSTPS 0x7cc000acU
#define PHWSYNC 0x7c8004acU

enum missing_kind missing_decode(uint32_t instruction, const ucontext_t *context,
				 uintptr_t *address)
{
	if (instruction == PHWSYNC)
		return MISSING_FENCE;
	if ((instruction & ~REGISTER_B) != DCBSTPS)
		return MISSING_NOTHING;
	*address = context->uc_mcontext.gp_regs[(instruction & REGISTER_B) >> 11];
	return MISSING_WRITE_BACK;
}

uintptr_t missing_at(const ucontext_t *context)
{
	return context->uc_mcontext.gp_regs[NIP];
}

void missing_skip(ucontext_t *context)
{
	context->uc_mcontext.gp_regs[NIP] += sizeof(uint32_t);
}
