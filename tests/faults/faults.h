/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the library and the C library: every allocation and system call of lib/
 * comes by here (the linker's --wrap) and can be made to fail. Also stands in for
 * devices that the machine lacks.
 */
#ifndef PMEM2_TEST_FAULTS_H
#define PMEM2_TEST_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * From now on count the calling thread's calls, only those named `only` unless
 * that is NULL, and let the `nth` fail: allocations with ENOMEM, others with `error`;
 * a write with error 0 writes only a part.
 */
void faults_arm(unsigned nth, const char *only, int error);

/* Let all calls through again. The name of the call that failed, NULL when none did. */
const char *faults_disarm(void);

/* Blocks allocated and not freed so far. */
size_t faults_live_allocations(void);

/* What a failing munmap left mapped: how many bytes; let it stay, or give it back. */
size_t faults_refused_bytes(void);
void faults_forget_refused(void);
void faults_release_refused(void);

/* Whether the last msync to wait for the medium, and to succeed, was of all this. */
bool faults_synced(const void *addr, size_t length);

/*
 * Let `fd` be that of a character device or of a file on a block device, of number
 * `device`, that supports MAP_SYNC.
 */
void faults_fake_device(int fd, bool character, dev_t device);

/* Let `fd` be that of a file on hugetlbfs, with pages of 2 MiB. */
void faults_fake_huge(int fd);

/* Let the next `count` mappings of this thread with a hint land one page behind it. */
void faults_misplace(unsigned count);

/*
 * Called before an mmap at a fixed place fails: may unmap the place, as Linux
 * does at times.
 */
extern void (*faults_at_fixed_place)(void *addr, size_t length);

/*
 * To be called first in a program whose library is to be loaded while the system
 * refuses random numbers, the time and fork handlers: starts the program anew so.
 */
void faults_restart_struck(void);
bool faults_struck_at_load(void);

#endif
