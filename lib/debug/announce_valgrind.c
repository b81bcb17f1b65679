/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdint.h>
#include <valgrind/memcheck.h>

#include "announce.h"
#include "pmemcheck.h"

const char *const pmem2_announce_audience = "memcheck and pmemcheck";

static void request(uintptr_t number, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
	VALGRIND_DO_CLIENT_REQUEST_STMT(number, a, b, c, d, 0);
}

void pmem2_announce_map(int file, const void *addr, size_t length, size_t offset)
{
	request(PMEMCHECK_REGISTER_MAPPING, (uintptr_t)addr, length, 0, 0);
	if (file >= 0)
		request(PMEMCHECK_REGISTER_FILE, (uintptr_t)file, (uintptr_t)addr, length, offset);
}

void pmem2_announce_unmap(const void *addr, size_t length)
{
	request(PMEMCHECK_REMOVE_MAPPING, (uintptr_t)addr, length, 0, 0);
}

void pmem2_announce_flush(const void *addr, size_t length)
{
	request(PMEMCHECK_FLUSH, (uintptr_t)addr, length, 0, 0);
}

void pmem2_announce_fence(void)
{
	request(PMEMCHECK_FENCE, 0, 0, 0, 0);
}

void pmem2_announce_use(const void *addr, size_t length)
{
	(void)VALGRIND_CHECK_MEM_IS_ADDRESSABLE(addr, length);
}
