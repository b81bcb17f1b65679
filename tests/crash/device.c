/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NVDIMMs, played for an example (the linker's --wrap). Their count of unsafe shutdowns and
 * their identity are PLAYED_COUNT and PLAYED_IDENTITY. Block 1 of a file, of 4096 bytes, is
 * bad as long as there is a file "bad".
 */
#include <err.h>
#include <libpmem2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pmem2_badblock_context {
	int fd;
	int told;
};

int __wrap_pmem2_source_device_usc(const struct pmem2_source *src, uint64_t *usc);
int __wrap_pmem2_source_device_id(const struct pmem2_source *src, char *id, size_t *len);
int __wrap_pmem2_badblock_context_new(struct pmem2_badblock_context **bbctx,
				      const struct pmem2_source *src);
int __wrap_pmem2_badblock_next(struct pmem2_badblock_context *bbctx, struct pmem2_badblock *bb);
int __wrap_pmem2_badblock_clear(struct pmem2_badblock_context *bbctx,
				const struct pmem2_badblock *bb);
void __wrap_pmem2_badblock_context_delete(struct pmem2_badblock_context **bbctx);

static const char *setting(const char *name)
{
	const char *value = getenv(name);
	if (!value)
		errx(1, "%s is not set", name);
	return value;
}

int __wrap_pmem2_source_device_usc(const struct pmem2_source *src, uint64_t *usc)
{
	*usc = strtoull(setting("PLAYED_COUNT"), NULL, 10);
	return 0;
}

int __wrap_pmem2_source_device_id(const struct pmem2_source *src, char *id, size_t *len)
{
	snprintf(id, *len, "%s", setting("PLAYED_IDENTITY"));
	return 0;
}

int __wrap_pmem2_badblock_context_new(struct pmem2_badblock_context **bbctx,
				      const struct pmem2_source *src)
{
	*bbctx = calloc(1, sizeof(**bbctx));
	return *bbctx ? pmem2_source_get_fd(src, &(*bbctx)->fd) : -1;
}

int __wrap_pmem2_badblock_next(struct pmem2_badblock_context *bbctx, struct pmem2_badblock *bb)
{
	if (bbctx->told || access("bad", F_OK) < 0)
		return PMEM2_E_NO_BAD_BLOCK_FOUND;
	bbctx->told = 1;
	*bb = (struct pmem2_badblock){.offset = 4096, .length = 4096};
	return 0;
}

int __wrap_pmem2_badblock_clear(struct pmem2_badblock_context *bbctx,
				const struct pmem2_badblock *bb)
{
	char zeros[4096] = {0};

	if (pwrite(bbctx->fd, zeros, bb->length, (off_t)bb->offset) < 0 || unlink("bad") < 0)
		err(1, "clearing");
	return 0;
}

void __wrap_pmem2_badblock_context_delete(struct pmem2_badblock_context **bbctx)
{
	free(*bbctx);
	*bbctx = NULL;
}
