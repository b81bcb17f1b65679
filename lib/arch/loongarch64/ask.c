/* SPDX-License-Identifier: BSD-3-Clause */
#include "arch.h"
#include "cpu.h"

unsigned pmem2_cpu_features(void)
{
	return 0;
}

pmem2_flush_fn pmem2_arch_deep_flush_fn(void)
{
	return NULL;
}
