/* SPDX-License-Identifier: BSD-3-Clause */
#include "map.h"

#include <errno.h>
#include <stdlib.h>

#include "bits.h"
#include "config.h"
#include "err.h"
#include "export.h"
#include "granularity.h"
#include "lock.h"
#include "os.h"
#include "trace.h"
#include "tune.h"

/* The part of the source to map. */
struct extent {
	size_t offset;
	size_t length;
	size_t alignment;
};

static int check_offset(const struct pmem2_config *cfg, const struct pmem2_source *src,
			size_t alignment)
{
	if (src->kind != PMEM2_SOURCE_ANON && !pmem2_is_aligned(cfg->offset, alignment))
		return pmem2_fail(PMEM2_E_OFFSET_UNALIGNED,
				  "map: offset %zu is not a multiple of the source alignment %zu",
				  cfg->offset, alignment);
	if (src->kind == PMEM2_SOURCE_DEVDAX && cfg->sharing == PMEM2_PRIVATE)
		return pmem2_fail(
			PMEM2_E_SRC_DEVDAX_PRIVATE,
			"map: device dax (fd %d) can be mapped SHARED only, PRIVATE is asked "
			"for",
			src->file);
	return 0;
}

static int fail_empty(const struct pmem2_source *src)
{
	if (src->kind == PMEM2_SOURCE_ANON)
		return pmem2_fail(PMEM2_E_SOURCE_EMPTY,
				  "map: the anonymous memory has a size of 0 bytes, at least 1 is "
				  "wanted");
	return pmem2_fail(PMEM2_E_SOURCE_EMPTY,
			  "map: fd %d has a size of 0 bytes, at least 1 is wanted", src->file);
}

static int check_length(const struct pmem2_config *cfg, const struct pmem2_source *src, size_t size,
			size_t offset, size_t alignment)
{
	if (size == 0)
		return fail_empty(src);
	if (!pmem2_is_aligned(cfg->length, alignment))
		return pmem2_fail(PMEM2_E_LENGTH_UNALIGNED,
				  "map: length %zu is not a multiple of the source alignment %zu",
				  cfg->length, alignment);
	if (!pmem2_fits(offset, cfg->length, size) || offset == size)
		return pmem2_fail(
			PMEM2_E_MAP_RANGE,
			"map: length %zu (0: to the end) at offset %zu does not lie inside the %zu "
			"bytes of the source",
			cfg->length, offset, size);
	return 0;
}

static int choose_extent(const struct pmem2_config *cfg, const struct pmem2_source *src,
			 struct extent *extent)
{
	size_t size;
	int ret = pmem2_source_unit(src, &extent->alignment);

	if (ret == 0)
		ret = pmem2_source_measure(src, &size);
	if (ret == 0)
		ret = check_offset(cfg, src, extent->alignment);
	if (ret != 0)
		return ret;
	extent->offset = src->kind == PMEM2_SOURCE_ANON ? 0 : cfg->offset;
	ret = check_length(cfg, src, size, extent->offset, extent->alignment);
	if (ret != 0)
		return ret;
	extent->length = cfg->length != 0 ? cfg->length : size - extent->offset;
	return 0;
}

static const char *name_protection(unsigned prot)
{
	static const char *const names[] = {"NONE", "READ",      "WRITE",      "READ WRITE",
					    "EXEC", "READ EXEC", "WRITE EXEC", "READ WRITE EXEC"};

	return names[((prot & PMEM2_PROT_READ) ? 1 : 0) | ((prot & PMEM2_PROT_WRITE) ? 2 : 0) |
		     ((prot & PMEM2_PROT_EXEC) ? 4 : 0)];
}

static int report_mapping(int error, const struct pmem2_os_request *request)
{
	const char *protection = name_protection(request->prot);
	const char *sharing = request->shared ? "SHARED" : "PRIVATE";

	if (request->file == PMEM2_OS_NO_FILE)
		return pmem2_fail_errno(
			error, "map: mapping %zu bytes of anonymous memory (protection %s, %s)",
			request->length, protection, sharing);
	return pmem2_fail_errno(
		error, "map: mapping %zu bytes at offset %zu of fd %d (protection %s, %s%s)",
		request->length, request->offset, request->file, protection, sharing,
		error == EACCES ? ", for which the fd may have to be open for writing" : "");
}

static int fail_mapping(int error, const struct pmem2_os_request *request)
{
	int ret = report_mapping(error, request);

	switch (error) {
	case EACCES:
		return PMEM2_E_NO_ACCESS;
	case EEXIST:
		return PMEM2_E_MAPPING_EXISTS;
	case ENOTSUP:
		return PMEM2_E_NOSUPP;
	default:
		return ret;
	}
}

/* Unmap what pmem2_os_map gave. */
static int unmap(const struct pmem2_map *map)
{
	if (map->reservation != NULL)
		return pmem2_os_vacate(map->addr, map->length);
	return pmem2_os_unmap(map->addr, map->length);
}

