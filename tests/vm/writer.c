/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * usage: writer write|neglect|verify FILE ROUND
 *
 * write: fill one page of the file after the other, have the library make each durable, and
 * only then tell so on standard output, in a line of its own: the file and how many pages
 * have been acknowledged. neglect: the same through a mapping of the system's that is never
 * synchronised. verify: tell how many pages at the start of the file hold what was written in
 * that round.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <libpmem2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_SIZE 4096
#define WORDS (PAGE_SIZE / sizeof(uint64_t))

struct file {
	const char *path;
	int fd;
	size_t pages;
	uint64_t round;
};

static _Noreturn void fail(const struct file *file, const char *what)
{
	(void)fprintf(stderr, "%s: %s failed: %s\n", file->path, what, pmem2_errormsg());
	exit(1);
}

static uint64_t word(const struct file *file, size_t page, size_t index)
{
	return file->round << 48 | (uint64_t)page << 16 | index;
}

static void fill(const struct file *file, size_t page, uint64_t *words)
{
	for (size_t i = 0; i < WORDS; i++)
		words[i] = word(file, page, i);
}

static void acknowledge(const struct file *file, size_t pages)
{
	printf("written %s %zu\n", file->path, pages);
	(void)fflush(stdout);
}

static struct pmem2_map *map_file(const struct file *file)
{
	struct pmem2_config *cfg;
	struct pmem2_source *src;
	struct pmem2_map *map;

	if (pmem2_config_new(&cfg) != 0 || pmem2_source_from_fd(&src, file->fd) != 0 ||
	    pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE) != 0 ||
	    pmem2_map_new(&map, cfg, src) != 0)
		fail(file, "mapping");
	return map;
}

/* By turns with plain stores and with the library's copy. */
static void write_durably(const struct file *file)
{
	struct pmem2_map *map = map_file(file);
	pmem2_persist_fn persist = pmem2_get_persist_fn(map);
	pmem2_memcpy_fn copy = pmem2_get_memcpy_fn(map);
	char *addr = pmem2_map_get_address(map);
	uint64_t words[WORDS];

	for (size_t page = 0; page < file->pages; page++) {
		char *place = addr + page * PAGE_SIZE;
		if (page % 2 == 0) {
			fill(file, page, (uint64_t *)(void *)place);
			persist(place, PAGE_SIZE);
		} else {
			fill(file, page, words);
			copy(place, words, PAGE_SIZE, 0);
		}
		acknowledge(file, page + 1);
	}
}

static char *map_plainly(const struct file *file)
{
	void *addr = mmap(NULL, file->pages * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  file->fd, 0);

	if (addr == MAP_FAILED)
		fail(file, "mmap");
	return addr;
}

static void neglect(const struct file *file)
{
	char *addr = map_plainly(file);

	for (size_t page = 0; page < file->pages; page++) {
		fill(file, page, (uint64_t *)(void *)(addr + page * PAGE_SIZE));
		acknowledge(file, page + 1);
	}
}

static void verify(const struct file *file)
{
	char *addr = map_plainly(file);
	uint64_t words[WORDS];
	size_t page = 0;

	for (; page < file->pages; page++) {
		fill(file, page, words);
		if (memcmp(addr + page * PAGE_SIZE, words, PAGE_SIZE) != 0)
			break;
	}
	printf("found %s %zu\n", file->path, page);
}

static const struct {
	const char *name;
	void (*act)(const struct file *file);
} acts[] = {{"write", write_durably}, {"neglect", neglect}, {"verify", verify}};

int main(int argc, char **argv)
{
	struct file file;
	struct stat st;

	if (argc != 4)
		return 2;
	file.path = argv[2];
	file.round = strtoull(argv[3], NULL, 10);
	file.fd = open(file.path, O_RDWR);
	if (file.fd < 0 || fstat(file.fd, &st) != 0)
		fail(&file, "open");
	file.pages = (size_t)st.st_size / PAGE_SIZE;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(argv[1], acts[i].name) == 0) {
			acts[i].act(&file);
			return 0;
		}
	}
	return 2;
}
