/* SPDX-License-Identifier: BSD-3-Clause */
#include "faults.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

struct plan {
	unsigned remaining; /* calls until the one that fails; 0: none will */
	int error;
	const char *only;
	const char *victim;
};

static _Thread_local struct plan plan;

/* Blocks from the calls below only; what the C library allocates by itself does not come by here.
 */
static void *live[4096];
static pthread_mutex_t live_lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
	void *addr;
	size_t length;
} refused;

static struct {
	char *addr;
	size_t length;
} synced;

static struct {
	int fd;
	bool character;
	dev_t device;
} fake = {.fd = -1};

static int huge = -1;

#define HUGE_PAGE (2 << 20)
#define HUGETLBFS 0x958458f6 /* HUGETLBFS_MAGIC of the kernel's headers */

static _Thread_local unsigned misplaced;
static bool loaded;
static bool struck_at_load;

void (*faults_at_fixed_place)(void *addr, size_t length);

void faults_arm(unsigned nth, const char *only, int error)
{
	plan = (struct plan){.remaining = nth, .error = error, .only = only};
}

const char *faults_disarm(void)
{
	plan.remaining = 0;
	return plan.victim;
}

/* Whether this call is the one; if so, errno is set. */
static bool strikes(const char *name, int error)
{
	if (plan.remaining == 0 || (plan.only != NULL && strcmp(plan.only, name) != 0))
		return false;
	if (--plan.remaining > 0)
		return false;
	plan.victim = name;
	errno = error;
	return true;
}

/* Put `to` in the place of `from`; NULL stands for a free one. */
static bool exchange(const void *from, void *to)
{
	size_t i = 0;

	pthread_mutex_lock(&live_lock);
	while (i < sizeof(live) / sizeof(live[0]) && live[i] != from)
		i++;
	if (i < sizeof(live) / sizeof(live[0]))
		live[i] = to;
	pthread_mutex_unlock(&live_lock);
	return i < sizeof(live) / sizeof(live[0]);
}

size_t faults_live_allocations(void)
{
	size_t count = 0;

	pthread_mutex_lock(&live_lock);
	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++)
		count += live[i] != NULL;
	pthread_mutex_unlock(&live_lock);
	return count;
}

size_t faults_refused_bytes(void)
{
	return refused.length;
}

void faults_fake_device(int fd, bool character, dev_t device)
{
	fake.fd = fd;
	fake.character = character;
	fake.device = device;
}

void faults_fake_huge(int fd)
{
	huge = fd;
}

void faults_misplace(unsigned count)
{
	misplaced = count;
}

#define STRIKE_AT_LOAD "PMEM2_TEST_STRIKE_AT_LOAD"

void faults_restart_struck(void)
{
	if (getenv(STRIKE_AT_LOAD) != NULL) {
		loaded = true;
		return;
	}
	(void)setenv(STRIKE_AT_LOAD, "1", 1);
	(void)rmdir(pmem2_test_directory());
	(void)execl(program_invocation_name, program_invocation_name, (char *)NULL);
	perror(program_invocation_name);
	abort();
}

bool faults_struck_at_load(void)
{
	return struck_at_load;
}

/* Before main no test can have armed anything, and there is one thread. */
static bool strikes_at_load(int error)
{
	if (loaded || getenv(STRIKE_AT_LOAD) == NULL)
		return false;
	struck_at_load = true;
	errno = error;
	return true;
}

/* A call whose failure is told by `failure`, with errno set; nothing else is special about it. */
#define WRAPPER(type, name, failure, parameters, arguments)                                        \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		return strikes(#name, plan.error) ? (failure) : __real_##name arguments;           \
	}

WRAPPER(int, fallocate64, -1, (int fd, int mode, off_t offset, off_t length),
	(fd, mode, offset, length))
WRAPPER(ssize_t, getdents64, -1, (int fd, void *buffer, size_t length), (fd, buffer, length))
WRAPPER(ssize_t, pread64, -1, (int fd, void *buffer, size_t length, off_t offset),
	(fd, buffer, length, offset))
