/* SPDX-License-Identifier: BSD-3-Clause */
#include "frame.h"

int frame_register(ZydisRegister reg)
{
	static const int saved[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
				    REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
				    REG_R12, REG_R13, REG_R14, REG_R15};

	if (reg == ZYDIS_REGISTER_RIP)
		return FRAME_RIP;
	if (reg < ZYDIS_REGISTER_RAX || reg > ZYDIS_REGISTER_R15)
		return FRAME_NO_REGISTER;
	return saved[reg - ZYDIS_REGISTER_RAX];
}
