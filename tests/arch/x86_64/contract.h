/* SPDX-License-Identifier: BSD-3-Clause */
/* What a copy, fill, flush or persist owes to durability, checked against its trace. */
#ifndef PMEM2_TEST_CONTRACT_H
#define PMEM2_TEST_CONTRACT_H

#include "arch.h"
#include "trace.h"

enum operation { OPERATION_MEMMOVE, OPERATION_MEMSET, OPERATION_FLUSH, OPERATION_PERSIST };

enum streaming { STREAMING_FIXED, STREAMING_TUNED, STREAMING_NEVER };

/* What the functions of a row promise. */
struct traits {
	bool flushes; /* CACHE_LINE, not BYTE */
	enum event_kind flush;
	enum streaming streaming;
	size_t lines_min; /* of STREAMING_FIXED: how many bytes of whole lines are streamed */
	size_t threshold; /* of STREAMING_TUNED */
};

struct call {
	enum operation operation;
	uintptr_t dest, src;
	size_t len;
	unsigned flags;
	/* All memory that the call might wrongly reach. */
	uintptr_t arena_start, arena_end;
};

struct traits traits_of(const struct pmem2_arch_row *row, bool flushes);

/* NULL, or what is wrong with the trace of the call. */
const char *contract_violation(const struct call *call, const struct traits *traits,
			       const struct trace *trace);

#endif
