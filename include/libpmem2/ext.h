/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What this library has beyond the API of PMDK. A program that includes this header
 * needs this library: its functions stand in a version node of their own,
 * LIBPMEM2_EXT_1.0. The API of libpmem2/base.h never needs it.
 *
 * Errors, threads, signals and fork are as in libpmem2/base.h.
 */
#ifndef LIBPMEM2_EXT_H
#define LIBPMEM2_EXT_H 1

#include <stddef.h>

#include <libpmem2/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- why a granularity -------------------------------------------------- */

/*
 * What decided the granularity of a mapping. The numbers are part of the ABI; later
 * versions may add causes.
 */
enum pmem2_granularity_cause {
	/* No refusal yet; no map has this cause. */
	PMEM2_CAUSE_NONE,
	/* Anonymous memory or a private mapping: BYTE. */
	PMEM2_CAUSE_NOT_SHARED,
	/* pmem2_map_from_existing was told so. */
	PMEM2_CAUSE_CALLER,
	/* The environment variable PMEM2_FORCE_GRANULARITY. */
	PMEM2_CAUSE_ENVIRONMENT,
	/* pmem2_config_set_forced_granularity. */
	PMEM2_CAUSE_CONFIG,
	/* The library knows no way for programs to write cache lines back on this CPU:
	 * PAGE, and device dax is refused. */
	PMEM2_CAUSE_NO_WRITEBACK,
	/* The system refused MAP_SYNC (mmap(2)): PAGE. */
	PMEM2_CAUSE_NO_MAP_SYNC,
	/* Device dax over a region that needs a call for each flush: refused. */
	PMEM2_CAUSE_EXPLICIT_FLUSH,
	/* The region could not be read from sysfs: CACHE_LINE, and device dax is refused. */
	PMEM2_CAUSE_REGION_UNREADABLE,
	/* The file lies, or may lie, on the realtime device of its file system, of which no
	 * region was identified: CACHE_LINE. */
	PMEM2_CAUSE_REALTIME_DEVICE,
	/* No NVDIMM region was identified: CACHE_LINE. */
	PMEM2_CAUSE_NO_REGION,
	/* A region's persistence domain does not include the CPU caches (ADR): CACHE_LINE. */
	PMEM2_CAUSE_NO_CPU_CACHE,
	/* Every region's persistence domain includes the CPU caches (eADR): BYTE. */
	PMEM2_CAUSE_CPU_CACHE
};

/* What decided the granularity of `map`. */
enum pmem2_granularity_cause pmem2_map_get_granularity_cause(struct pmem2_map *map);

/*
 * The same as a sentence without its full stop, with what the system said; it is the
 * second half of the message that a refusal would have had. Writes at most `size` bytes
 * with the final NUL to `text`, which may be NULL when `size` is 0. Returns the length of the
 * whole sentence without the NUL, as snprintf does; none is longer than 255.
 */
size_t pmem2_map_get_granularity_reason(struct pmem2_map *map, char *text, size_t size);

/*
 * What decided when pmem2_map_new last refused the calling thread a granularity;
 * PMEM2_CAUSE_NONE when it never did. The sentence is in that call's message (pmem2_errormsg).
 */
enum pmem2_granularity_cause pmem2_refused_granularity_cause(void);

/*
 * Take `g` for the granularity of every shared mapping of a file or device dax, whatever the
 * media gives and PMEM2_FORCE_GRANULARITY says. For tests: with BYTE or CACHE_LINE on an
 * ordinary file a loss of power loses data. BYTE and CACHE_LINE are not obeyed on a
 * CPU for which the library knows no way to write cache lines back.
 *
 * GRANULARITY_NOT_SUPPORTED: `g` is none of the three; nothing was changed.
 */
int pmem2_config_set_forced_granularity(struct pmem2_config *cfg, enum pmem2_granularity g);

/* ---- durable, or an error ----------------------------------------------- */

/*
 * As the functions of pmem2_get_persist_fn, pmem2_get_memmove_fn and pmem2_get_memset_fn,
 * but the system's failure to write pages back is returned instead of ending the program;
 * it can occur at PAGE granularity only. The range must lie inside the map. After a failure
 * of pmem2_map_memmove and pmem2_map_memset the bytes are stored, but may not be durable.
 *
 * When the system has failed to write a page back it may tell so once and regard the page
 * as clean: that a second call returns 0 does not mean that the data are on the medium.
 *
 * LENGTH_OUT_OF_RANGE: the range does not lie inside the map; nothing was done.
 * A negative errno of msync(2), such as -EIO: not, or not all, of the range is durable.
 */
int pmem2_map_persist(struct pmem2_map *map, const void *ptr, size_t size);
int pmem2_map_memmove(struct pmem2_map *map, void *pmemdest, const void *src, size_t len,
		      unsigned flags);
int pmem2_map_memset(struct pmem2_map *map, void *pmemdest, int c, size_t len, unsigned flags);

/* ---- the library itself ------------------------------------------------- */

/*
 * The name of a return value of this library: "PMEM2_E_MAP_RANGE", "EIO" for -EIO, "0" for 0,
 * "unknown" for what is no code. A constant string.
 */
const char *pmem2_err_name(int err);

/* The version of the library that the program runs with, such as "3.0.0". */
const char *pmem2_version(void);

/*
 * The name of the copy, fill and flush functions that maps hand out in this process, such
 * as "avx2-clwb": the widest stores, and the instruction that writes cache lines back.
 */
const char *pmem2_variant_name(void);

/* The same as it would be without the PMEM_ variables of the environment. */
const char *pmem2_variant_default_name(void);

#ifdef __cplusplus
}
#endif

#endif
