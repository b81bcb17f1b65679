/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where to ask the system to put a mapping, so that it lands aligned at the
 * first try: a part of the address space that the system leaves alone when it
 * chooses for itself, starting at a random place for every process. A hint binds nobody:
 * the system may put the mapping elsewhere when the place is taken.
 */
#ifndef PMEM2_ARENA_H
#define PMEM2_ARENA_H

#include <stddef.h>

/*
 * An address for `length` bytes, a multiple of `alignment` (a power of two); NULL when
 * there is no room.
 */
void *pmem2_arena_hint(size_t length, size_t alignment);

#endif
