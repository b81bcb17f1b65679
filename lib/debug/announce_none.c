/* SPDX-License-Identifier: BSD-3-Clause */
#include "announce.h"

const char *const pmem2_announce_audience = "no tool of Valgrind";

void pmem2_announce_map(int file, const void *addr, size_t length, size_t offset)
{
}

void pmem2_announce_unmap(const void *addr, size_t length)
{
}

void pmem2_announce_flush(const void *addr, size_t length)
{
}

void pmem2_announce_fence(void)
{
}

void pmem2_announce_use(const void *addr, size_t length)
{
}
