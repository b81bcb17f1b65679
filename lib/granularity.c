/* SPDX-License-Identifier: BSD-3-Clause */
#include "granularity.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "arch.h"
#include "devnode.h"
#include "err.h"
#include "trace.h"

#define VARIABLE "PMEM2_FORCE_GRANULARITY"

enum cause {
	CAUSE_PRIVATE,        /* anonymous or private: nothing outlives the process */
	CAUSE_FORCED,         /* by the environment */
	CAUSE_NO_SYNC,        /* no synchronous DAX mapping */
	CAUSE_NO_WRITEBACK,   /* this CPU lets no program write lines back */
	CAUSE_NOT_OBEYED,     /* so that the environment cannot force what needs that */
	CAUSE_EXPLICIT_FLUSH, /* the region needs a call that device dax does not offer */
	CAUSE_UNREADABLE,     /* which region it is could not be read */
	CAUSE_ELSEWHERE,      /* the file may lie on another device than its file system's */
	CAUSE_NO_REGION,      /* whether CPU caches are protected is unknown */
	CAUSE_NO_CPU_CACHE,   /* CPU caches are not protected */
	CAUSE_CPU_CACHE
};

struct verdict {
	enum cause cause;
	bool possible;
	enum pmem2_granularity granularity;
	struct pmem2_devnode_region region;
	int elsewhere; /* see pmem2_os_is_elsewhere */
};

static const char *const names[] = {
	[PMEM2_GRANULARITY_BYTE] = "BYTE",
	[PMEM2_GRANULARITY_CACHE_LINE] = "CACHE_LINE",
	[PMEM2_GRANULARITY_PAGE] = "PAGE",
};

static bool forced_granularity(enum pmem2_granularity *granularity)
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
	const char *value = secure_getenv(VARIABLE); /* NOLINT(concurrency-mt-unsafe) */

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

static void settle(struct verdict *verdict, enum cause cause, enum pmem2_granularity granularity)
{
	verdict->cause = cause;
	verdict->granularity = granularity;
	verdict->possible = true;
}

/* The region behind the file system has persistent CPU caches; the file may not lie there. */
static void judge_place(const struct pmem2_granularity_facts *facts, struct verdict *verdict)
{
	if (facts->kind == PMEM2_SOURCE_FILE)
		verdict->elsewhere = pmem2_os_is_elsewhere(facts->file);
	if (verdict->elsewhere == 0)
		settle(verdict, CAUSE_CPU_CACHE, PMEM2_GRANULARITY_BYTE);
	else
		settle(verdict, CAUSE_ELSEWHERE, PMEM2_GRANULARITY_CACHE_LINE);
}

/* MAP_SYNC was granted: what the region behind the device says decides. */
static void judge_region(const struct pmem2_granularity_facts *facts, struct verdict *verdict)
{
	bool dax = facts->kind == PMEM2_SOURCE_DEVDAX;
	struct pmem2_devnode_region *region = &verdict->region;

	pmem2_devnode_region(dax ? PMEM2_DEVNODE_CHAR : PMEM2_DEVNODE_BLOCK, facts->device, region);
	if (region->explicit_flush && dax) {
		verdict->cause = CAUSE_EXPLICIT_FLUSH;
		verdict->possible = false;
	} else if (!region->found && region->error != -ENOENT) {
		settle(verdict, CAUSE_UNREADABLE, PMEM2_GRANULARITY_CACHE_LINE);
		/* It may be one that needs a flush call, and device dax does not refuse MAP_SYNC
		 * over it. */
		verdict->possible = !dax;
	} else if (!region->found) {
		settle(verdict, CAUSE_NO_REGION, PMEM2_GRANULARITY_CACHE_LINE);
	} else if (region->cpu_cache && !region->explicit_flush) {
		judge_place(facts, verdict);
	} else {
		settle(verdict, CAUSE_NO_CPU_CACHE, PMEM2_GRANULARITY_CACHE_LINE);
	}
}

static void judge(const struct pmem2_granularity_facts *facts, struct verdict *verdict)
{
	enum pmem2_granularity forced;
	bool is_forced;

	verdict->region.provider[0] = '\0';
	verdict->elsewhere = 0;
	if (facts->kind == PMEM2_SOURCE_ANON || !facts->shared) {
		settle(verdict, CAUSE_PRIVATE, PMEM2_GRANULARITY_BYTE);
		return;
	}
	is_forced = forced_granularity(&forced);
	if (is_forced && (forced == PMEM2_GRANULARITY_PAGE || pmem2_arch_has_writeback())) {
		settle(verdict, CAUSE_FORCED, forced);
	} else if (!pmem2_arch_has_writeback()) {
		settle(verdict, is_forced ? CAUSE_NOT_OBEYED : CAUSE_NO_WRITEBACK,
		       PMEM2_GRANULARITY_PAGE);
		/* Device dax has no fsync to fall back on. */
		verdict->possible = facts->kind == PMEM2_SOURCE_FILE;
	} else if (!facts->synchronous) {
		settle(verdict, CAUSE_NO_SYNC, PMEM2_GRANULARITY_PAGE);
	} else {
		judge_region(facts, verdict);
	}
}

