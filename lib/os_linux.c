/* SPDX-License-Identifier: BSD-3-Clause */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "arena.h"
#include "bits.h"
#include "libpmem2.h"

/* Since Linux 4.15 and 4.17; C libraries older than the kernel lack them. */
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* FS_IOC_FSGETXATTR, of a header that comes with Linux and not with every C library. */
struct attributes {
	uint32_t flags;
	uint32_t others[4];
	unsigned char padding[8];
};
#define GET_ATTRIBUTES _IOR('X', 31, struct attributes)
#define REALTIME 0x1U

#define HUGETLBFS 0x958458f6UL /* HUGETLBFS_MAGIC of the kernel's headers */

#define RESERVED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

/* Room kept free behind a reservation whose place is ours to choose, for it to grow into. */
#define ROOM_TO_GROW PMEM2_GIB

/* How often to look for an aligned place when other threads keep taking the one found. */
#define PLACEMENT_TRIES 8

int pmem2_os_open_flags(pmem2_os_file file)
{
	int flags = fcntl(file, F_GETFL);

	return flags < 0 ? -errno : flags;
}

static enum pmem2_os_type file_type(mode_t mode)
{
	if (S_ISREG(mode))
		return PMEM2_OS_REGULAR;
	if (S_ISCHR(mode))
		return PMEM2_OS_CHAR_DEVICE;
	if (S_ISBLK(mode))
		return PMEM2_OS_BLOCK_DEVICE;
	if (S_ISFIFO(mode))
		return PMEM2_OS_PIPE;
	if (S_ISSOCK(mode))
		return PMEM2_OS_SOCKET;
	return S_ISDIR(mode) ? PMEM2_OS_DIRECTORY : PMEM2_OS_OTHER;
}

/* A file may be larger than the address space; none of it beyond that can be mapped. */
static size_t file_size(off_t size)
{
	return (off_t)(size_t)size == size ? (size_t)size : SIZE_MAX;
}

int pmem2_os_stat(pmem2_os_file file, struct pmem2_os_stat *stat)
{
	struct stat st;

	if (fstat(file, &st) != 0)
		return -errno;
	stat->type = file_type(st.st_mode);
	stat->size = file_size(st.st_size);
	stat->device = S_ISCHR(st.st_mode) ? st.st_rdev : st.st_dev;
	stat->block = (size_t)st.st_blksize;
	return 0;
}

/* XFS may have a second device, for the contents of files so marked. */
int pmem2_os_is_elsewhere(pmem2_os_file file)
{
	struct attributes attributes;
	const unsigned request = GET_ATTRIBUTES; /* musl takes an int, glibc a long */

	if (ioctl(file, request, &attributes) == 0)
		return (attributes.flags & REALTIME) != 0;
	/* Emulators of other CPUs do not know every request: ENOSYS. */
	return errno == ENOTTY || errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -errno;
}

size_t pmem2_os_page_size(void)
{
	static _Atomic size_t page; /* kept for paths on which a call of the C library counts */
	size_t known = atomic_load_explicit(&page, memory_order_relaxed);

	if (__builtin_expect(known == 0, 0)) {
		known = (size_t)getpagesize();
		atomic_store_explicit(&page, known, memory_order_relaxed);
	}
	return known;
}

/* A file system that cannot tell what it is, is not hugetlbfs. */
size_t pmem2_os_unit(pmem2_os_file file)
{
	struct statfs fs;

	if (fstatfs(file, &fs) != 0 || (unsigned long)fs.f_type != HUGETLBFS)
		return pmem2_os_page_size();
	return (size_t)fs.f_bsize;
}

static size_t whole_pages(size_t length)
{
	return pmem2_align_up(length, pmem2_os_page_size());
}

static int system_protection(unsigned prot)
{
	return ((prot & PMEM2_PROT_READ) ? PROT_READ : 0) |
	       ((prot & PMEM2_PROT_WRITE) ? PROT_WRITE : 0) |
	       ((prot & PMEM2_PROT_EXEC) ? PROT_EXEC : 0);
}

