/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: repairing what the media lost. Reading a bad block kills the program with
 * SIGBUS, so nothing is mapped here. Clearing one replaces it by zeros, which are not the
 * data: what belongs there must come from elsewhere. The copy is read before anything is
 * cleared, and a block that was cleared is no longer listed: should this program die
 * between clearing and writing, the copy must be restored in full.
 *
 * bad_blocks list FILE             print what is lost
 * bad_blocks repair FILE COPY      clear each bad block and write it anew from COPY
 */
#include "cli.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file {
	const char *path;
	int fd;
	struct pmem2_source *src;
	struct pmem2_badblock_context *bad;
};

static void must(int ret, const char *path)
{
	if (ret)
		errx(1, "%s: %s", path, pmem2_errormsg());
}

static int open_or_exit(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static char *read_copy(const char *path, int copy, const struct pmem2_badblock *bb)
{
	char *bytes = malloc(bb->length);
	ssize_t got = bytes ? pread(copy, bytes, bb->length, (off_t)bb->offset) : -1;

	if (got < 0)
		err(1, "%s", path);
	if ((size_t)got != bb->length)
		errx(1, "%s: has %zd of the %zu bytes wanted at offset %zu", path, got, bb->length,
		     bb->offset);
	return bytes;
}

static void repair(const struct file *file, const char *copy_path, const struct pmem2_badblock *bb)
{
	int copy = open_or_exit(copy_path, O_RDONLY);
	char *bytes = read_copy(copy_path, copy, bb);

	must(pmem2_badblock_clear(file->bad, bb), file->path);
	if (pwrite(file->fd, bytes, bb->length, (off_t)bb->offset) != (ssize_t)bb->length ||
	    fsync(file->fd) < 0)
		err(1, "%s: offset %zu", file->path, bb->offset);
	free(bytes);
	close(copy);
}

/* How many bad blocks there are. */
static size_t handle_all(const struct file *file, const char *copy_path)
{
	struct pmem2_badblock bb;
	size_t count = 0;
	int ret;

	while ((ret = pmem2_badblock_next(file->bad, &bb)) == 0) {
		if (copy_path)
			repair(file, copy_path, &bb);
		printf("%s: %zu bytes at offset %zu\n", copy_path ? "repaired" : "lost", bb.length,
		       bb.offset);
		count++;
	}
	if (ret != PMEM2_E_NO_BAD_BLOCK_FOUND)
		must(ret, file->path);
	return count;
}

int main(int argc, char **argv)
{
	const char *usage = "bad_blocks list FILE | repair FILE COPY";

	cli_answer(argc, argv, usage);
	int list = argc == 3 && strcmp(argv[1], "list") == 0;
	if (!list && (argc != 4 || strcmp(argv[1], "repair")))
		errx(2, "usage: %s", usage);
	struct file file = {.path = argv[2]};
	file.fd = open_or_exit(file.path, list ? O_RDONLY : O_RDWR);
	must(pmem2_source_from_fd(&file.src, file.fd), file.path);
	must(pmem2_badblock_context_new(&file.bad, file.src), file.path);
	size_t count = handle_all(&file, list ? NULL : argv[3]);
	printf("%s: %zu bad blocks that the kernel knows of\n", file.path, count);
	pmem2_badblock_context_delete(&file.bad);
	pmem2_source_delete(&file.src);
	close(file.fd);
	return 0;
}
