/* SPDX-License-Identifier: BSD-3-Clause */
#include "reason.h"

#include "err.h"

const char *pmem2_reason_granularity(enum pmem2_granularity granularity)
{
	static const char *const names[] = {
		[PMEM2_GRANULARITY_BYTE] = "BYTE",
		[PMEM2_GRANULARITY_CACHE_LINE] = "CACHE_LINE",
		[PMEM2_GRANULARITY_PAGE] = "PAGE",
	};

	return names[granularity];
}

#define BEST_KNOWN "CACHE_LINE is what is known to hold: "

/* The strings, of which those left out are empty. */
#define SAY(words, ...)                                                                            \
	(*(words) = (struct pmem2_reason_words){.piece = {__VA_ARGS__}}, end_words(words))

static void end_words(struct pmem2_reason_words *words)
{
	for (int i = 0; i < PMEM2_REASON_PIECES; i++) {
		if (words->piece[i] == NULL)
			words->piece[i] = "";
	}
}

static const char *forced_by(enum pmem2_granularity_cause cause)
{
	return cause == PMEM2_CAUSE_ENVIRONMENT ? "the environment variable " PMEM2_FORCE_VARIABLE
						: "the config";
}

static void put_forced(const struct pmem2_reason *reason, struct pmem2_reason_words *words)
{
	SAY(words, forced_by(reason->cause), " forces ",
	    pmem2_reason_granularity(reason->granularity),
	    reason->synchronous ? " (the system granted a synchronous DAX mapping"
				: " (the system refused a synchronous DAX mapping: ",
	    reason->synchronous ? "" : pmem2_errno_text(reason->refusal), ")");
}

static void put_no_writeback(const struct pmem2_reason *reason, struct pmem2_reason_words *words)
{
	bool disobeyed = reason->disobeyed != PMEM2_CAUSE_NONE;

	SAY(words, reason->possible ? "PAGE is all there is" : "device dax cannot be made durable",
	    ": the library knows no way for programs to write cache lines back on this CPU",
	    disobeyed ? ", for which reason " : "", disobeyed ? forced_by(reason->disobeyed) : "",
	    disobeyed ? " is not obeyed" : "");
}

static void put_realtime(const struct pmem2_reason *reason, struct pmem2_reason_words *words)
{
	if (reason->error != 0)
		SAY(words,
		    BEST_KNOWN "whether the file lies on the realtime device of its file system "
			       "could not be found out: ",
		    pmem2_errno_text(reason->error));
	else
		SAY(words, BEST_KNOWN "the file lies on the realtime device of its file system, of "
				      "which no NVDIMM region was identified");
}

static void put_region(const struct pmem2_reason *reason, struct pmem2_reason_words *words)
{
	if (reason->cause == PMEM2_CAUSE_EXPLICIT_FLUSH)
		SAY(words, "device dax over provider \"", reason->provider,
		    "\" cannot be made durable: its region needs a flush call that device dax "
		    "does not offer");
	else if (reason->cause == PMEM2_CAUSE_REGION_UNREADABLE)
		SAY(words,
		    BEST_KNOWN "the region that might promise more could not be read from sysfs: ",
		    pmem2_errno_text(reason->error));
	else if (reason->cause == PMEM2_CAUSE_CPU_CACHE)
		SAY(words, "BYTE holds: the region (provider \"", reason->provider,
		    "\") promises persistent CPU caches (persistence_domain cpu_cache)");
	else
		SAY(words, "CACHE_LINE is all there is: the region (provider \"", reason->provider,
		    "\") does not promise persistent CPU caches (persistence_domain cpu_cache)");
}

void pmem2_reason_put(const struct pmem2_reason *reason, struct pmem2_reason_words *words)
{
	switch (reason->cause) {
	case PMEM2_CAUSE_NOT_SHARED:
		SAY(words, "BYTE holds: of anonymous memory and of a private mapping nothing "
			   "outlives the process");
		break;
	case PMEM2_CAUSE_CALLER:
		SAY(words, pmem2_reason_granularity(reason->granularity),
		    " is what pmem2_map_from_existing was told");
		break;
	case PMEM2_CAUSE_ENVIRONMENT:
	case PMEM2_CAUSE_CONFIG:
		put_forced(reason, words);
		break;
	case PMEM2_CAUSE_NO_WRITEBACK:
		put_no_writeback(reason, words);
		break;
	case PMEM2_CAUSE_NO_MAP_SYNC:
		SAY(words,
		    "PAGE is all there is: the system refused a synchronous DAX mapping "
		    "(MAP_SYNC: ",
		    pmem2_errno_text(reason->refusal), ")");
		break;
	case PMEM2_CAUSE_REALTIME_DEVICE:
		put_realtime(reason, words);
		break;
	case PMEM2_CAUSE_NO_REGION:
		SAY(words, BEST_KNOWN "no NVDIMM region was identified that would promise "
				      "persistent CPU caches");
		break;
	default:
		put_region(reason, words);
	}
}

int pmem2_reason_refuse(const struct pmem2_reason *reason, enum pmem2_granularity required)
{
	struct pmem2_reason_words words;

	pmem2_reason_put(reason, &words);
	return pmem2_fail(PMEM2_E_GRANULARITY_NOT_SUPPORTED,
			  "granularity %s is required, but %s%s%s%s%s%s",
			  pmem2_reason_granularity(required), words.piece[0], words.piece[1],
			  words.piece[2], words.piece[3], words.piece[4], words.piece[5]);
}
