/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To be loaded before a program, by LD_PRELOAD: it then runs on an emulator that announces
 * write-backs, or fences, that it cannot execute.
 */
#include <stddef.h>

#include "missing.h"

__attribute__((constructor)) static void skip_from_the_start(void)
{
	missing_record(NULL);
}
