/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/auxv.h>

#include "arch.h"
#include "cpu.h"
#include "deep.h"
#include "kernels.h"

unsigned pmem2_cpu_features(void)
{
	pmem2_cpu_learn_line();
	return pmem2_cpu_decode(getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
}

pmem2_flush_fn pmem2_cpu_deep_flush(unsigned features)
{
	return (features & PMEM2_CPU_cvadp) ? pmem2_flush_cvadp : NULL;
}

pmem2_flush_fn pmem2_arch_deep_flush_fn(void)
{
	return pmem2_cpu_deep_flush(pmem2_cpu_features());
}
