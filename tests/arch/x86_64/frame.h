/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers of an interrupted program, in terms of the decoder. */
#ifndef PMEM2_TEST_FRAME_H
#define PMEM2_TEST_FRAME_H

#include <stdint.h>
#include <ucontext.h>
#include <Zydis/Zydis.h>

#define FRAME_NO_REGISTER (-1)
#define FRAME_RIP (-2)

/* The index of a 64-bit register in gregs, or one of the two above. */
int frame_register(ZydisRegister reg);

#endif