static size_t wanted_alignment(const struct extent *extent)
{
	size_t natural = pmem2_reservation_natural_alignment(extent->length);

	return natural > extent->alignment ? natural : extent->alignment;
}

/* Map `extent` at `place` (or anywhere). */
static int map_extent(struct pmem2_map *map, const struct pmem2_config *cfg,
		      const struct pmem2_source *src, const struct extent *extent, void *place,
		      struct pmem2_os_grant *grant)
{
	const struct pmem2_os_request request = {
		.file = src->file,
		.offset = extent->offset,
		.length = extent->length,
		.prot = cfg->prot,
		.shared = map->shared,
		.refusal = pmem2_source_refusal(src),
		.unit = extent->alignment,
		.alignment = wanted_alignment(extent),
		.place = place,
	};
	int ret = pmem2_os_map(&request, grant);

	if (ret != 0)
		return fail_mapping(-ret, &request);
	if (request.shared && grant->refusal != request.refusal)
		pmem2_source_note_refusal(src, grant->refusal);
	PMEM2_INVARIANT(place == NULL || grant->addr == place);
	PMEM2_TRACE_DETAIL("%zu bytes at %p, synchronous %d, refusal %d", extent->length,
			   grant->addr, grant->synchronous, grant->refusal);
	map->addr = grant->addr;
	map->length = extent->length;
	return 0;
}

/* Whether what was mapped is good enough. */
static int judge(struct pmem2_map *map, const struct pmem2_config *cfg,
		 const struct pmem2_source *src, const struct pmem2_os_grant *grant)
{
	const struct pmem2_granularity_facts facts = {
		.kind = map->kind,
		.file = src->file,
		.device = map->device,
		.shared = map->shared,
		.synchronous = grant->synchronous,
		.refusal = grant->refusal,
		.has_forced = cfg->has_forced,
		.forced = cfg->forced,
	};

	return pmem2_granularity_decide(&facts, cfg->granularity, &map->reason);
}

/* What a map lost to others is lost to its reservation too. */
static void dispose(struct pmem2_map *map, bool lost)
{
	if (map->reservation != NULL && lost) {
		pmem2_reservation_lose(&map->claim, map);
		return;
	}
	if (map->reservation != NULL)
		pmem2_reservation_release(map->reservation, &map->claim);
	free(map);
}

/* A map without memory yet gets it, in its reservation if it is to lie in one, or is gone. */
static int realize(struct pmem2_map *map, const struct pmem2_config *cfg,
		   const struct pmem2_source *src, const struct extent *extent)
{
	struct pmem2_os_grant grant;
	void *place = NULL;
	bool lost = false;
	int ret = 0;

	if (cfg->reservation != NULL)
		ret = pmem2_reservation_claim(cfg->reservation, cfg->reservation_offset,
					      extent->length, extent->alignment, &map->claim,
					      &place);
	if (ret == 0) {
		map->reservation = cfg->reservation;
		ret = map_extent(map, cfg, src, extent, place, &grant);
		lost = ret == PMEM2_E_MAPPING_EXISTS;
	}
	if (ret == 0) {
		ret = judge(map, cfg, src, &grant);
		lost = ret != 0 && unmap(map) == -EEXIST;
	}
	if (ret != 0)
		dispose(map, lost);
	return ret;
}

/* NULL, and the reason in `*error`, on failure. */
static struct pmem2_map *create(const struct pmem2_source *src, int *error)
{
	struct pmem2_map *map;
	int ret = pmem2_lock_prepare();

	if (ret != 0) {
		*error = pmem2_fail_errno(-ret, "map: registering a fork handler");
		return NULL;
	}
	map = calloc(1, sizeof(*map));
	if (map == NULL) {
		*error = pmem2_fail_errno(ENOMEM, "map: allocating %zu bytes", sizeof(*map));
		return NULL;
	}
	map->kind = src->kind;
	map->device = src->device;
	map->entry.device_dax = src->kind == PMEM2_SOURCE_DEVDAX;
	pmem2_tune_load();
	return map;
}

/* What lies behind the content in its last page is free for pmem2_map_from_existing. */
static void publish(struct pmem2_map *map)
{
	uintptr_t content_end = (uintptr_t)map->addr + map->length;

	map->owned = true;
	map->entry.span.start = (uintptr_t)map->addr;
	map->entry.span.end = content_end;
	pmem2_registry_evict(content_end, pmem2_align_up(content_end, pmem2_os_page_size()));
	pmem2_registry_add(&map->entry);
	if (map->reservation != NULL)
		pmem2_reservation_settle(&map->claim, &map->entry);
}