static void *map_with(const struct pmem2_os_request *request, void *hint, size_t length, int flags)
{
	return mmap(hint, length, system_protection(request->prot), flags, request->file,
		    (off_t)request->offset);
}

static bool refuses_sync(int error)
{
	return error == EINVAL || error == EOPNOTSUPP;
}

/*
 * Ask for a synchronous mapping of `length` bytes where there can be one. The grant then tells
 * whether there is; if not, nothing is mapped yet.
 */
static int ask_for_sync(const struct pmem2_os_request *request, void *hint, size_t length,
			struct pmem2_os_grant *grant)
{
	grant->synchronous = false;
	grant->refusal = 0;
	if (request->file == PMEM2_OS_NO_FILE || !request->shared)
		return 0;
	grant->refusal = request->refusal;
	if (grant->refusal != 0)
		return 0;
	grant->addr = map_with(request, hint, length, MAP_SHARED_VALIDATE | MAP_SYNC);
	grant->synchronous = grant->addr != MAP_FAILED;
	if (grant->synchronous)
		return 0;
	grant->refusal = errno;
	return refuses_sync(errno) ? 0 : -errno;
}

static int map_as_granted(const struct pmem2_os_request *request, void *hint, int flags,
			  struct pmem2_os_grant *grant)
{
	if (grant->synchronous)
		flags |= MAP_SHARED_VALIDATE | MAP_SYNC;
	else
		flags |= request->shared ? MAP_SHARED : MAP_PRIVATE;
	if (request->file == PMEM2_OS_NO_FILE)
		flags |= MAP_ANONYMOUS;
	grant->addr = map_with(request, hint, request->length, flags);
	return grant->addr == MAP_FAILED ? -errno : 0;
}

/*
 * Map near `hint`, never on top of anything. The hint is not made binding with
 * MAP_FIXED_NOREPLACE: Linux accepts that flag beside MAP_SHARED, but refuses
 * it beside MAP_SHARED_VALIDATE, without which there is no MAP_SYNC.
 */
static int map_near(const struct pmem2_os_request *request, void *hint,
		    struct pmem2_os_grant *grant)
{
	int ret = ask_for_sync(request, hint, request->length, grant);

	if (ret != 0 || grant->synchronous)
		return ret;
	return map_as_granted(request, hint, 0, grant);
}

static void drop(void *addr, size_t length)
{
	(void)munmap(addr, length);
}

/* Free address space for `length` bytes, found by taking more and giving all of it back. */
static void *find_aligned(size_t length, size_t alignment)
{
	size_t room = length + alignment;
	void *addr;

	if (room < length) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	addr = mmap(NULL, room, PROT_NONE, RESERVED, -1, 0);
	if (addr == MAP_FAILED)
		return MAP_FAILED;
	drop(addr, room);
	return (void *)pmem2_align_up((uintptr_t)addr, alignment);
}

/* -EINVAL when the place near `hint` is not aligned, which device dax finds by itself. */
static int map_aligned(const struct pmem2_os_request *request, size_t length, void *hint,
		       struct pmem2_os_grant *grant)
{
	int ret = map_near(request, hint, grant);

	if (ret != 0)
		return ret;
	if (pmem2_is_aligned((uintptr_t)grant->addr, request->alignment))
		return 0;
	drop(grant->addr, length);
	return -EINVAL;
}

/* The arena's hints were not taken up: find places by hand until one is. */
static int map_by_search(const struct pmem2_os_request *request, size_t length,
			 struct pmem2_os_grant *grant)
{
	int ret = -EINVAL;

	for (int i = 0; i < PLACEMENT_TRIES && ret == -EINVAL; i++) {
		void *hint = find_aligned(length, request->alignment);
		if (hint == MAP_FAILED)
			return -errno;
		ret = map_aligned(request, length, hint, grant);
	}
	return ret;
}

