/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/auxv.h>

#include "arch.h"
#include "cpu.h"

/* Of the kernel's uapi/asm/cputable.h. */
#define ARCH_3_1 0x00040000UL

static void learn_line(void)
{
	size_t line = getauxval(AT_DCACHEBSIZE);

	if (line != 0 && (line & (line - 1)) == 0)
		__atomic_store_n(&pmem2_line_size, line, __ATOMIC_RELAXED);
}

unsigned pmem2_cpu_features(void)
{
	learn_line();
	return pmem2_cpu_decode(getauxval(AT_HWCAP2) & ARCH_3_1);
}

pmem2_flush_fn pmem2_arch_deep_flush_fn(void)
{
	return NULL;
}
