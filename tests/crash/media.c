/* SPDX-License-Identifier: BSD-3-Clause */
#include "media.h"

#include <err.h>
#include <fcntl.h>
#include <libpmem2.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

int __wrap_file_create(const char *path, size_t size, int flags);
int __real_pmem2_map_new(struct pmem2_map **map, const struct pmem2_config *cfg,
			 struct pmem2_source *src);
int __wrap_pmem2_map_new(struct pmem2_map **map, const struct pmem2_config *cfg,
			 struct pmem2_source *src);
int __real_pmem2_map_delete(struct pmem2_map **map);
int __wrap_pmem2_map_delete(struct pmem2_map **map);
enum pmem2_granularity __wrap_pmem2_map_get_store_granularity(struct pmem2_map *map);
pmem2_persist_fn __wrap_pmem2_get_persist_fn(struct pmem2_map *map);
pmem2_flush_fn __wrap_pmem2_get_flush_fn(struct pmem2_map *map);
pmem2_drain_fn __wrap_pmem2_get_drain_fn(struct pmem2_map *map);
pmem2_memcpy_fn __wrap_pmem2_get_memcpy_fn(struct pmem2_map *map);
pmem2_memmove_fn __wrap_pmem2_get_memmove_fn(struct pmem2_map *map);
pmem2_memset_fn __wrap_pmem2_get_memset_fn(struct pmem2_map *map);

static bool watching;
static struct pmem2_map *watched;
static const unsigned char *visible;
static unsigned char durable[MEDIA_SIZE];
/* Lines on their way to the media, with what they held when they were flushed. */
static unsigned char flushed[MEDIA_SIZE];
static bool is_flushed[MEDIA_LINES];

bool (*media_at_call)(const char *call, const void *place);

void media_watch(void)
{
	watching = true;
	watched = NULL;
	memset(is_flushed, 0, sizeof(is_flushed));
}

void media_ignore(void)
{
	watching = false;
}

const unsigned char *media_durable(void)
{
	return durable;
}

const unsigned char *media_visible(void)
{
	return visible;
}

size_t media_unflushed(size_t lines[MEDIA_LINES])
{
	size_t count = 0;
	for (size_t line = 0; line < MEDIA_LINES; line++)
		if (memcmp(visible + line * MEDIA_LINE, durable + line * MEDIA_LINE, MEDIA_LINE))
			lines[count++] = line;
	return count;
}

static void flush_lines(const void *ptr, size_t size)
{
	size_t start = (size_t)((const unsigned char *)ptr - visible);

	if (size == 0)
		return;
	if (start >= MEDIA_SIZE || size > MEDIA_SIZE - start)
		errx(1, "flush of %zu bytes at %p, outside the mapping at %p", size, ptr,
		     (const void *)visible);
	for (size_t line = start / MEDIA_LINE; line * MEDIA_LINE < start + size; line++) {
		size_t offset = line * MEDIA_LINE;
		memcpy(flushed + offset, visible + offset, MEDIA_LINE);
		is_flushed[line] = true;
	}
}

static void drain_lines(void)
{
	for (size_t line = 0; line < MEDIA_LINES; line++)
		if (is_flushed[line])
			memcpy(durable + line * MEDIA_LINE, flushed + line * MEDIA_LINE,
			       MEDIA_LINE);
	memset(is_flushed, 0, sizeof(is_flushed));
}

/* Whether a call from `place` counts and takes effect. */
static bool goes_ahead(const char *call, const void *place)
{
	return watching && media_at_call(call, place);
}

static void persist(const void *ptr, size_t size)
{
	if (!goes_ahead("persist", __builtin_return_address(0)))
		return;
	flush_lines(ptr, size);
	drain_lines();
}

static void flush(const void *ptr, size_t size)
{
	if (goes_ahead("flush", __builtin_return_address(0)))
		flush_lines(ptr, size);
}

static void drain(void)
{
	if (goes_ahead("drain", __builtin_return_address(0)))
		drain_lines();
}

static void write_back(const char *call, const void *place, void *dest, size_t len, unsigned flags)
{
	if (flags & PMEM2_F_MEM_NOFLUSH || !goes_ahead(call, place))
		return;
	flush_lines(dest, len);
	if (!(flags & PMEM2_F_MEM_NODRAIN))
		drain_lines();
}

static void *copy(void *dest, const void *src, size_t len, unsigned flags)
{
	memmove(dest, src, len);
	write_back("copy", __builtin_return_address(0), dest, len, flags);
	return dest;
}

static void *fill(void *dest, int byte, size_t len, unsigned flags)
{
	memset(dest, byte, len);
	write_back("fill", __builtin_return_address(0), dest, len, flags);
	return dest;
}

/* All files have one size, whatever the program wants. */
int __wrap_file_create(const char *path, size_t size, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | flags);

	if (fd < 0 || ftruncate(fd, (off_t)MEDIA_SIZE) < 0)
		err(1, "%s", path);
	return fd;
}

int __wrap_pmem2_map_new(struct pmem2_map **map, const struct pmem2_config *cfg,
			 struct pmem2_source *src)
{
	int ret = __real_pmem2_map_new(map, cfg, src);
	if (ret || !watching)
		return ret;
	if (watched || pmem2_map_get_size(*map) != MEDIA_SIZE)
		errx(1, "the program may map one file of %zu bytes", MEDIA_SIZE);
	watched = *map;
	visible = pmem2_map_get_address(watched);
	memcpy(durable, visible, MEDIA_SIZE);
	return 0;
}

/* After a power cut here, all that the program said before must be true. */
int __wrap_pmem2_map_delete(struct pmem2_map **map)
{
	goes_ahead("unmap", NULL);
	return __real_pmem2_map_delete(map);
}

enum pmem2_granularity __wrap_pmem2_map_get_store_granularity(struct pmem2_map *map)
{
	return PMEM2_GRANULARITY_CACHE_LINE;
}

pmem2_persist_fn __wrap_pmem2_get_persist_fn(struct pmem2_map *map)
{
	return persist;
}

pmem2_flush_fn __wrap_pmem2_get_flush_fn(struct pmem2_map *map)
{
	return flush;
}

pmem2_drain_fn __wrap_pmem2_get_drain_fn(struct pmem2_map *map)
{
	return drain;
}

pmem2_memcpy_fn __wrap_pmem2_get_memcpy_fn(struct pmem2_map *map)
{
	return copy;
}

pmem2_memmove_fn __wrap_pmem2_get_memmove_fn(struct pmem2_map *map)
{
	return copy;
}

pmem2_memset_fn __wrap_pmem2_get_memset_fn(struct pmem2_map *map)
{
	return fill;
}
