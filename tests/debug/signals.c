/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persists memory from a signal handler while the program maps and deletes: the functions may be
 * called there, whatever the library was doing.
 */
#include <errno.h>
#include <libpmem2.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

#define ROUNDS 20000
#define LENGTH 4096

static pmem2_persist_fn persist;
static char *memory;
static volatile int handled;

static void handle(int signal)
{
	(void)signal;
	persist(memory, LENGTH);
	handled++;
}

static struct pmem2_map *map(void)
{
	struct pmem2_source *src = NULL;
	struct pmem2_config *cfg = NULL;
	struct pmem2_map *created = NULL;

	if (pmem2_source_from_anon(&src, LENGTH) == 0 && pmem2_config_new(&cfg) == 0) {
		pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE);
		(void)pmem2_map_new(&created, cfg, src);
		pmem2_config_delete(&cfg);
		pmem2_source_delete(&src);
	}
	return created;
}

int main(void)
{
	const struct itimerval often = {{0, 100}, {0, 100}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	struct pmem2_map *kept = map();
	int mapped = 0;

	if (kept == NULL)
		return 1;
	persist = pmem2_get_persist_fn(kept);
	memory = (char *)pmem2_map_get_address(kept);
	if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &often, NULL) != 0)
		return 1;
	for (int i = 0; i < ROUNDS; i++) {
		struct pmem2_map *more = map();
		mapped += more != NULL && pmem2_map_delete(&more) == 0;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	printf("%d maps, %s\n", mapped, handled > 100 ? "many signals" : "few signals");
	return 0;
}