PMEM2_API(pmem2_map_new)
int pmem2_map_new(struct pmem2_map **map_ptr, const struct pmem2_config *cfg,
		  const struct pmem2_source *src)
{
	PMEM2_CALLED(map_ptr != NULL && cfg != NULL && src != NULL, "cfg %p, src %p",
		     (const void *)cfg, (const void *)src);
	struct extent extent = {0, 0, 0};
	struct pmem2_map *map;
	int ret;

	*map_ptr = NULL;
	if (!cfg->has_granularity)
		return pmem2_fail(PMEM2_E_GRANULARITY_NOT_SET,
				  "map: the config has no required store granularity, set one with "
				  "pmem2_config_set_required_store_granularity");
	ret = choose_extent(cfg, src, &extent);
	if (ret != 0)
		return ret;
	map = create(src, &ret);
	if (map == NULL)
		return ret;
	map->shared = cfg->sharing == PMEM2_SHARED;
	ret = realize(map, cfg, src, &extent);
	if (ret != 0)
		return ret;
	publish(map);
	PMEM2_MAPPED(map, src->file, extent.offset);
	*map_ptr = map;
	return 0;
}

static int check_existing(void *addr, size_t len, enum pmem2_granularity gran)
{
	if ((int)gran < PMEM2_GRANULARITY_BYTE || gran > PMEM2_GRANULARITY_PAGE)
		return pmem2_fail(
			PMEM2_E_GRANULARITY_NOT_SUPPORTED,
			"map: granularity %d is none of BYTE (0), CACHE_LINE (1), PAGE (2)",
			(int)gran);
	if (len > UINTPTR_MAX - (uintptr_t)addr)
		return pmem2_fail(PMEM2_E_MAP_RANGE,
				  "map: %zu bytes at %p reach beyond the address space", len, addr);
	return 0;
}

PMEM2_API(pmem2_map_from_existing)
int pmem2_map_from_existing(struct pmem2_map **map, const struct pmem2_source *src, void *addr,
			    size_t len, enum pmem2_granularity gran)
{
	PMEM2_CALLED(map != NULL && src != NULL, "src %p, addr %p, len %zu, gran %d",
		     (const void *)src, addr, len, (int)gran);
	struct pmem2_map *created;
	int ret = check_existing(addr, len, gran);

	if (ret != 0)
		return ret;
	created = create(src, &ret);
	if (created == NULL)
		return ret;
	created->addr = addr;
	created->length = len;
	created->reason.cause = PMEM2_CAUSE_CALLER;
	created->reason.granularity = gran;
	created->shared = true;
	created->entry.span.start = (uintptr_t)addr;
	created->entry.span.end = (uintptr_t)addr + len;
	if (!pmem2_registry_claim(&created->entry)) {
		free(created);
		return pmem2_fail(PMEM2_E_MAP_EXISTS,
				  "map: part of the %zu bytes at %p belongs to a live map", len,
				  addr);
	}
	PMEM2_MAPPED(created, PMEM2_OS_NO_FILE, 0);
	*map = created;
	return 0;
}

/*
 * Out of the registry first: once the memory is unmapped, another thread's
 * mapping may appear at the same address. A map that died lost its memory to
 * somebody else, and must leave it alone. That can happen here too (-EEXIST).
 */
static int withdraw(struct pmem2_map *map, bool *dead)
{
	int ret;

	if (map->reservation != NULL)
		pmem2_reservation_settle(&map->claim, NULL);
	*dead = !pmem2_registry_remove(&map->entry);
	PMEM2_UNMAPPED(map, *dead);
	if (*dead || !map->owned)
		return 0;
	ret = unmap(map);
	if (ret != 0 && ret != -EEXIST) {
		publish(map);
		PMEM2_MAPPED(map, PMEM2_OS_NO_FILE, 0);
	}
	return ret;
}

PMEM2_API(pmem2_map_delete)
int pmem2_map_delete(struct pmem2_map **map_ptr)
{
	PMEM2_CALLED(map_ptr != NULL && *map_ptr != NULL, "map_ptr %p", (void *)map_ptr);
	struct pmem2_map *map = *map_ptr;
	bool dead;
	int ret = withdraw(map, &dead);

	if (ret == -EEXIST)
		return pmem2_fail(
			PMEM2_E_MAPPING_EXISTS,
			"map: %zu bytes at %p are unmapped, but other memory has taken part of "
			"their place in the reservation",
			map->length, map->addr);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "map: unmapping %zu bytes at %p", map->length,
					map->addr);
	dispose(map, dead);
	*map_ptr = NULL;
	return 0;
}

PMEM2_API(pmem2_map_get_address)
void *pmem2_map_get_address(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return map->addr;
}

PMEM2_API(pmem2_map_get_size)
size_t pmem2_map_get_size(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return map->length;
}

PMEM2_API(pmem2_map_get_store_granularity)
enum pmem2_granularity pmem2_map_get_store_granularity(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return map->reason.granularity;
}

struct pmem2_map *pmem2_map_of_claim(struct pmem2_claim *claim)
{
	if (claim == NULL)
		return NULL;
	return (struct pmem2_map *)((char *)claim - offsetof(struct pmem2_map, claim));
}
