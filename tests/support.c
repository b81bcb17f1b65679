/* SPDX-License-Identifier: BSD-3-Clause */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char directory[64];

void pmem2_test_spoil_message(void)
{
	struct pmem2_config *cfg = NULL;

	ck_assert_int_eq(pmem2_config_new(&cfg), 0);
	ck_assert_int_eq(pmem2_config_set_sharing(cfg, (enum pmem2_sharing_type)77),
			 PMEM2_E_INVALID_SHARING_VALUE);
	pmem2_config_delete(&cfg);
}

void pmem2_test_check_message(const char *call, const char *text)
{
	const char *message = pmem2_errormsg();

	ck_assert_msg(strstr(message, "sharing 77") == NULL, "%s: set no message", call);
	ck_assert_msg(message[0] != '\0', "%s: set an empty message", call);
	ck_assert_msg(strstr(message, "Success") == NULL, "%s: \"%s\"", call, message);
	ck_assert_msg(strstr(message, text) != NULL, "%s: \"%s\" lacks \"%s\"", call, message,
		      text);
}

const char *pmem2_test_directory(void)
{
	return directory;
}

const char *pmem2_test_named_file(size_t size)
{
	static char path[128];
	static unsigned count;
	int fd;

	snprintf(path, sizeof(path), "%s/%d-%u", directory, (int)getpid(), count++);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
	close(fd);
	return path;
}

int pmem2_test_file(size_t size)
{
	const char *path = pmem2_test_named_file(size);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	return fd;
}

struct pmem2_source *pmem2_test_source(int fd)
{
	struct pmem2_source *src = NULL;

	assert_success(pmem2_source_from_fd(&src, fd));
	return src;
}

struct pmem2_config *pmem2_test_config(enum pmem2_granularity granularity)
{
	struct pmem2_config *cfg = NULL;

	assert_success(pmem2_config_new(&cfg));
	assert_success(pmem2_config_set_required_store_granularity(cfg, granularity));
	return cfg;
}

struct pmem2_map *pmem2_test_map(int fd, enum pmem2_granularity granularity)
{
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_config *cfg = pmem2_test_config(granularity);
	struct pmem2_map *map = NULL;

	assert_success(pmem2_map_new(&map, cfg, src));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	return map;
}

#if defined(__SANITIZE_THREAD__)
#define UNDER_THREAD_SANITIZER true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_THREAD_SANITIZER true
#endif
#endif
#ifndef UNDER_THREAD_SANITIZER
#define UNDER_THREAD_SANITIZER false
#endif

/* Its allocator maps and unmaps at any time. */
#ifdef __GLIBC__
#define ALLOCATOR_MAPS_AT_WILL false
#else
#define ALLOCATOR_MAPS_AT_WILL true
#endif

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ADDRESS_SANITIZER true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ADDRESS_SANITIZER true
#endif
#endif
#ifndef UNDER_ADDRESS_SANITIZER
#define UNDER_ADDRESS_SANITIZER false
#endif

bool pmem2_test_under_valgrind(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

bool pmem2_test_is_alone(void)
{
	return !ALLOCATOR_MAPS_AT_WILL && !UNDER_THREAD_SANITIZER && !pmem2_test_under_valgrind();
}

bool pmem2_test_allocates_after_fork(void)
{
	return !UNDER_ADDRESS_SANITIZER;
}

size_t pmem2_test_open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

size_t pmem2_test_mapped_bytes(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	size_t bytes = 0;

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		char *end;
		unsigned long start = strtoul(line, &end, 16);
		bool counts = strstr(line, "[heap]") == NULL && strstr(line, "[stack]") == NULL;
		if (*end == '-' && counts)
			bytes += strtoul(end + 1, NULL, 16) - start;
	}
	fclose(maps);
	return bytes;
}

void pmem2_test_limit_address_space(size_t bytes)
{
	size_t most = pmem2_test_mapped_bytes() + bytes;
	const struct rlimit limit = {most, most};

	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

const char *pmem2_test_access(const void *addr)
{
	static char access[5];
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	ck_assert_ptr_nonnull(maps);
	while (!found && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long start;
		unsigned long end;
		ck_assert_int_eq(sscanf(line, "%lx-%lx %4s", &start, &end, access), 3);
		found = (uintptr_t)addr >= start && (uintptr_t)addr < end;
	}
	fclose(maps);
	return found ? access : "";
}

unsigned pmem2_test_seed(void)
{
	const char *given = getenv("PMEM2_TEST_SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 0)
				      : (unsigned)time(NULL) ^ (unsigned)getpid();

	printf("PMEM2_TEST_SEED=%u\n", seed);
	fflush(stdout);
	return seed;
}

_Noreturn void pmem2_test_skip(const char *reason)
{
	puts(reason);
	(void)rmdir(directory);
	exit(77);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)remove(path);
	return 0;
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	SRunner *runner;
	int failed;

	snprintf(directory, sizeof(directory), "%.40s/pmem2-test-XXXXXX", tmp ? tmp : "/tmp");
	if (mkdtemp(directory) == NULL) {
		perror(directory);
		return EXIT_FAILURE;
	}
	runner = srunner_create(test_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	if (srunner_ntests_run(runner) == 0) {
		fprintf(stderr, "no test was run\n");
		failed = 1;
	}
	srunner_free(runner);
	(void)nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
