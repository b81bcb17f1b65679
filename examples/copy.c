/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: storing much data durably. Pieces are copied with NODRAIN, so
 * that on persistent memory their write-backs overlap, and one drain makes a
 * batch of them durable; only then may anybody be told that they are. A program
 * asks for the strongest granularity it profits from, and takes the weaker one
 * when that is refused.
 *
 * copy FROM TO
 */
#include "cli.h"
#include "file.h"

#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PIECE ((size_t)256 << 10)
#define BATCH ((size_t)4 << 20)

struct input {
	const char *path;
	int fd;
	size_t size;
};

/* One line that is rewritten on a terminal, else a line every two seconds. */
static void show_progress(const char *verb, size_t done, size_t total)
{
	static time_t last_line;
	bool terminal = isatty(STDOUT_FILENO);
	bool finished = done == total;
	time_t now = time(NULL);

	if (!terminal && !finished && now - last_line < 2)
		return;
	last_line = now;
	printf("%s%s %zu of %zu bytes (%zu %%)%s", terminal ? "\r" : "", verb, done, total,
	       (size_t)((double)done / (double)total * 100), terminal && !finished ? "" : "\n");
	fflush(stdout);
}

static struct input open_input(const char *path)
{
	struct input in = {.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC)};
	struct stat st;

	if (in.fd < 0 || fstat(in.fd, &st) < 0)
		err(1, "%s", path);
	if (!S_ISREG(st.st_mode))
		errx(1, "%s: not a regular file", path);
	if (st.st_size == 0)
		errx(1, "%s: is empty, there is nothing to store", path);
	in.size = (size_t)st.st_size;
	return in;
}

/* Fill `buf` with the piece at `offset` and return its length. */
static size_t read_piece(const struct input *in, void *buf, size_t offset)
{
	size_t left = in->size - offset;
	ssize_t got = pread(in->fd, buf, left < PIECE ? left : PIECE, (off_t)offset);

	if (got < 0)
		err(1, "%s", in->path);
	if (got == 0)
		errx(1, "%s: became shorter while it was read", in->path);
	return (size_t)got;
}

static void *new_buffer(void)
{
	void *buf = malloc(PIECE);
	if (!buf)
		err(1, NULL);
	return buf;
}

static bool forced(const char *granularity)
{
	const char *value = getenv("PMEM2_FORCE_GRANULARITY");
	return value && strcasecmp(value, granularity) == 0;
}

static void explain_dax(enum pmem2_granularity granted)
{
	const char *name = granted == PMEM2_GRANULARITY_BYTE ? "BYTE" : "CACHE_LINE";
	const char *why = granted == PMEM2_GRANULARITY_BYTE
				  ? "the mapping is synchronous DAX and the platform saves the CPU "
				    "caches in a power cut, so stores are durable once visible"
				  : "the mapping is synchronous DAX, so stores are durable once "
				    "their cache lines are written back";
	if (forced(name))
		why = "PMEM2_FORCE_GRANULARITY says so";
	printf("granularity %s, because %s\n", name, why);
}

/* Map for storing, and say what the mapping promises and why. */
static struct pmem2_map *map_output(const char *path, int fd)
{
	const unsigned protection = PMEM2_PROT_READ | PMEM2_PROT_WRITE;
	struct pmem2_map *map;

	int ret = file_map(&map, fd, PMEM2_GRANULARITY_CACHE_LINE, protection);
	if (ret == 0) {
		explain_dax(pmem2_map_get_store_granularity(map));
		return map;
	}
	if (ret == PMEM2_E_GRANULARITY_NOT_SUPPORTED) {
		printf("granularity PAGE, stores are durable after msync, because a finer "
		       "one was refused: %s\n",
		       pmem2_errormsg());
		ret = file_map(&map, fd, PMEM2_GRANULARITY_PAGE, protection);
	}
	if (ret)
		errx(1, "%s: %s", path, pmem2_errormsg());
	return map;
}

static void store(struct pmem2_map *map, const struct input *in)
{
	pmem2_memcpy_fn copy = pmem2_get_memcpy_fn(map);
	pmem2_drain_fn drain = pmem2_get_drain_fn(map);
	char *dest = pmem2_map_get_address(map);
	void *buf = new_buffer();

	for (size_t done = 0, durable = 0; durable < in->size;) {
		size_t len = read_piece(in, buf, done);
		copy(dest + done, buf, len, PMEM2_F_MEM_NODRAIN);
		done += len;
		if (done == in->size || done - durable >= BATCH) {
			drain();
			durable = done;
			show_progress("stored", durable, in->size);
		}
	}
	free(buf);
}

static void verify(struct pmem2_map *map, const struct input *in)
{
	const char *stored = pmem2_map_get_address(map);
	void *buf = new_buffer();

	for (size_t done = 0; done < in->size;) {
		size_t len = read_piece(in, buf, done);
		if (memcmp(stored + done, buf, len) != 0)
			errx(1, "%s: differs within %zu bytes from offset %zu", in->path, len,
			     done);
		done += len;
		show_progress("verified", done, in->size);
	}
	free(buf);
}

static void delete_map(struct pmem2_map *map)
{
	if (pmem2_map_delete(&map))
		errx(1, "%s", pmem2_errormsg());
}

int main(int argc, char **argv)
{
	const char *usage = "copy FROM TO, where TO is a new file";

	cli_answer(argc, argv, usage);
	if (argc != 3)
		errx(2, "usage: %s", usage);
	struct input in = open_input(argv[1]);
	const char *path = argv[2];

	/* The mapping outlives the descriptor. */
	int fd = file_create(path, in.size, O_EXCL);
	struct pmem2_map *map = map_output(path, fd);
	close(fd);
	store(map, &in);
	delete_map(map);

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	if (file_map(&map, fd, PMEM2_GRANULARITY_PAGE, PMEM2_PROT_READ))
		errx(1, "%s: %s", path, pmem2_errormsg());
	close(fd);
	verify(map, &in);
	delete_map(map);
	close(in.fd);
	return 0;
}
