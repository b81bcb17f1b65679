/* SPDX-License-Identifier: BSD-3-Clause */
/* What a mapping can promise: from the media, the system, the config and the environment. */
#ifndef PMEM2_GRANULARITY_H
#define PMEM2_GRANULARITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "libpmem2.h"
#include "os.h"
#include "reason.h"
#include "source.h"

struct pmem2_granularity_facts {
	enum pmem2_source_kind kind;
	pmem2_os_file file;
	dev_t device;
	bool shared;
	bool synchronous; /* MAP_SYNC was granted */
	int refusal;      /* if not, the errno that the system gave */
	bool has_forced;  /* by the config, which goes before the environment */
	enum pmem2_granularity forced;
};

/*
 * Decide the granularity, and compare it with the weakest one accepted. Stores
 * it with its reason in any case. Returns 0, or GRANULARITY_NOT_SUPPORTED with a message
 * that tells why it is no better.
 */
int pmem2_granularity_decide(const struct pmem2_granularity_facts *facts,
			     enum pmem2_granularity required, struct pmem2_reason *reason);

/* What decided when the calling thread was last refused a granularity. */
enum pmem2_granularity_cause pmem2_granularity_last_refusal(void);

#endif
