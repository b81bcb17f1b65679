/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts for tests to change: what a file on a well set up ext4 on ADR memory has. */
#ifndef EXPLAIN_TEST_SAMPLE_H
#define EXPLAIN_TEST_SAMPLE_H

#include "facts.h"

struct explain_facts sample_fsdax(void);

/* The same, where the system refuses MAP_SYNC. */
struct explain_facts sample_refused(void);

struct explain_facts sample_devdax(void);

#endif
