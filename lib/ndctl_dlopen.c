/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads libndctl when it is first needed; it stays loaded. */
#include "ndctl.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libndctl.so.6"

/*
 * Tells packaging tools what a program that contains this may load: the ELF note
 * of https://uapi-group.org/specifications/specs/elf_dlopen_metadata/
 */
__asm__(".pushsection .note.dlopen, \"a\", %note\n"
	".balign 4\n"
	".long 1f - 0f, 3f - 2f, 0x407c0c0a\n"
	"0: .asciz \"FDO\"\n"
	"1: .balign 4\n"
	"2: .asciz \"[{\\\"feature\\\":\\\"ndctl\\\",\\\"description\\\":\\\"Identity, "
	"unsafe-shutdown "
	"counts and bad blocks of NVDIMMs\\\",\\\"priority\\\":\\\"recommended\\\","
	"\\\"soname\\\":[\\\"" LIBRARY "\\\"]}]\"\n"
	"3: .balign 4\n"
	".popsection");

static const char *const names[] = {
#define NAME(function) #function,
	PMEM2_NDCTL_FUNCTIONS(NAME)};

/* Where each function goes; all pointers to functions are of one size. */
static const size_t members[] = {
#define MEMBER(function) offsetof(struct pmem2_ndctl, function),
	PMEM2_NDCTL_FUNCTIONS(MEMBER)};

static const char *fill(struct pmem2_ndctl *table)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		return LIBRARY;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *function = dlsym(library, names[i]);
		if (function == NULL) {
			dlclose(library);
			return names[i];
		}
		memcpy((char *)table + members[i], &function, sizeof(function));
	}
	return NULL;
}

/* Threads that come at the same time fill one each, and the first one is kept. */
const struct pmem2_ndctl *pmem2_ndctl_table(const char **missing)
{
	static _Atomic(struct pmem2_ndctl *) kept;
	struct pmem2_ndctl *table = atomic_load_explicit(&kept, memory_order_acquire);
	struct pmem2_ndctl *first = NULL;

	*missing = NULL;
	if (table != NULL)
		return table;
	table = malloc(sizeof(*table));
	*missing = table != NULL ? fill(table) : "memory for its functions";
	if (*missing == NULL && atomic_compare_exchange_strong(&kept, &first, table))
		return table;
	free(table);
	return first;
}
