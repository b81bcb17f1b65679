/* SPDX-License-Identifier: BSD-3-Clause */
#include "granularity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arch.h"
#include "devnode.h"
#include "err.h"
#include "trace.h"

static _Thread_local enum pmem2_granularity_cause last_refusal;

static bool forced_by_environment(enum pmem2_granularity *granularity)
{
	static const struct {
		const char *value;
		enum pmem2_granularity granularity;
	} values[] = {
		{"BYTE", PMEM2_GRANULARITY_BYTE},
		{"CACHE_LINE", PMEM2_GRANULARITY_CACHE_LINE},
		{"CACHELINE", PMEM2_GRANULARITY_CACHE_LINE},
		{"PAGE", PMEM2_GRANULARITY_PAGE},
	};
	const char *value = secure_getenv(PMEM2_FORCE_VARIABLE); /* NOLINT(concurrency-mt-unsafe) */

	if (value == NULL)
		return false;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (strcasecmp(value, values[i].value) == 0) {
			*granularity = values[i].granularity;
			return true;
		}
	}
	return false;
}

static void settle(struct pmem2_reason *reason, enum pmem2_granularity_cause cause,
		   enum pmem2_granularity granularity)
{
	reason->cause = cause;
	reason->granularity = granularity;
}

/* Nothing is promised: device dax has no fsync to fall back on. */
static void rule_out(struct pmem2_reason *reason, enum pmem2_granularity_cause cause)
{
	settle(reason, cause, PMEM2_GRANULARITY_PAGE);
	reason->possible = false;
}

/* The region behind the file system has persistent CPU caches; the file may not lie there. */
static void judge_place(const struct pmem2_granularity_facts *facts, struct pmem2_reason *reason)
{
	int elsewhere = 0;

	if (facts->kind == PMEM2_SOURCE_FILE)
		elsewhere = pmem2_os_is_elsewhere(facts->file);
	if (elsewhere == 0) {
		settle(reason, PMEM2_CAUSE_CPU_CACHE, PMEM2_GRANULARITY_BYTE);
		return;
	}
	settle(reason, PMEM2_CAUSE_REALTIME_DEVICE, PMEM2_GRANULARITY_CACHE_LINE);
	reason->error = elsewhere < 0 ? -elsewhere : 0;
}

/*
 * An unreadable region may be one that needs a flush call, and device dax does not refuse
 * MAP_SYNC over it.
 */
static void judge_unreadable(bool dax, int error, struct pmem2_reason *reason)
{
	settle(reason, PMEM2_CAUSE_REGION_UNREADABLE, PMEM2_GRANULARITY_CACHE_LINE);
	reason->error = error;
	if (dax)
		rule_out(reason, PMEM2_CAUSE_REGION_UNREADABLE);
}

/* MAP_SYNC was granted: what the region behind the device says decides. */
static void judge_region(const struct pmem2_granularity_facts *facts, struct pmem2_reason *reason)
{
	bool dax = facts->kind == PMEM2_SOURCE_DEVDAX;
	struct pmem2_devnode_region region;

	pmem2_devnode_region(dax ? PMEM2_DEVNODE_CHAR : PMEM2_DEVNODE_BLOCK, facts->device,
			     &region);
	memcpy(reason->provider, region.provider, sizeof(reason->provider));
	if (region.explicit_flush && dax)
		rule_out(reason, PMEM2_CAUSE_EXPLICIT_FLUSH);
	else if (!region.found && region.error != -ENOENT)
		judge_unreadable(dax, -region.error, reason);
	else if (!region.found)
		settle(reason, PMEM2_CAUSE_NO_REGION, PMEM2_GRANULARITY_CACHE_LINE);
	else if (region.cpu_cache && !region.explicit_flush)
		judge_place(facts, reason);
	else
		settle(reason, PMEM2_CAUSE_NO_CPU_CACHE, PMEM2_GRANULARITY_CACHE_LINE);
}

/* What the config or the environment asks for; PMEM2_CAUSE_NONE for nothing. */
static enum pmem2_granularity_cause find_forced(const struct pmem2_granularity_facts *facts,
						enum pmem2_granularity *forced)
{
	if (facts->has_forced) {
		*forced = facts->forced;
		return PMEM2_CAUSE_CONFIG;
	}
	return forced_by_environment(forced) ? PMEM2_CAUSE_ENVIRONMENT : PMEM2_CAUSE_NONE;
}

static void judge_shared(const struct pmem2_granularity_facts *facts, struct pmem2_reason *reason)
{
	enum pmem2_granularity forced;
	enum pmem2_granularity_cause by = find_forced(facts, &forced);

	if (by != PMEM2_CAUSE_NONE &&
	    (forced == PMEM2_GRANULARITY_PAGE || pmem2_arch_has_writeback())) {
		settle(reason, by, forced);
	} else if (!pmem2_arch_has_writeback()) {
		reason->disobeyed = by;
		if (facts->kind == PMEM2_SOURCE_FILE)
			settle(reason, PMEM2_CAUSE_NO_WRITEBACK, PMEM2_GRANULARITY_PAGE);
		else
			rule_out(reason, PMEM2_CAUSE_NO_WRITEBACK);
	} else if (!facts->synchronous) {
		settle(reason, PMEM2_CAUSE_NO_MAP_SYNC, PMEM2_GRANULARITY_PAGE);
	} else {
		judge_region(facts, reason);
	}
}

static void judge(const struct pmem2_granularity_facts *facts, struct pmem2_reason *reason)
{
	*reason = (struct pmem2_reason){
		.possible = true,
		.synchronous = facts->synchronous,
		.refusal = facts->refusal,
	};
	if (facts->kind == PMEM2_SOURCE_ANON || !facts->shared)
		settle(reason, PMEM2_CAUSE_NOT_SHARED, PMEM2_GRANULARITY_BYTE);
	else
		judge_shared(facts, reason);
}

static int refuse(const struct pmem2_reason *reason, enum pmem2_granularity required)
{
	last_refusal = reason->cause;
	if (reason->cause == PMEM2_CAUSE_REGION_UNREADABLE && !reason->possible)
		return pmem2_fail_errno(
			reason->error,
			"granularity: looking in sysfs for the region beneath device dax");
	return pmem2_reason_refuse(reason, required);
}

int pmem2_granularity_decide(const struct pmem2_granularity_facts *facts,
			     enum pmem2_granularity required, struct pmem2_reason *reason)
{
	judge(facts, reason);
	PMEM2_TRACE_DETAIL("%s for cause %d, possible %d, %s required; synchronous %d, refusal %d",
			   pmem2_reason_granularity(reason->granularity), (int)reason->cause,
			   reason->possible, pmem2_reason_granularity(required), facts->synchronous,
			   facts->refusal);
	if (!reason->possible || reason->granularity > required)
		return refuse(reason, required);
	return 0;
}

enum pmem2_granularity_cause pmem2_granularity_last_refusal(void)
{
	return last_refusal;
}