static int reserve_at(void *addr, size_t length, void **reserved)
{
	void *got = mmap(addr, length, PROT_NONE, RESERVED | MAP_FIXED_NOREPLACE, -1, 0);

	if (got == MAP_FAILED)
		return -errno;
	if (got != addr) { /* Linux before 4.17 takes the address for a hint */
		drop(got, length);
		return -EEXIST;
	}
	*reserved = got;
	return 0;
}

static bool is_torn(const char *place, size_t length)
{
	return msync((void *)place, length, MS_ASYNC) != 0 && errno == ENOMEM;
}

/* What a failed system call has left of a place. Unmapping spares none of it, or all. */
enum rest {
	UNTOUCHED, /* or unmapped and filled to the last page by others, which looks the same */
	MENDED,    /* unmapped, and reserved again */
	LOST       /* unmapped, and in part others' now */
};

/*
 * Close the hole that a failed system call may have torn into a reservation, around what
 * other threads have mapped there since. Usually there is none, as Linux checks nearly all
 * that can fail before it unmaps.
 */
static enum rest mend(char *place, size_t length)
{
	enum rest rest = is_torn(place, length) ? MENDED : UNTOUCHED;
	size_t step = length;
	void *reserved;

	while (length > 0 && is_torn(place, length)) {
		int ret = reserve_at(place, step, &reserved);
		if (ret != 0 && ret != -EEXIST)
			break;
		if (ret == -EEXIST && step > pmem2_os_page_size() && is_torn(place, step)) {
			step = whole_pages(step / 2);
			continue;
		}
		if (ret == -EEXIST)
			rest = LOST;
		place += step;
		length -= step;
		step = length;
	}
	return rest == MENDED && length > 0 ? LOST : rest;
}

/*
 * A file system that refuses MAP_SYNC may do so when MAP_FIXED has already unmapped what was
 * there, and another thread's mapping may land in the hole. So ask for one unit elsewhere:
 * what is granted there is granted here. A whole mapping elsewhere would not fit where address
 * space is limited.
 */
static int map_over(const struct pmem2_os_request *request, size_t length,
		    struct pmem2_os_grant *grant)
{
	size_t unit = request->unit < length ? request->unit : length;
	int ret = ask_for_sync(request, NULL, unit, grant);

	if (ret != 0)
		return ret;
	if (grant->synchronous)
		drop(grant->addr, unit);
	return map_as_granted(request, request->place, MAP_FIXED, grant);
}

static int map_at_place(const struct pmem2_os_request *request, size_t length,
			struct pmem2_os_grant *grant)
{
	int ret = map_over(request, length, grant);

	if (ret != 0 && mend(request->place, length) == LOST)
		return -EEXIST;
	return ret;
}

/*
 * Hold an aligned place, then map over it: dear, but good where hints
 * are never taken up, as in emulators that lose the place with the refusal of MAP_SYNC.
 * A place that the failure has unmapped is not ours any more.
 */
static int map_by_holding(const struct pmem2_os_request *request, size_t length,
			  struct pmem2_os_grant *grant)
{
	struct pmem2_os_request held = *request;
	int ret = pmem2_os_reserve(NULL, length, request->alignment, &held.place);

	if (ret != 0)
		return ret;
	ret = map_over(&held, length, grant);
	if (ret != 0 && !is_torn(held.place, length))
		drop(held.place, length);
	return ret;
}

static int map_anywhere(const struct pmem2_os_request *request, size_t length,
			struct pmem2_os_grant *grant)
{
	void *hint = pmem2_arena_hint(length, request->alignment);
	int ret = map_aligned(request, length, hint, grant);

	if (ret == -EINVAL)
		ret = map_by_search(request, length, grant);
	return ret == -EINVAL ? map_by_holding(request, length, grant) : ret;
}

