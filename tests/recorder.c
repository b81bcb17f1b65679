/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between test programs and the library (the linker's --wrap): notes which function
 * failed with which code, a line each, in the file that PMEM2_TEST_RECORD names. The
 * manual pages are compared with that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libpmem2.h"
#include "libpmem2/ext.h"

/* By bare system calls: other tests count and fail those that go through the C library. */
static void append(const char *path, const char *line, size_t length)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
	long fd = syscall(SYS_openat, AT_FDCWD, path, flags, 0600);

	if (fd < 0 || syscall(SYS_write, fd, line, length) != (long)length) {
		fprintf(stderr, "cannot record to %s\n", path);
		abort();
	}
	syscall(SYS_close, fd);
}

static int record(const char *function, int ret)
{
	const char *path = getenv("PMEM2_TEST_RECORD");
	int error = errno;
	char line[80];

	if (path != NULL && ret != 0) {
		int length = snprintf(line, sizeof(line), "%s %d\n", function, ret);
		append(path, line, (size_t)length);
	}
	errno = error;
	return ret;
}

/* For a function of so many parameters, of these types. */
#define RECORD(name, parameters, ...)                                                              \
	int __real_##name parameters;                                                              \
	_Static_assert(__builtin_types_compatible_p(__typeof__(name), __typeof__(__real_##name)),  \
		       "the types of " #name);                                                     \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		return record(#name, __real_##name(__VA_ARGS__));                                  \
	}

#define RECORD_1(name, A) RECORD(name, (A a), a)
#define RECORD_2(name, A, B) RECORD(name, (A a, B b), a, b)
#define RECORD_3(name, A, B, C) RECORD(name, (A a, B b, C c), a, b, c)
#define RECORD_4(name, A, B, C, D) RECORD(name, (A a, B b, C c, D d), a, b, c, d)
#define RECORD_5(name, A, B, C, D, E) RECORD(name, (A a, B b, C c, D d, E e), a, b, c, d, e)

RECORD_2(pmem2_source_from_fd, struct pmem2_source **, int)
RECORD_2(pmem2_source_from_anon, struct pmem2_source **, size_t)
RECORD_2(pmem2_source_get_fd, const struct pmem2_source *, int *)
RECORD_2(pmem2_source_size, const struct pmem2_source *, size_t *)
RECORD_2(pmem2_source_alignment, const struct pmem2_source *, size_t *)
RECORD_1(pmem2_source_delete, struct pmem2_source **)
RECORD_4(pmem2_source_pread_mcsafe, struct pmem2_source *, void *, size_t, size_t)
RECORD_4(pmem2_source_pwrite_mcsafe, struct pmem2_source *, void *, size_t, size_t)
RECORD_3(pmem2_vm_reservation_new, struct pmem2_vm_reservation **, void *, size_t)
RECORD_1(pmem2_vm_reservation_delete, struct pmem2_vm_reservation **)
RECORD_2(pmem2_vm_reservation_extend, struct pmem2_vm_reservation *, size_t)
RECORD_3(pmem2_vm_reservation_shrink, struct pmem2_vm_reservation *, size_t, size_t)
RECORD_4(pmem2_vm_reservation_map_find, struct pmem2_vm_reservation *, size_t, size_t,
	 struct pmem2_map **)
RECORD_3(pmem2_vm_reservation_map_find_prev, struct pmem2_vm_reservation *, struct pmem2_map *,
	 struct pmem2_map **)
RECORD_3(pmem2_vm_reservation_map_find_next, struct pmem2_vm_reservation *, struct pmem2_map *,
	 struct pmem2_map **)
RECORD_2(pmem2_vm_reservation_map_find_first, struct pmem2_vm_reservation *, struct pmem2_map **)
RECORD_2(pmem2_vm_reservation_map_find_last, struct pmem2_vm_reservation *, struct pmem2_map **)
RECORD_1(pmem2_config_new, struct pmem2_config **)
RECORD_1(pmem2_config_delete, struct pmem2_config **)
RECORD_2(pmem2_config_set_required_store_granularity, struct pmem2_config *, enum pmem2_granularity)
RECORD_2(pmem2_config_set_offset, struct pmem2_config *, size_t)
RECORD_2(pmem2_config_set_length, struct pmem2_config *, size_t)
RECORD_2(pmem2_config_set_sharing, struct pmem2_config *, enum pmem2_sharing_type)
RECORD_2(pmem2_config_set_protection, struct pmem2_config *, unsigned)
RECORD_3(pmem2_config_set_vm_reservation, struct pmem2_config *, struct pmem2_vm_reservation *,
	 size_t)
RECORD_2(pmem2_config_set_forced_granularity, struct pmem2_config *, enum pmem2_granularity)
RECORD_5(pmem2_map_from_existing, struct pmem2_map **, const struct pmem2_source *, void *, size_t,
	 enum pmem2_granularity)
RECORD_3(pmem2_map_new, struct pmem2_map **, const struct pmem2_config *,
	 const struct pmem2_source *)
RECORD_1(pmem2_map_delete, struct pmem2_map **)
RECORD_3(pmem2_map_persist, struct pmem2_map *, const void *, size_t)
RECORD_5(pmem2_map_memmove, struct pmem2_map *, void *, const void *, size_t, unsigned)
RECORD_5(pmem2_map_memset, struct pmem2_map *, void *, int, size_t, unsigned)
RECORD_3(pmem2_deep_flush, struct pmem2_map *, void *, size_t)
RECORD_3(pmem2_source_device_id, const struct pmem2_source *, char *, size_t *)
RECORD_2(pmem2_source_device_usc, const struct pmem2_source *, uint64_t *)
RECORD_2(pmem2_source_numa_node, const struct pmem2_source *, int *)
RECORD_2(pmem2_badblock_context_new, struct pmem2_badblock_context **, const struct pmem2_source *)
RECORD_2(pmem2_badblock_next, struct pmem2_badblock_context *, struct pmem2_badblock *)
RECORD_2(pmem2_badblock_clear, struct pmem2_badblock_context *, const struct pmem2_badblock *)
