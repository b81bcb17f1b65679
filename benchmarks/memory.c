/* SPDX-License-Identifier: BSD-3-Clause */
#include "memory.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

char *bench_memory(size_t size)
{
	char *addr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (addr == MAP_FAILED)
		err(EXIT_FAILURE, "mapping %zu bytes", size);
	memset(addr, 1, size);
	return addr;
}
