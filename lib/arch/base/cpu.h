/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the folder of a CPU tells about it. Its traits.h has, as macros,
 *
 *	PMEM2_CPU_<name>	a bit for each thing that CPUs differ in
 *	PMEM2_FLUSHES(ROW, stream)	ROW(<name>, stream) for each way to write lines back, best
 *			first; each is such a bit as well
 *	PMEM2_DEEP_FLUSHES(ROW, stream)	the same, of those that only deep flush uses
 *	PMEM2_CPU_WRITE_BACK	the bits of which one is needed to write lines back
 *	PMEM2_CPU_ISA	what its stores are called, in names of rows
 *	PMEM2_CPU_STORES_ANYWHERE	1 if stores to any address are fast, else 0
 *	PMEM2_CPU_STREAMS	1 if there are stores that bypass the cache, else 0
 *	PMEM2_CPU_STREAM_MIN	from how many bytes on they are used without a hint
 */
#ifndef PMEM2_BASE_CPU_H
#define PMEM2_BASE_CPU_H

#include <stddef.h>

#include "traits.h"

#define PMEM2_CPU_none 0U

#pragma GCC visibility push(hidden)

/*
 * Bytes that are written back together, a power of two. Until the CPU was asked, it
 * is the smallest one that the architecture knows, with which no line is skipped.
 */
extern size_t pmem2_line_size;

/*
 * The PMEM2_CPU_ bits of this CPU, for an ifunc resolver with these arguments, and
 * for anybody later. Both store the line size, if they can find it out.
 */
unsigned pmem2_cpu_features_at_load(unsigned long hwcap, const void *more);
unsigned pmem2_cpu_features(void);

#pragma GCC visibility pop

#endif
