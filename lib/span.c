/* SPDX-License-Identifier: BSD-3-Clause */
#include "span.h"

#include <stddef.h>

#include "trace.h"

static int compare(const struct pmem2_span *a, const struct pmem2_span *b)
{
	return (a->start > b->start) - (a->start < b->start);
}

/* Not RB_GENERATE_STATIC: libbsd leaves the attribute that it names undefined on Linux. */
RB_GENERATE_INTERNAL(pmem2_span_set, pmem2_span, link, compare, static __attribute__((unused)))

void pmem2_span_add(struct pmem2_span_set *set, struct pmem2_span *span)
{
	PMEM2_INVARIANT(span->start < span->end);
	RB_INSERT(pmem2_span_set, set, span);
}

void pmem2_span_remove(struct pmem2_span_set *set, struct pmem2_span *span)
{
	RB_REMOVE(pmem2_span_set, set, span);
}

struct pmem2_span *pmem2_span_find(struct pmem2_span_set *set, uintptr_t start, uintptr_t end)
{
	struct pmem2_span key = {.start = start};
	struct pmem2_span *after = RB_NFIND(pmem2_span_set, set, &key);
	struct pmem2_span *before = after != NULL ? pmem2_span_prev(after) : pmem2_span_last(set);

	if (before != NULL && before->end > start)
		return before;
	return after != NULL && after->start < end ? after : NULL;
}

struct pmem2_span *pmem2_span_next(struct pmem2_span *span)
{
	return RB_NEXT(pmem2_span_set, NULL, span);
}

struct pmem2_span *pmem2_span_prev(struct pmem2_span *span)
{
	return RB_PREV(pmem2_span_set, NULL, span);
}

struct pmem2_span *pmem2_span_first(struct pmem2_span_set *set)
{
	return RB_MIN(pmem2_span_set, set);
}

struct pmem2_span *pmem2_span_last(struct pmem2_span_set *set)
{
	return RB_MAX(pmem2_span_set, set);
}