static int refuse_unreadable(const struct pmem2_granularity_facts *facts, int error,
			     const char *wanted)
{
	if (facts->kind == PMEM2_SOURCE_DEVDAX)
		return pmem2_fail_errno(
			-error, "granularity: looking in sysfs for the region beneath device dax");
	return pmem2_fail(PMEM2_E_GRANULARITY_NOT_SUPPORTED,
			  "granularity %s is required, but CACHE_LINE is what is known to hold: "
			  "the region that might promise more could not be read from sysfs: %s",
			  wanted, pmem2_errno_text(-error));
}

static int refuse_elsewhere(int elsewhere, const char *wanted)
{
	if (elsewhere < 0)
		return pmem2_fail(PMEM2_E_GRANULARITY_NOT_SUPPORTED,
				  "granularity %s is required, but CACHE_LINE is what is known to "
				  "hold: whether the file lies on the realtime device of its file "
				  "system could not be found out: %s",
				  wanted, pmem2_errno_text(-elsewhere));
	return pmem2_fail(PMEM2_E_GRANULARITY_NOT_SUPPORTED,
			  "granularity %s is required, but CACHE_LINE is what is known to hold: "
			  "the file lies on the realtime device of its file system, of which no "
			  "NVDIMM region was identified",
			  wanted);
}

static int refuse(const struct pmem2_granularity_facts *facts, const struct verdict *verdict,
		  enum pmem2_granularity required)
{
	const int code = PMEM2_E_GRANULARITY_NOT_SUPPORTED;
	const char *wanted = names[required];

	switch (verdict->cause) {
	case CAUSE_FORCED:
		return pmem2_fail(
			code,
			"granularity %s is required, but the environment variable " VARIABLE
			" forces %s (the system %s a synchronous DAX mapping%s%s)",
			wanted, names[verdict->granularity],
			facts->synchronous ? "granted" : "refused", facts->synchronous ? "" : ": ",
			facts->synchronous ? "" : pmem2_errno_text(facts->refusal));
	case CAUSE_NO_SYNC:
		return pmem2_fail(
			code,
			"granularity %s is required, but PAGE is all there is: the system "
			"refused a synchronous DAX mapping (MAP_SYNC: %s)",
			wanted, pmem2_errno_text(facts->refusal));
	case CAUSE_NO_WRITEBACK:
	case CAUSE_NOT_OBEYED:
		return pmem2_fail(
			code,
			"granularity %s is required, but %s: the library knows no way for "
			"programs to write cache lines back on this CPU%s",
			wanted,
			verdict->possible ? "PAGE is all there is"
					  : "device dax cannot be made durable",
			verdict->cause == CAUSE_NOT_OBEYED ? ", for which reason " VARIABLE
							     " is not obeyed"
							   : "");
	case CAUSE_EXPLICIT_FLUSH:
		return pmem2_fail(
			code,
			"granularity %s is required, but device dax over provider \"%s\" "
			"cannot be made durable: its region needs a flush call that device "
			"dax does not offer",
			wanted, verdict->region.provider);
	case CAUSE_UNREADABLE:
		return refuse_unreadable(facts, verdict->region.error, wanted);
	case CAUSE_ELSEWHERE:
		return refuse_elsewhere(verdict->elsewhere, wanted);
	case CAUSE_NO_REGION:
		return pmem2_fail(code,
				  "granularity %s is required, but CACHE_LINE is what is known to "
				  "hold: no NVDIMM region was identified that would promise "
				  "persistent CPU caches",
				  wanted);
	default:
		return pmem2_fail(code,
				  "granularity %s is required, but CACHE_LINE is all there is: the "
				  "region (provider \"%s\") does not promise persistent CPU caches "
				  "(persistence_domain cpu_cache)",
				  wanted, verdict->region.provider);
	}
}

int pmem2_granularity_decide(const struct pmem2_granularity_facts *facts,
			     enum pmem2_granularity required, enum pmem2_granularity *effective)
{
	struct verdict verdict;

	judge(facts, &verdict);
	PMEM2_TRACE_DETAIL("%s for cause %d, possible %d, %s required; synchronous %d, refusal %d",
			   names[verdict.granularity], (int)verdict.cause, verdict.possible,
			   names[required], facts->synchronous, facts->refusal);
	if (!verdict.possible || verdict.granularity > required)
		return refuse(facts, &verdict, required);
	*effective = verdict.granularity;
	return 0;
}