WRAPPER(int, fsync, -1, (int fd), (fd))
WRAPPER(int, pthread_sigmask, errno, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
WRAPPER(ssize_t, pwrite64, -1, (int fd, const void *buffer, size_t length, off_t offset),
	(fd, buffer, length, offset))
WRAPPER(ssize_t, read, -1, (int fd, void *buffer, size_t length), (fd, buffer, length))
WRAPPER(ssize_t, readlink, -1, (const char *path, char *buffer, size_t size), (path, buffer, size))
WRAPPER(int, sigaction, -1, (int signal, const struct sigaction *action, struct sigaction *old),
	(signal, action, old))

/* Calls that are told from each other by a last argument which may be absent. */
#define WRAPPER_VARIADIC(name, first_type, second_type)                                            \
	int __real_##name(first_type first, second_type second, ...);                              \
	int __wrap_##name(first_type first, second_type second, ...);                              \
	int __wrap_##name(first_type first, second_type second, ...)                               \
	{                                                                                          \
		va_list args;                                                                      \
		long third;                                                                        \
                                                                                                   \
		if (strikes(#name, plan.error))                                                    \
			return -1;                                                                 \
		va_start(args, second);                                                            \
		third = va_arg(args, long);                                                        \
		va_end(args);                                                                      \
		return __real_##name(first, second, third);                                        \
	}

WRAPPER_VARIADIC(fcntl64, int, int)
WRAPPER_VARIADIC(open64, const char *, int)

struct faults_fiemap {
	uint64_t start, length;
	uint32_t flags, mapped, count, reserved;
	struct {
		uint64_t logical, physical, length, reserved64[2];
		uint32_t flags, reserved[3];
	} extent;
};

/* A file on a fake block device lies at its start, in one extent: FS_IOC_FIEMAP. */
static int tell_extent(struct faults_fiemap *map)
{
	map->mapped = 1;
	map->extent.logical = 0;
	map->extent.physical = 0;
	map->extent.length = map->length;
	map->extent.flags = 1;
	return 0;
}

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *argument;

	if (strikes("ioctl", plan.error))
		return -1;
	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if (fd == fake.fd && (request >> 8 & 0xff) == 'f')
		return tell_extent(argument);
	return __real_ioctl(fd, request, argument);
}

/* With no error to fail with, stop after a part. */
ssize_t __real_write(int fd, const void *buffer, size_t length);
ssize_t __wrap_write(int fd, const void *buffer, size_t length);
ssize_t __wrap_write(int fd, const void *buffer, size_t length)
{
	if (!strikes("write", plan.error))
		return __real_write(fd, buffer, length);
	return plan.error != 0 ? -1 : __real_write(fd, buffer, length / 2);
}

/* What does not wait for the medium has synchronised nothing. */
int __real_msync(void *addr, size_t length, int flags);
int __wrap_msync(void *addr, size_t length, int flags);
int __wrap_msync(void *addr, size_t length, int flags)
{
	int ret = strikes("msync", plan.error) ? -1 : __real_msync(addr, length, flags);

	if (ret == 0 && flags == MS_SYNC) {
		synced.addr = addr;
		synced.length = length;
	}
	return ret;
}

bool faults_synced(const void *addr, size_t length)
{
	const char *start = addr;

	return synced.addr <= start && start + length <= synced.addr + synced.length;
}

/* Descriptors are gone also when closing them fails. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	int ret = __real_close(fd);

	return strikes("close", plan.error) ? -1 : ret;
}

#define WRAPPER_AT_LOAD(type, name, parameters, arguments)                                         \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		return strikes_at_load(EAGAIN) ? -1 : __real_##name arguments;                     \
	}

WRAPPER_AT_LOAD(ssize_t, getrandom, (void *buffer, size_t length, unsigned flags),
		(buffer, length, flags))
WRAPPER_AT_LOAD(int, clock_gettime, (clockid_t clock, struct timespec *now), (clock, now))

int __real_pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));
int __wrap_pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));
int __wrap_pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	if (strikes_at_load(ENOMEM) || strikes("pthread_atfork", ENOMEM))
		return errno;
	return __real_pthread_atfork(prepare, parent, child);
}

static void *counted(void *block)
{
	if (block != NULL && !exchange(NULL, block))
		abort(); /* the table is too small */
	return block;
}

#define WRAPPER_ALLOCATING(name, parameters, arguments)                                            \
	void *__real_##name parameters;                                                            \
	void *__wrap_##name parameters;                                                            \
	void *__wrap_##name parameters                                                             \
	{                                                                                          \
		return strikes(#name, ENOMEM) ? NULL : counted(__real_##name arguments);           \
	}

WRAPPER_ALLOCATING(malloc, (size_t size), (size))
WRAPPER_ALLOCATING(calloc, (size_t count, size_t size), (count, size))

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
	if (block != NULL)
		(void)exchange(block, NULL);
	__real_free(block);
}

/* Only Check calls this: what it keeps is not counted. */
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size)
{
	if (block != NULL)
		(void)exchange(block, NULL);
	return __real_realloc(block, size);
}

