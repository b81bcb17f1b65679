/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To learn here: a log that survives a crash at any moment. A record is stored
 * with NOFLUSH and made durable by one persist, in no order among its bytes: its
 * checksum tells a whole record from a torn one, and the log ends before the
 * first record that is not whole. The checksum starts from the one of the record
 * before, so that the remains of a torn record, partly overwritten by its
 * successor, are never taken for a record.
 *
 * append_log write LOG      append the lines of standard input, and print the
 *                           number of each record once it is durable
 * append_log check LOG N    fail unless records 1 to N are whole
 * append_log read LOG       print all whole records
 */
#include "cli.h"
#include "file.h"

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_SIZE ((size_t)128 << 20)
#define FNV_OFFSET_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* Records start at multiples of 8, so that headers are aligned. */
struct record {
	uint64_t checksum;
	uint64_t sequence;
	uint64_t length;
	char payload[];
};

struct log {
	struct pmem2_map *map;
	char *base;
	size_t size;
	size_t end;        /* offset behind the last whole record */
	uint64_t count;    /* its sequence number */
	uint64_t checksum; /* its checksum */
};

static uint64_t fnv1a(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *byte = data;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ byte[i]) * FNV_PRIME;
	return hash;
}

static uint64_t checksum_of(uint64_t previous, const struct record *header, const char *payload)
{
	uint64_t hash = fnv1a(previous, &header->sequence, sizeof(header->sequence));
	hash = fnv1a(hash, &header->length, sizeof(header->length));
	return fnv1a(hash, payload, header->length);
}

static bool has_room(const struct log *log, uint64_t length)
{
	size_t room = log->size - log->end;
	return room >= sizeof(struct record) && length <= room - sizeof(struct record);
}

/* Take the record at the end of the log into it. */
static void accept_record(struct log *log, const struct record *header)
{
	size_t room = log->size - log->end;
	size_t padded = (sizeof(*header) + header->length + 7) & ~(size_t)7;

	log->end += padded < room ? padded : room;
	log->count = header->sequence;
	log->checksum = header->checksum;
}

/* The next whole record, which becomes part of the log, or NULL. */
static const struct record *next_record(struct log *log)
{
	const struct record *rec = (const struct record *)(log->base + log->end);

	if (!has_room(log, 0) || !has_room(log, rec->length) || rec->sequence != log->count + 1 ||
	    rec->checksum != checksum_of(log->checksum, rec, rec->payload))
		return NULL;
	accept_record(log, rec);
	return rec;
}

static bool append(struct log *log, const char *payload, size_t length)
{
	pmem2_memcpy_fn copy = pmem2_get_memcpy_fn(log->map);
	char *dest = log->base + log->end;
	struct record header = {.sequence = log->count + 1, .length = length};

	if (!has_room(log, length))
		return false;
	header.checksum = checksum_of(log->checksum, &header, payload);
	copy(dest, &header, sizeof(header), PMEM2_F_MEM_NOFLUSH);
	copy(dest + sizeof(header), payload, length, PMEM2_F_MEM_NOFLUSH);
	pmem2_get_persist_fn(log->map)(dest, sizeof(header) + length);
	accept_record(log, &header);
	return true;
}

static struct log open_log(const char *path, int fd, unsigned protection)
{
	struct log log = {.checksum = FNV_OFFSET_BASIS};

	if (fd < 0)
		err(1, "%s", path);
	if (file_map(&log.map, fd, PMEM2_GRANULARITY_PAGE, protection))
		errx(1, "%s: %s", path, pmem2_errormsg());
	close(fd);
	log.base = pmem2_map_get_address(log.map);
	log.size = pmem2_map_get_size(log.map);
	return log;
}

static struct log open_for_reading(const char *path)
{
	return open_log(path, open(path, O_RDONLY | O_CLOEXEC), PMEM2_PROT_READ);
}

static void close_log(struct log *log)
{
	if (fflush(stdout) || ferror(stdout))
		err(1, "standard output");
	if (pmem2_map_delete(&log->map))
		errx(1, "%s", pmem2_errormsg());
}

static int write_records(const char *path)
{
	int fd = file_create(path, LOG_SIZE, 0);
	struct log log = open_log(path, fd, PMEM2_PROT_READ | PMEM2_PROT_WRITE);
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;

	while (next_record(&log))
		;
	while ((length = getline(&line, &capacity, stdin)) > 0) {
		if (line[length - 1] == '\n')
			length--;
		if (!append(&log, line, (size_t)length))
			errx(1, "%s: full after %" PRIu64 " records", path, log.count);
		printf("%" PRIu64 "\n", log.count);
		if (fflush(stdout))
			err(1, "standard output");
	}
	free(line);
	close_log(&log);
	return 0;
}

static int check_records(const char *path, const char *wanted)
{
	struct log log = open_for_reading(path);
	char *rest;
	uint64_t least = strtoull(wanted, &rest, 10);

	if (*wanted < '0' || *wanted > '9' || *rest)
		errx(2, "%s: not a number of records", wanted);
	while (next_record(&log))
		;
	printf("%" PRIu64 " whole records, %" PRIu64 " wanted\n", log.count, least);
	close_log(&log);
	return log.count < least;
}

static int read_records(const char *path)
{
	struct log log = open_for_reading(path);
	const struct record *rec;

	while ((rec = next_record(&log))) {
		fwrite(rec->payload, 1, rec->length, stdout);
		putchar('\n');
	}
	close_log(&log);
	return 0;
}

int main(int argc, char **argv)
{
	const char *usage = "append_log write LOG | check LOG N | read LOG";

	cli_answer(argc, argv, usage);
	if (argc == 3 && strcmp(argv[1], "write") == 0)
		return write_records(argv[2]);
	if (argc == 4 && strcmp(argv[1], "check") == 0)
		return check_records(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "read") == 0)
		return read_records(argv[2]);
	errx(2, "usage: %s", usage);
}
