/* SPDX-License-Identifier: BSD-3-Clause */
#include "tune.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "trace.h"

static _Atomic(const struct pmem2_arch_row *) tuned;
static atomic_bool loaded;

static bool is_set_to(const char *value, const char *wanted)
{
	return value != NULL && strcmp(value, wanted) == 0;
}

/* A whole decimal number of bytes; anything else is ignored. */
static bool decode_threshold(const char *value, size_t *threshold)
{
	char *end;
	unsigned long long number;

	if (value == NULL || value[0] < '0' || value[0] > '9')
		return false;
	errno = 0;
	number = strtoull(value, &end, 10);
	if (errno != 0 || *end != '\0' || number > SIZE_MAX)
		return false;
	*threshold = (size_t)number;
	return true;
}

int pmem2_tune_decode(char *(*get)(const char *name), struct pmem2_arch_tune *tune)
{
	const char *movdir64b = get("PMEM_MOVDIR64B");

	memset(tune, 0, sizeof(*tune));
	tune->no_clwb = is_set_to(get("PMEM_NO_CLWB"), "1");
	tune->no_clflushopt = is_set_to(get("PMEM_NO_CLFLUSHOPT"), "1");
	tune->no_movnt = is_set_to(get("PMEM_NO_MOVNT"), "1");
	tune->no_avx = is_set_to(get("PMEM_AVX"), "0");
	tune->no_avx512f = is_set_to(get("PMEM_AVX512F"), "0");
	tune->movdir64b = movdir64b != NULL && strcmp(movdir64b, "0") != 0;
	tune->has_movnt_threshold =
		decode_threshold(get("PMEM_MOVNT_THRESHOLD"), &tune->movnt_threshold);
	return tune->no_clwb || tune->no_clflushopt || tune->no_movnt || tune->no_avx ||
	       tune->no_avx512f || tune->movdir64b || tune->has_movnt_threshold;
}

static char *trusted_env(const char *name)
{
	int error = errno;
	char *value = secure_getenv(name); /* NOLINT(concurrency-mt-unsafe) */

	errno = error;
	return value;
}

/* Threads that come here together read the same environment and store the same row. */
void pmem2_tune_load(void)
{
	struct pmem2_arch_tune tune;

	if (atomic_load_explicit(&loaded, memory_order_acquire))
		return;
	if (pmem2_tune_decode(trusted_env, &tune))
		atomic_store_explicit(&tuned, pmem2_arch_tuned_row(&tune), memory_order_relaxed);
	atomic_store_explicit(&loaded, true, memory_order_release);
	PMEM2_TRACE_DONE("functions %s%s", (tuned != NULL ? tuned : pmem2_arch_bound_row())->name,
			 tuned != NULL ? ", for PMEM_ variables are set" : "");
}

__attribute__((constructor)) static void load_at_start(void)
{
	pmem2_tune_load();
}

const struct pmem2_arch_row *pmem2_tune_row(void)
{
	return atomic_load_explicit(&tuned, memory_order_relaxed);
}
