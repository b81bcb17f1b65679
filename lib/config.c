/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "err.h"
#include "export.h"
#include "libpmem2/ext.h"
#include "trace.h"

PMEM2_API(pmem2_config_new)
int pmem2_config_new(struct pmem2_config **cfg)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p", (void *)cfg);
	struct pmem2_config *created = calloc(1, sizeof(*created));

	*cfg = created;
	if (created == NULL)
		return pmem2_fail_errno(ENOMEM, "config: allocating %zu bytes", sizeof(*created));
	created->sharing = PMEM2_SHARED;
	created->prot = PMEM2_PROT_READ | PMEM2_PROT_WRITE;
	return 0;
}

PMEM2_API(pmem2_config_delete)
int pmem2_config_delete(struct pmem2_config **cfg)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p", (void *)cfg);
	free(*cfg);
	*cfg = NULL;
	return 0;
}

static int check_granularity(enum pmem2_granularity g)
{
	switch (g) {
	case PMEM2_GRANULARITY_BYTE:
	case PMEM2_GRANULARITY_CACHE_LINE:
	case PMEM2_GRANULARITY_PAGE:
		return 0;
	}
	return pmem2_fail(PMEM2_E_GRANULARITY_NOT_SUPPORTED,
			  "config: granularity %d is none of BYTE (0), CACHE_LINE (1), PAGE (2)",
			  (int)g);
}

PMEM2_API(pmem2_config_set_required_store_granularity)
int pmem2_config_set_required_store_granularity(struct pmem2_config *cfg, enum pmem2_granularity g)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p, g %d", (void *)cfg, (int)g);
	int ret = check_granularity(g);

	if (ret != 0)
		return ret;
	cfg->granularity = g;
	cfg->has_granularity = true;
	return 0;
}

PMEM2_EXT_API(pmem2_config_set_forced_granularity)
int pmem2_config_set_forced_granularity(struct pmem2_config *cfg, enum pmem2_granularity g)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p, g %d", (void *)cfg, (int)g);
	int ret = check_granularity(g);

	if (ret != 0)
		return ret;
	cfg->forced = g;
	cfg->has_forced = true;
	return 0;
}

PMEM2_API(pmem2_config_set_offset)
int pmem2_config_set_offset(struct pmem2_config *cfg, size_t offset)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p, offset %zu", (void *)cfg, offset);
	if (offset > INT64_MAX)
		return pmem2_fail(PMEM2_E_OFFSET_OUT_OF_RANGE,
				  "config: offset %zu is above the largest file offset %llu",
				  offset, (unsigned long long)INT64_MAX);
	cfg->offset = offset;
	return 0;
}

PMEM2_API(pmem2_config_set_length)
int pmem2_config_set_length(struct pmem2_config *cfg, size_t length)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p, length %zu", (void *)cfg, length);
	cfg->length = length;
	return 0;
}

PMEM2_API(pmem2_config_set_sharing)
int pmem2_config_set_sharing(struct pmem2_config *cfg, enum pmem2_sharing_type type)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p, type %d", (void *)cfg, (int)type);
	switch (type) {
	case PMEM2_SHARED:
	case PMEM2_PRIVATE:
		cfg->sharing = type;
		return 0;
	}
	return pmem2_fail(PMEM2_E_INVALID_SHARING_VALUE,
			  "config: sharing %d is neither SHARED (0) nor PRIVATE (1)", (int)type);
}

PMEM2_API(pmem2_config_set_protection)
int pmem2_config_set_protection(struct pmem2_config *cfg, unsigned prot)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p, prot 0x%x", (void *)cfg, prot);
	const unsigned known = PMEM2_PROT_EXEC | PMEM2_PROT_READ | PMEM2_PROT_WRITE;

	if ((prot & ~known) != 0)
		return pmem2_fail(
			PMEM2_E_INVALID_PROT_FLAG,
			"config: protection 0x%x has bits 0x%x that are no PMEM2_PROT_ flag", prot,
			prot & ~known);
	cfg->prot = prot;
	return 0;
}

PMEM2_API(pmem2_config_set_vm_reservation)
int pmem2_config_set_vm_reservation(struct pmem2_config *cfg, struct pmem2_vm_reservation *rsv,
				    size_t offset)
{
	PMEM2_CALLED(cfg != NULL, "cfg %p, rsv %p, offset %zu", (void *)cfg, (void *)rsv, offset);
	cfg->reservation = rsv;
	cfg->reservation_offset = offset;
	return 0;
}
