/* SPDX-License-Identifier: BSD-3-Clause */
/* The one change that would improve a granularity. */
#ifndef EXPLAIN_ADVICE_H
#define EXPLAIN_ADVICE_H

#include "facts.h"
#include "lines.h"

/*
 * `advice` gets nothing when the granularity is BYTE already; else one sentence, and where there is
 * one, a second line with the command.
 */
void explain_advise(struct explain_lines *advice, const struct explain_facts *facts);

#endif
