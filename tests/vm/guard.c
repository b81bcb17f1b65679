/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * usage: guard DEVICE BAD
 *
 * Reads and writes device dax through the library from several threads, at the bad page at offset
 * BAD and at good ones, while other threads run into the bad page by themselves, which the
 * program's own handler of SIGBUS must see; one does so when all others have ended. Tells, in
 * lines of a name and an answer, how often each had the outcome it must have, of how many times.
 */
#include <fcntl.h>
#include <libpmem2.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_SIZE 4096
#define GUARDED 4
#define UNGUARDED 2
#define ROUNDS 100

static int device;
static size_t bad_offset;

static atomic_int bad_reads, bad_writes, good_writes, good_reads, caught;
static atomic_int handled;

static _Thread_local sigjmp_buf out;
static _Thread_local volatile sig_atomic_t expecting;

static void handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (!expecting || info->si_code <= 0)
		_exit(3);
	atomic_fetch_add(&handled, 1);
	siglongjmp(out, 1);
}

/* A page of its own for each thread, next to the bad one and after it. */
static size_t good_offset(size_t thread)
{
	return bad_offset + (thread + 1) * PAGE_SIZE;
}

static void use_good_page(struct pmem2_source *src, size_t thread, int round)
{
	char written[PAGE_SIZE];
	char read[PAGE_SIZE] = "";

	memset(written, (int)thread * ROUNDS + round, sizeof(written));
	if (pmem2_source_pwrite_mcsafe(src, written, PAGE_SIZE, good_offset(thread)) == 0)
		atomic_fetch_add(&good_writes, 1);
	if (pmem2_source_pread_mcsafe(src, read, PAGE_SIZE, good_offset(thread)) == 0 &&
	    memcmp(read, written, PAGE_SIZE) == 0)
		atomic_fetch_add(&good_reads, 1);
}

static void use_bad_page(struct pmem2_source *src)
{
	char bytes[PAGE_SIZE] = "";

	if (pmem2_source_pread_mcsafe(src, bytes, PAGE_SIZE, bad_offset) == PMEM2_E_IO_FAIL)
		atomic_fetch_add(&bad_reads, 1);
	if (pmem2_source_pwrite_mcsafe(src, bytes, PAGE_SIZE, bad_offset) == PMEM2_E_IO_FAIL)
		atomic_fetch_add(&bad_writes, 1);
}

static void *run_guarded(void *argument)
{
	struct pmem2_source *src;

	if (pmem2_source_from_fd(&src, device) != 0)
		exit(2);
	for (int round = 0; round < ROUNDS; round++) {
		use_good_page(src, *(size_t *)argument, round);
		use_bad_page(src);
	}
	(void)pmem2_source_delete(&src);
	return NULL;
}

static void *run_unguarded(void *argument)
{
	volatile const char *page =
		mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, device, (off_t)bad_offset);

	(void)argument;
	if (page == MAP_FAILED)
		exit(2);
	for (volatile int round = 0; round < ROUNDS; round++) {
		expecting = 1;
		if (sigsetjmp(out, 1) == 0)
			(void)*page;
		else
			atomic_fetch_add(&caught, 1);
		expecting = 0;
	}
	return NULL;
}

static void run_all(void)
{
	static size_t numbers[GUARDED + UNGUARDED];
	pthread_t threads[GUARDED + UNGUARDED];

	for (size_t i = 0; i < GUARDED + UNGUARDED; i++) {
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, i < GUARDED ? run_guarded : run_unguarded,
				   &numbers[i]) != 0)
			exit(2);
	}
	for (size_t i = 0; i < GUARDED + UNGUARDED; i++)
		(void)pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};

	if (argc != 3 || (device = open(argv[1], O_RDWR)) < 0)
		return 2;
	bad_offset = strtoull(argv[2], NULL, 10);
	(void)sigaction(SIGBUS, &action, NULL);
	run_all();
	(void)run_unguarded(NULL);
	printf("good_writes %d of %d\n", good_writes, GUARDED * ROUNDS);
	printf("good_reads %d of %d\n", good_reads, GUARDED * ROUNDS);
	printf("bad_reads %d of %d\n", bad_reads, GUARDED * ROUNDS);
	printf("bad_writes %d of %d\n", bad_writes, GUARDED * ROUNDS);
	printf("caught %d of %d\n", caught, (UNGUARDED + 1) * ROUNDS);
	printf("handled %d of %d\n", handled, (UNGUARDED + 1) * ROUNDS);
	return 0;
}
