/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a mapping has its granularity, or was refused: kept with a map, and put into words. */
#ifndef PMEM2_REASON_H
#define PMEM2_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "libpmem2/ext.h"

#define PMEM2_FORCE_VARIABLE "PMEM2_FORCE_GRANULARITY"

struct pmem2_reason {
	enum pmem2_granularity_cause cause;
	enum pmem2_granularity granularity;
	/* What forces a granularity that this CPU cannot keep; PMEM2_CAUSE_NONE: nothing does. */
	enum pmem2_granularity_cause disobeyed;
	bool possible;     /* false: device dax to which no granularity can be given */
	bool synchronous;  /* MAP_SYNC was granted */
	int refusal;       /* if not, the errno that the system gave */
	int error;         /* of the question whose answer is missing, or 0 */
	char provider[32]; /* of the region's bus */
};

/* The sentence is these strings in a row. */
#define PMEM2_REASON_PIECES 6

struct pmem2_reason_words {
	const char *piece[PMEM2_REASON_PIECES];
};

/* The words point into `reason`. */
void pmem2_reason_put(const struct pmem2_reason *reason, struct pmem2_reason_words *words);

/* Set the message of a refusal, and return its code. */
int pmem2_reason_refuse(const struct pmem2_reason *reason, enum pmem2_granularity required);

/* BYTE, CACHE_LINE or PAGE. */
const char *pmem2_reason_granularity(enum pmem2_granularity granularity);

#endif
