/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads libndctl and libdaxctl when they are first needed; they stay loaded. */
#include "ndctl.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

#define LIBNDCTL "libndctl.so.6"
#define LIBDAXCTL "libdaxctl.so.1"

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
	"\\\"soname\\\":[\\\"" LIBNDCTL "\\\"]},{\\\"feature\\\":\\\"daxctl\\\","
	"\\\"description\\\":\\\"Bad blocks of device dax\\\","
	"\\\"priority\\\":\\\"recommended\\\",\\\"soname\\\":[\\\"" LIBDAXCTL "\\\"]}]\"\n"
	"3: .balign 4\n"
	".popsection");

struct function {
	const char *name;
	size_t member; /* where it goes; all pointers to functions are of one size */
};

#define FUNCTION(function) {#function, offsetof(struct pmem2_ndctl, function)},
static const struct function ndctl_functions[] = {PMEM2_NDCTL_FUNCTIONS(FUNCTION)};
static const struct function daxctl_functions[] = {PMEM2_DAXCTL_FUNCTIONS(FUNCTION)};

/* What is missing, if not NULL. */
static const char *fill(struct pmem2_ndctl *table, void *library, const struct function *functions,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		void *function = dlsym(library, functions[i].name);
		if (function == NULL)
			return functions[i].name;
		memcpy((char *)table + functions[i].member, &function, sizeof(function));
	}
	return NULL;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *fill_all(struct pmem2_ndctl *table, void *libndctl, void *libdaxctl)
{
	const char *missing;

	if (libndctl == NULL)
		return LIBNDCTL;
	if (libdaxctl == NULL)
		return LIBDAXCTL;
	missing = fill(table, libndctl, ndctl_functions, COUNT(ndctl_functions));
	if (missing != NULL)
		return missing;
	return fill(table, libdaxctl, daxctl_functions, COUNT(daxctl_functions));
}

static void let_go(void *library)
{
	if (library != NULL)
		(void)dlclose(library);
}

/*
 * libndctl depends on libdaxctl. Where other threads run, glibc 2.36 loses the list of a
 * library's dependencies if the library is opened after one that brought it along.
 */
static const char *load(struct pmem2_ndctl *table)
{
	void *libdaxctl = dlopen(LIBDAXCTL, RTLD_NOW | RTLD_LOCAL);
	void *libndctl = dlopen(LIBNDCTL, RTLD_NOW | RTLD_LOCAL);
	const char *missing = fill_all(table, libndctl, libdaxctl);

	if (missing != NULL) {
		let_go(libndctl);
		let_go(libdaxctl);
	}
	return missing;
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
	*missing = table != NULL ? load(table) : "memory for its functions";
	PMEM2_TRACE_DONE(LIBNDCTL ": %s", *missing != NULL ? *missing : "loaded");
	if (*missing == NULL && atomic_compare_exchange_strong(&kept, &first, table))
		return table;
	free(table);
	return first;
}
