/* SPDX-License-Identifier: BSD-3-Clause */
/* qemu 7.2 says that it has FEAT_DPB, and has not. */
#include "../base/missing.h"

#define REGISTER 0x1fU
#define DC_CVAP 0xd50b7c20U
#define DC_CVADP 0xd50b7d20U

enum missing_kind missing_decode(uint32_t instruction, const ucontext_t *context,
				 uintptr_t *address)
{
	uint32_t operation = instruction & ~REGISTER;

	if (operation != DC_CVAP && operation != DC_CVADP)
		return MISSING_NOTHING;
	*address = context->uc_mcontext.regs[instruction & REGISTER];
	return MISSING_WRITE_BACK;
}

uintptr_t missing_at(const ucontext_t *context)
{
	return context->uc_mcontext.pc;
}

void missing_skip(ucontext_t *context)
{
	context->uc_mcontext.pc += sizeof(uint32_t);
}
