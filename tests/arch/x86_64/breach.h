/* SPDX-License-Identifier: BSD-3-Clause */
/* Ways to break the contract, tried on the trace of a call that keeps it. */
#ifndef PMEM2_TEST_BREACH_H
#define PMEM2_TEST_BREACH_H

#include "contract.h"

struct breach {
	const char *name;
	size_t event; /* what it was done to */
};

/*
 * The name is NULL when the contract noticed every removal, repetition, shift and
 * split of each event; else that of one it did not notice. The trace ends up as
 * it was.
 */
struct breach breach_unnoticed(const struct call *call, const struct traits *traits,
			       struct trace *trace);

#endif
