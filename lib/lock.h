/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one lock of the library. It guards the registry of live maps and what
 * lies in each reservation, and is held for a few steps in a tree only, never during a
 * system call. A fork waits for it, so that a child finds it free.
 */
#ifndef PMEM2_LOCK_H
#define PMEM2_LOCK_H

/*
 * To be called before the lock's first use. Done when the library is loaded; a
 * negative errno without a message when fork cannot be watched.
 */
int pmem2_lock_prepare(void);

void pmem2_lock(void);
void pmem2_unlock(void);

#endif
