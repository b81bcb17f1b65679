/* SPDX-License-Identifier: BSD-3-Clause */
/* For those who single-step functions whose instructions are emulated. */
#ifndef PMEM2_TEST_STEP_H
#define PMEM2_TEST_STEP_H

#include <signal.h>

/*
 * Call `hook` like a handler of SIGTRAP after an instruction was emulated while
 * the trap flag was set: the CPU will not trap before the next instruction.
 */
void emulate_then(void (*hook)(int signal, siginfo_t *info, void *context));

#endif