int __real_vasprintf(char **text, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
int __wrap_vasprintf(char **text, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The C library leaves the pointer undefined on failure: make it hurt. */
static int print(const char *name, char **text, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static int print(const char *name, char **text, const char *format, va_list args)
{
	int length;

	if (strikes(name, ENOMEM)) {
		*text = (char *)1;
		return -1;
	}
	length = __real_vasprintf(text, format, args);
	if (length >= 0)
		(void)counted(*text);
	return length;
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
	return print("vasprintf", text, format, args);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = print("asprintf", text, format, args);
	va_end(args);
	return length;
}

/* Their names in builds with _FORTIFY_SOURCE. */
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int __real___open64_2(const char *path, int flags);
int __wrap___open64_2(const char *path, int flags);

int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args)
{
	return print("vasprintf", text, format, args);
}

int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = print("asprintf", text, format, args);
	va_end(args);
	return length;
}

int __wrap___open64_2(const char *path, int flags)
{
	return strikes("open64", plan.error) ? -1 : __real___open64_2(path, flags);
}

int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st)
{
	int ret = strikes("fstat64", plan.error) ? -1 : __real_fstat64(fd, st);

	if (ret == 0 && fd == huge)
		st->st_blksize = HUGE_PAGE;
	if (ret != 0 || fd != fake.fd)
		return ret;
	if (fake.character) {
		st->st_mode = S_IFCHR | 0600;
		st->st_rdev = fake.device;
	} else {
		st->st_dev = fake.device;
	}
	return 0;
}

int __real_fstatfs64(int fd, struct statfs64 *fs);
int __wrap_fstatfs64(int fd, struct statfs64 *fs);
int __wrap_fstatfs64(int fd, struct statfs64 *fs)
{
	int ret = strikes("fstatfs64", plan.error) ? -1 : __real_fstatfs64(fd, fs);

	if (ret != 0 || fd != huge)
		return ret;
	fs->f_type = HUGETLBFS;
	fs->f_bsize = HUGE_PAGE;
	return 0;
}

static void prepare_failure(void *addr, size_t length)
{
	int error = errno;

	if (faults_at_fixed_place != NULL)
		faults_at_fixed_place(addr, length);
	errno = error;
}

void *__real_mmap64(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	const int fixed = MAP_FIXED | MAP_FIXED_NOREPLACE;

	if (strikes("mmap64", plan.error)) {
		if ((flags & MAP_FIXED) != 0)
			prepare_failure(addr, length);
		return MAP_FAILED;
	}
	if (addr != NULL && misplaced > 0 && (flags & fixed) == 0) {
		addr = (char *)addr + sysconf(_SC_PAGESIZE);
		misplaced--;
	}
	if (fd >= 0 && fd == fake.fd && (flags & MAP_SYNC) != 0)
		flags = MAP_SHARED | (flags & fixed);
	return __real_mmap64(addr, length, prot, flags, fd, offset);
}

int __real_munmap(void *addr, size_t length);
int __wrap_munmap(void *addr, size_t length);
int __wrap_munmap(void *addr, size_t length)
{
	if (!strikes("munmap", plan.error))
		return __real_munmap(addr, length);
	refused.addr = addr;
	refused.length = length;
	return -1;
}

void faults_forget_refused(void)
{
	refused.length = 0;
}

void faults_release_refused(void)
{
	if (refused.length > 0)
		(void)__real_munmap(refused.addr, refused.length);
	refused.length = 0;
}
