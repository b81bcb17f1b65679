/* SPDX-License-Identifier: BSD-3-Clause */
#include "lock.h"

#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t preparing = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool prepared;

void pmem2_lock(void)
{
	pthread_mutex_lock(&mutex);
}

void pmem2_unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

/* Not pthread_once, because an attempt that ran out of memory may be repeated. */
int pmem2_lock_prepare(void)
{
	int error = 0;

	if (atomic_load_explicit(&prepared, memory_order_acquire))
		return 0;
	pthread_mutex_lock(&preparing);
	if (!atomic_load(&prepared)) {
		error = pthread_atfork(pmem2_lock, pmem2_unlock, pmem2_unlock);
		atomic_store_explicit(&prepared, error == 0, memory_order_release);
	}
	pthread_mutex_unlock(&preparing);
	return -error;
}

/* Before there are threads whose fork could catch another one in the middle of this. */
__attribute__((constructor)) static void prepare_at_start(void)
{
	(void)pmem2_lock_prepare();
}
