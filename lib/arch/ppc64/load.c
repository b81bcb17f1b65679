/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Resolvers get no AT_HWCAP2. What gcc asks instead glibc keeps beside the thread
 * pointer, and fills in before the first resolver runs. The line size has to wait.
 */
#include "arch/resolver.h"
#include "cpu.h"

RESOLVER unsigned pmem2_cpu_features_at_load(unsigned long hwcap, const void *more)
{
	(void)hwcap;
	(void)more;
	return pmem2_cpu_decode(__builtin_cpu_supports("arch_3_1") != 0);
}
