/* SPDX-License-Identifier: BSD-3-Clause */
/* What a call may do and must have done, whatever the CPU. */
#ifndef PMEM2_TEST_MODEL_CONTRACT_H
#define PMEM2_TEST_MODEL_CONTRACT_H

#include "trace.h"

struct duty {
	uintptr_t dest;
	size_t len;
	size_t line;      /* size */
	bool stores;      /* a copy or fill, not a flush */
	bool writes_back; /* each line of the destination, once, after its last store */
	bool drains;      /* by a fence, after all else */
	bool streams;     /* whole blocks, and nothing else */
	bool aligned;     /* no store crosses a multiple of its width */
};

#define CONTRACT_LEN_MAX 20000

/* NULL, or what is wrong. */
const char *contract_violation(const struct duty *duty, const struct trace *trace);

#endif
