/* SPDX-License-Identifier: BSD-3-Clause */
#include "library.h"

#include <dlfcn.h>
#include <err.h>
#include <link.h>
#include <stdlib.h>

#define OUR_FUNCTION(name) .name = pmem2_##name,

const struct bench_library bench_ours = {
	.name = "ours", .path = "linked in", BENCH_LIBRARY_FUNCTIONS(OUR_FUNCTION)};

#define FIND_FUNCTION(name)                                                                        \
	*(void **)&peer->name = dlsym(handle, "pmem2_" #name);                                     \
	if (peer->name == NULL) {                                                                  \
		*reason = "it lacks pmem2_" #name;                                                 \
		return false;                                                                      \
	}

static bool find_functions(struct bench_library *peer, void *handle, const char **reason)
{
	BENCH_LIBRARY_FUNCTIONS(FIND_FUNCTION)
	return true;
}

bool bench_load_peer(struct bench_library *peer, const char *file, const char **reason)
{
	struct link_map *loaded;
	void *handle;

	*reason = "none is asked for";
	if (*file == '\0')
		return false;
	handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL || dlinfo(handle, RTLD_DI_LINKMAP, &loaded) != 0) {
		*reason = dlerror(); /* NOLINT(concurrency-mt-unsafe) */
		return false;
	}
	peer->name = "peer";
	peer->path = loaded->l_name;
	/* Declared by PMDK, but never exported. */
	peer->is_pmdk = dlsym(handle, "pmem2_err_to_errno") == NULL;
	return find_functions(peer, handle, reason);
}

static void must(const struct bench_library *library, int ret, const char *action)
{
	if (ret != 0)
		errx(EXIT_FAILURE, "%s: %s failed with %d: %s", library->name, action, ret,
		     library->errormsg());
}

struct pmem2_source *bench_source(const struct bench_library *library, int fd)
{
	struct pmem2_source *source;

	must(library, library->source_from_fd(&source, fd), "source_from_fd");
	return source;
}

struct pmem2_config *bench_config(const struct bench_library *library)
{
	struct pmem2_config *config;

	must(library, library->config_new(&config), "config_new");
	must(library,
	     library->config_set_required_store_granularity(config, PMEM2_GRANULARITY_PAGE),
	     "config_set_required_store_granularity");
	return config;
}

static void map_all(struct bench_live_maps *live, struct pmem2_config *config,
		    const struct pmem2_source *source, size_t length)
{
	const struct bench_library *library = live->library;

	must(library, library->config_set_length(config, length), "config_set_length");
	for (size_t i = 0; i < live->count; i++) {
		size_t offset = i * length;
		must(library, library->config_set_offset(config, offset), "config_set_offset");
		must(library, library->config_set_vm_reservation(config, live->reservation, offset),
		     "config_set_vm_reservation");
		must(library, library->map_new(&live->maps[i], config, source), "map_new");
	}
}

void bench_live_maps_make(struct bench_live_maps *live, const struct bench_library *library, int fd,
			  size_t length, size_t count)
{
	struct pmem2_source *source = bench_source(library, fd);
	struct pmem2_config *config = bench_config(library);

	*live = (struct bench_live_maps){.library = library, .count = count};
	live->maps = calloc(count, sizeof(struct pmem2_map *));
	if (live->maps == NULL)
		err(EXIT_FAILURE, "%zu maps", count);
	must(library, library->vm_reservation_new(&live->reservation, NULL, length * count),
	     "vm_reservation_new");
	live->start = library->vm_reservation_get_address(live->reservation);
	map_all(live, config, source, length);
	must(library, library->config_delete(&config), "config_delete");
	must(library, library->source_delete(&source), "source_delete");
}

/* The reservation stays: PMDK 1.12.1 aborts when one that has held so many maps is deleted. */
void bench_live_maps_delete(struct bench_live_maps *live)
{
	for (size_t i = 0; i < live->count; i++)
		must(live->library, live->library->map_delete(&live->maps[i]), "map_delete");
	free(live->maps);
}
