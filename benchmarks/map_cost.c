/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "harness.h"

#define QUESTION                                                                                   \
	"What does pmem2_map_new + pmem2_map_delete of a file cost, compared with the system\n"    \
	"calls fstat, mmap and munmap alone, also while 100,000 other maps are live?"

#define SMALL 4096
#define LARGE ((size_t)16 << 20)
#define LIVE_MAPS 100000
#define LIVE_LENGTH ((size_t)4096)

struct mapping {
	const struct bench_library *library;
	struct pmem2_source *source;
	struct pmem2_config *config;
	int fd;
	bool touch; /* store to the first byte */
};

static void touch_first(void *addr)
{
	*(volatile char *)addr = 1;
}

static void run_bare(void *context, size_t calls)
{
	const struct mapping *mapping = context;
	struct stat stat;
	void *addr;

	for (size_t i = 0; i < calls; i++) {
		if (fstat(mapping->fd, &stat) != 0)
			err(EXIT_FAILURE, "fstat");
		addr = mmap(NULL, (size_t)stat.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			    mapping->fd, 0);
		if (addr == MAP_FAILED)
			err(EXIT_FAILURE, "mmap");
		if (mapping->touch)
			touch_first(addr);
		if (munmap(addr, (size_t)stat.st_size) != 0)
			err(EXIT_FAILURE, "munmap");
	}
}

static void run_library(void *context, size_t calls)
{
	const struct mapping *mapping = context;
	const struct bench_library *library = mapping->library;
	struct pmem2_map *map;

	for (size_t i = 0; i < calls; i++) {
		if (library->map_new(&map, mapping->config, mapping->source) != 0)
			errx(EXIT_FAILURE, "%s: map_new: %s", library->name, library->errormsg());
		if (mapping->touch)
			touch_first(library->map_get_address(map));
		if (library->map_delete(&map) != 0)
			errx(EXIT_FAILURE, "%s: map_delete: %s", library->name,
			     library->errormsg());
	}
}

static struct mapping mapping_of(const struct bench_library *library, int fd, bool touch)
{
	return (struct mapping){
		.library = library,
		.source = bench_source(library, fd),
		.config = bench_config(library),
		.fd = fd,
		.touch = touch,
	};
}

static void release(struct mapping *mapping)
{
	(void)mapping->library->config_delete(&mapping->config);
	(void)mapping->library->source_delete(&mapping->source);
}

static void compare(struct bench *bench, const char *name, int fd, size_t size, bool touch)
{
	struct mapping ours = mapping_of(&bench_ours, fd, touch);
	struct mapping bare = {.fd = fd, .touch = touch};
	struct mapping peer;
	bool has_peer = bench->has_peer;
	struct bench_case c = {.name = name, .size = size, .counts_system_calls = true};

	bench_add(&c, "ours", BENCH_OURS, run_library, &ours);
	bench_add(&c, "bare", BENCH_FLOOR, run_bare, &bare);
	if (has_peer) {
		peer = mapping_of(&bench->peer, fd, touch);
		bench_add(&c, "peer", BENCH_PEER, run_library, &peer);
	}
	bench_run(bench, &c);
	if (has_peer)
		release(&peer);
	release(&ours);
}

static void compare_files(struct bench *bench, const char *suffix, bool touch)
{
	static const size_t sizes[] = {SMALL, LARGE};
	char name[64];

	for (size_t i = 0; i < bench->options.dir_count; i++) {
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			int fd = bench_file(bench->options.dirs[i], sizes[j]);
			snprintf(name, sizeof(name), "%s%s", bench_file_system(fd), suffix);
			compare(bench, name, fd, sizes[j], touch);
			(void)close(fd);
		}
	}
}

static void compare_with_live_maps(struct bench *bench)
{
	int fd = bench_file(bench->options.dirs[0], LIVE_LENGTH * LIVE_MAPS);
	struct bench_live_maps ours;
	struct bench_live_maps peers;

	bench_say(bench, "making 100000 maps");
	bench_live_maps_make(&ours, &bench_ours, fd, LIVE_LENGTH, LIVE_MAPS);
	if (bench->has_peer)
		bench_live_maps_make(&peers, &bench->peer, fd, LIVE_LENGTH, LIVE_MAPS);
	compare_files(bench, " 100000 live maps", false);
	bench_say(bench, "deleting 100000 maps");
	if (bench->has_peer)
		bench_live_maps_delete(&peers);
	bench_live_maps_delete(&ours);
	(void)close(fd);
}

int main(int argc, char **argv)
{
	struct bench bench;

	bench_open(&bench, argc, argv, QUESTION, "bare");
	bench_expect(&bench, 6 * bench.options.dir_count);
	compare_files(&bench, "", false);
	compare_files(&bench, " touched", true);
	compare_with_live_maps(&bench);
	return bench_close(&bench);
}
