/* SPDX-License-Identifier: BSD-3-Clause */
/* What glibc tells ifunc resolvers: sys/ifunc.h, since 2.30. */
#include "arch/resolver.h"
#include "cpu.h"

/* Says that there is a second argument. */
#define HAS_MORE (1UL << 62)

struct more {
	unsigned long size;
	unsigned long hwcap;
	unsigned long hwcap2;
};

RESOLVER unsigned pmem2_cpu_features_at_load(unsigned long hwcap, const void *more)
{
	unsigned long hwcap2 = 0;

	pmem2_cpu_learn_line();
	if ((hwcap & HAS_MORE) && ((const struct more *)more)->size >= sizeof(struct more))
		hwcap2 = ((const struct more *)more)->hwcap2;
	return pmem2_cpu_decode(hwcap, hwcap2);
}
