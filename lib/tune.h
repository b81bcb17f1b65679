/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PMEM_ environment variables that restrict which functions of this CPU are used.
 * They are read once, when the library is loaded or at the first mapping,
 * whichever comes first, and not in set-user-id programs.
 */
#ifndef PMEM2_TUNE_H
#define PMEM2_TUNE_H

struct pmem2_arch_row;
struct pmem2_arch_tune;

/* Read the variables unless that has been done. Cheap when it has. */
void pmem2_tune_load(void);

/* The row that the variables ask for, or NULL when none is set. */
const struct pmem2_arch_row *pmem2_tune_row(void);

/* Decode the variables as `get` (getenv's contract) finds them; whether any asks for something. */
int pmem2_tune_decode(char *(*get)(const char *name), struct pmem2_arch_tune *tune);

#endif
