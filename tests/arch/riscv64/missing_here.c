/* SPDX-License-Identifier: BSD-3-Clause */
/* qemu knows Zicbom since version 8. */
#include "../base/missing.h"

#define REGISTER_1 0xf8000U
#define CBO_CLEAN 0x0010200fU

enum missing_kind missing_decode(uint32_t instruction, const ucontext_t *context,
				 uintptr_t *address)
{
	if ((instruction & ~REGISTER_1) != CBO_CLEAN)
		return MISSING_NOTHING;
	/* Registers have their places, but for x0, which is 0: there is the program counter. */
	*address = context->uc_mcontext.__gregs[(instruction & REGISTER_1) >> 15];
	return MISSING_WRITE_BACK;
}

uintptr_t missing_at(const ucontext_t *context)
{
	return context->uc_mcontext.__gregs[REG_PC];
}

void missing_skip(ucontext_t *context)
{
	context->uc_mcontext.__gregs[REG_PC] += sizeof(uint32_t);
}
