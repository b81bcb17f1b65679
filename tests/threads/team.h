/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that do the same thing at the same time. */
#ifndef PMEM2_TEST_TEAM_H
#define PMEM2_TEST_TEAM_H

#include <stdbool.h>

#define TEAM_SIZE 4

/*
 * Run `work(number)` in TEAM_SIZE threads, with numbers from 0 on, until all have
 * returned. Fails the test when a requirement was not met.
 */
void team_run(void (*work)(unsigned number));

/* The same, but return at once; team_finish waits, after telling the threads that team_is_done. */
void team_start(void (*work)(unsigned number));
void team_finish(void);
bool team_is_done(void);

/* For use in the threads, where Check's assertions would end the program too early. */
#define require(condition) team_require((condition), #condition, __FILE__, __LINE__)
void team_require(bool met, const char *condition, const char *file, int line);

/* Whether all requirements were met so far, for child processes, in which no test can fail. */
bool team_is_well(void);

#endif
