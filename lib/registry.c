/* SPDX-License-Identifier: BSD-3-Clause */
#include "registry.h"

#include <stddef.h>

#include "lock.h"
#include "trace.h"

static struct pmem2_span_set registry = RB_INITIALIZER(&registry);

static struct pmem2_registered *entry_of(struct pmem2_span *span)
{
	return (struct pmem2_registered *)((char *)span - offsetof(struct pmem2_registered, span));
}

static void insert(struct pmem2_registered *entry)
{
	static uint64_t inserted;

	entry->live = true;
	entry->number = ++inserted;
	PMEM2_INVARIANT(entry->span.start <= entry->span.end);
	PMEM2_INVARIANT(pmem2_span_find(&registry, entry->span.start, entry->span.end) == NULL);
	if (entry->span.start != entry->span.end)
		pmem2_span_add(&registry, &entry->span);
}

static void evict(uintptr_t start, uintptr_t end)
{
	struct pmem2_span *stale;

	while ((stale = pmem2_span_find(&registry, start, end)) != NULL) {
		PMEM2_TRACE_DONE("somebody else unmapped the map at %p", (void *)stale->start);
		pmem2_span_remove(&registry, stale);
		entry_of(stale)->live = false;
	}
}

void pmem2_registry_add(struct pmem2_registered *entry)
{
	pmem2_lock();
	evict(entry->span.start, entry->span.end);
	insert(entry);
	pmem2_unlock();
}

void pmem2_registry_evict(uintptr_t start, uintptr_t end)
{
	pmem2_lock();
	evict(start, end);
	pmem2_unlock();
}

bool pmem2_registry_claim(struct pmem2_registered *entry)
{
	const struct pmem2_span *span = &entry->span;
	bool free;

	pmem2_lock();
	free = span->start == span->end ||
	       pmem2_span_find(&registry, span->start, span->end) == NULL;
	if (free)
		insert(entry);
	pmem2_unlock();
	return free;
}

bool pmem2_registry_remove(struct pmem2_registered *entry)
{
	bool live;

	pmem2_lock();
	live = entry->live;
	if (live && entry->span.start != entry->span.end)
		pmem2_span_remove(&registry, &entry->span);
	entry->live = false;
	pmem2_unlock();
	return live;
}

bool pmem2_registry_find(uintptr_t start, uintptr_t end, struct pmem2_registered *found)
{
	struct pmem2_span *span;

	pmem2_lock();
	span = pmem2_span_find(&registry, start, end);
	if (span != NULL)
		*found = *entry_of(span);
	pmem2_unlock();
	if (span == NULL)
		return false;
	if (found->span.start < start)
		found->span.start = start;
	if (found->span.end > end)
		found->span.end = end;
	return true;
}
