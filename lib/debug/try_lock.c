/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock of the library, and a way to take it that returns in signal handlers too. */
#include "../lock.c" /* NOLINT(bugprone-suspicious-include) */

#include <sched.h>

#include "live.h"

/* Whoever holds the lock is done soon, unless this thread does, under a signal handler. */
#define TRIES 20

bool pmem2_debug_try_lock(void)
{
	for (int i = 0; i < TRIES; i++) {
		if (pthread_mutex_trylock(&mutex) == 0)
			return true;
		sched_yield();
	}
	return false;
}