int pmem2_os_map(const struct pmem2_os_request *request, struct pmem2_os_grant *grant)
{
	size_t length = whole_pages(request->length);

	if (length < request->length)
		return -ENOMEM;
	if (request->place != NULL)
		return map_at_place(request, length, grant);
	return map_anywhere(request, length, grant);
}

int pmem2_os_unmap(void *addr, size_t length)
{
	return munmap(addr, whole_pages(length)) != 0 ? -errno : 0;
}

/* Where hints are not taken up: free address space with room above, or without. */
static void *find_room(size_t length, size_t room, size_t alignment)
{
	void *addr = find_aligned(room, alignment);

	return addr != MAP_FAILED ? addr : find_aligned(length, alignment);
}

int pmem2_os_reserve(void *addr, size_t length, size_t alignment, void **reserved)
{
	size_t room = length + ROOM_TO_GROW;
	void *got;

	if (addr != NULL)
		return reserve_at(addr, length, reserved);
	if (room < length)
		room = length;
	addr = pmem2_arena_hint(room, alignment);
	for (int i = 0; i < PLACEMENT_TRIES && addr != MAP_FAILED; i++) {
		got = mmap(addr, length, PROT_NONE, RESERVED, -1, 0);
		if (got == MAP_FAILED)
			return -errno;
		if (got == addr || (i > 0 && pmem2_is_aligned((uintptr_t)got, alignment))) {
			*reserved = got;
			return 0;
		}
		drop(got, length);
		addr = find_room(length, room, alignment);
	}
	return -ENOMEM;
}

int pmem2_os_vacate(void *addr, size_t length)
{
	int error;

	length = whole_pages(length);
	if (mmap(addr, length, PROT_NONE, RESERVED | MAP_FIXED, -1, 0) != MAP_FAILED)
		return 0;
	error = errno;
	switch (mend(addr, length)) {
	case MENDED:
		return 0;
	case LOST:
		return -EEXIST;
	default:
		return -error;
	}
}

int pmem2_os_sync(const void *addr, size_t length)
{
	uintptr_t page = pmem2_os_page_size();
	uintptr_t start = pmem2_align_down((uintptr_t)addr, page);
	uintptr_t end = (uintptr_t)addr + length;

	/* The kernel rounds up, which must not wrap either. */
	if (end < (uintptr_t)addr || end > UINTPTR_MAX - page)
		end = pmem2_align_down(UINTPTR_MAX, page);
	while (msync((void *)start, end - start, MS_SYNC) != 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

ssize_t pmem2_os_read(pmem2_os_file file, void *buffer, size_t length, size_t offset)
{
	ssize_t got;

	do
		got = pread(file, buffer, length, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

ssize_t pmem2_os_write(pmem2_os_file file, const void *buffer, size_t length, size_t offset)
{
	ssize_t put;

	do
		put = pwrite(file, buffer, length, (off_t)offset);
	while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : put;
}

static int allocate(pmem2_os_file file, int mode, size_t offset, size_t length)
{
	int ret;

	do
		ret = fallocate(file, mode | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length);
	while (ret != 0 && errno == EINTR);
	return ret != 0 ? -errno : 0;
}

int pmem2_os_sync_file(pmem2_os_file file)
{
	return fsync(file) == 0 ? 0 : -errno;
}

/* Nothing is allocated behind the end of a file, where nobody would ever give it back. */
int pmem2_os_renew(pmem2_os_file file, size_t offset, size_t length)
{
	struct stat st;
	uint64_t size;
	int ret = allocate(file, FALLOC_FL_PUNCH_HOLE, offset, length);

	if (ret != 0)
		return ret;
	if (fstat(file, &st) != 0)
		return -errno;
	size = (uint64_t)st.st_size;
	if (offset >= size)
		return 0;
	if (length > size - offset)
		length = (size_t)(size - offset);
	return allocate(file, 0, offset, length);
}
