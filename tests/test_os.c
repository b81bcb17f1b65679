/* SPDX-License-Identifier: BSD-3-Clause */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "arena.h"
#include "bits.h"
#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define ANYWHERE ((void *)1)

/* In memory, which has no synchronous DAX and can punch holes whatever file system /tmp is on. */
static int memory_file(size_t size)
{
	int fd = memfd_create("test_os", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static int closed_file(void)
{
	int fd = memory_file(0);

	ck_assert_int_eq(close(fd), 0);
	return fd;
}

/* ---- files ------------------------------------------------------------------- */

static const int open_modes[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_APPEND};

START_TEST(open_flags_are_those_of_the_descriptor)
{
	int fd = open(pmem2_test_named_file(1), open_modes[_i] | O_CLOEXEC);

	ck_assert_int_eq(pmem2_os_open_flags(fd) & (O_ACCMODE | O_APPEND), open_modes[_i]);
}
END_TEST

START_TEST(files_lie_on_the_device_of_their_file_system)
{
	ck_assert_int_eq(pmem2_os_is_elsewhere(memory_file(1)), 0);
	ck_assert_int_eq(pmem2_os_is_elsewhere(pmem2_test_file(1)), 0);
	ck_assert_int_eq(pmem2_os_is_elsewhere(closed_file()), -EBADF);
}
END_TEST

static const struct {
	const char *path;
	enum pmem2_os_type type;
} types[] = {
	{"/proc/self/exe", PMEM2_OS_REGULAR},
	{"/dev/null", PMEM2_OS_CHAR_DEVICE},
	{"/", PMEM2_OS_DIRECTORY},
};

START_TEST(type_of_a_file_is_told)
{
	struct pmem2_os_stat stat;

	ck_assert_int_eq(pmem2_os_stat(open(types[_i].path, O_RDONLY | O_CLOEXEC), &stat), 0);
	ck_assert_int_eq(stat.type, types[_i].type);
}
END_TEST

START_TEST(types_of_what_has_no_name_are_told)
{
	struct pmem2_os_stat stat;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(pmem2_os_stat(ends[0], &stat), 0);
	ck_assert_int_eq(stat.type, PMEM2_OS_PIPE);
	ck_assert_int_eq(pmem2_os_stat(socket(AF_UNIX, SOCK_STREAM, 0), &stat), 0);
	ck_assert_int_eq(stat.type, PMEM2_OS_SOCKET);
	ck_assert_int_eq(pmem2_os_stat(epoll_create1(EPOLL_CLOEXEC), &stat), 0);
	ck_assert_int_eq(stat.type, PMEM2_OS_OTHER);
}
END_TEST

START_TEST(size_and_device_of_a_file_are_told)
{
	int fd = pmem2_test_file(12345);
	struct pmem2_os_stat told;
	struct stat st;

	ck_assert_int_eq(pmem2_os_stat(fd, &told), 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(told.size, 12345);
	ck_assert_uint_eq(told.device, st.st_dev);
}
END_TEST

/* Where addresses have 32 bits, such a file must not look like one of a page. */
START_TEST(size_of_a_file_is_told_as_far_as_a_size_reaches)
{
	const off_t size = ((off_t)1 << 40) + (off_t)PAGE;
	int fd = memory_file(0);
	struct pmem2_os_stat told;

	ck_assert_int_eq(ftruncate(fd, size), 0);
	ck_assert_int_eq(pmem2_os_stat(fd, &told), 0);
	ck_assert_uint_eq(told.size, sizeof(size_t) > 4 ? (size_t)size : SIZE_MAX);
}
END_TEST

START_TEST(device_of_a_character_device_is_itself)
{
	struct pmem2_os_stat told;

	ck_assert_int_eq(pmem2_os_stat(open("/dev/null", O_RDWR | O_CLOEXEC), &told), 0);
	ck_assert_uint_eq(told.device, makedev(1, 3));
}
END_TEST

START_TEST(closed_descriptor_is_told)
{
	struct pmem2_os_stat stat;
	int fd = closed_file();
	char byte = 0;

	ck_assert_int_eq(pmem2_os_open_flags(fd), -EBADF);
	ck_assert_int_eq(pmem2_os_stat(fd, &stat), -EBADF);
	ck_assert_int_eq(pmem2_os_read(fd, &byte, 1, 0), -EBADF);
	ck_assert_int_eq(pmem2_os_write(fd, &byte, 1, 0), -EBADF);
	ck_assert_int_eq(pmem2_os_renew(fd, 0, 1), -EBADF);
}
END_TEST

START_TEST(what_is_written_at_an_offset_is_read_there)
{
	int fd = memory_file(0);
	char got[6] = "";

	ck_assert_int_eq(pmem2_os_write(fd, "hello", 5, 1000), 5);
	ck_assert_int_eq(pmem2_os_read(fd, got, 5, 1000), 5);
	ck_assert_str_eq(got, "hello");
	ck_assert_int_eq(pmem2_os_read(fd, got, 5, 1003), 2);
	ck_assert_int_eq(pmem2_os_read(fd, got, 5, 1005), 0);
}
END_TEST

START_TEST(renewed_range_reads_as_zeros_and_the_size_stays)
{
	int fd = memory_file(4 * PAGE);
	char content[16384];
	char expected[16384];
	struct stat before;
	struct stat after;

	memset(expected, 'x', sizeof(expected));
	ck_assert_int_eq(pwrite(fd, expected, sizeof(expected), 0), (ssize_t)sizeof(expected));
	memset(expected + 100, 0, 5000);
	ck_assert_int_eq(fstat(fd, &before), 0);
	ck_assert_int_eq(pmem2_os_renew(fd, 100, 5000), 0);
	ck_assert_int_eq(pread(fd, content, sizeof(content), 0), (ssize_t)sizeof(content));
	ck_assert_mem_eq(content, expected, sizeof(content));
	ck_assert_int_eq(fstat(fd, &after), 0);
	ck_assert_int_eq(after.st_size, before.st_size);
	ck_assert_int_eq(after.st_blocks, before.st_blocks);
}
END_TEST

START_TEST(renewed_pages_are_allocated_again)
{
	int fd = memory_file(4 * PAGE);
	struct stat after;

	ck_assert_int_eq(pmem2_os_renew(fd, 0, 4 * PAGE), 0);
	ck_assert_int_eq(fstat(fd, &after), 0);
	ck_assert_int_eq(after.st_blocks, (blkcnt_t)(4 * PAGE / 512));
}
END_TEST

/* ---- mapping ----------------------------------------------------------------------- */

static struct pmem2_os_request request_for(int fd, size_t length, bool shared)
{
	const struct pmem2_os_request request = {
		.file = fd,
		.length = length,
		.prot = PMEM2_PROT_READ | PMEM2_PROT_WRITE,
		.shared = shared,
		.unit = PAGE,
		.alignment = PAGE,
	};

	return request;
}

static const struct {
	unsigned prot;
	const char *shared;
	const char *private;
} protections[] = {
	{PMEM2_PROT_NONE, "---s", "---p"},
	{PMEM2_PROT_READ, "r--s", "r--p"},
	{PMEM2_PROT_WRITE, "-w-s", "-w-p"},
	{PMEM2_PROT_EXEC, "--xs", "--xp"},
	{PMEM2_PROT_READ | PMEM2_PROT_WRITE, "rw-s", "rw-p"},
	{PMEM2_PROT_READ | PMEM2_PROT_EXEC, "r-xs", "r-xp"},
	{PMEM2_PROT_READ | PMEM2_PROT_WRITE | PMEM2_PROT_EXEC, "rwxs", "rwxp"},
};

static void assert_access(int fd, bool shared, unsigned prot, const char *access)
{
	struct pmem2_os_request request = request_for(fd, PAGE, shared);
	struct pmem2_os_grant grant;

	request.prot = prot;
	ck_assert_int_eq(pmem2_os_map(&request, &grant), 0);
	ck_assert_str_eq(pmem2_test_access(grant.addr), access);
	ck_assert_int_eq(pmem2_os_unmap(grant.addr, PAGE), 0);
	assert_unmapped(grant.addr);
}

START_TEST(mapping_has_the_access_asked_for)
{
	int fd = memory_file(PAGE);

	assert_access(fd, true, protections[_i].prot, protections[_i].shared);
	assert_access(fd, false, protections[_i].prot, protections[_i].private);
	assert_access(PMEM2_OS_NO_FILE, true, protections[_i].prot, protections[_i].shared);
	assert_access(PMEM2_OS_NO_FILE, false, protections[_i].prot, protections[_i].private);
}
END_TEST

START_TEST(mapping_shows_the_file_from_its_offset)
{
	int fd = memory_file(3 * PAGE);
	struct pmem2_os_request request = request_for(fd, PAGE, true);
	struct pmem2_os_grant grant;

	request.offset = 2 * PAGE;
	ck_assert_int_eq(pwrite(fd, "here", 5, (off_t)(2 * PAGE)), 5);
	ck_assert_int_eq(pmem2_os_map(&request, &grant), 0);
	ck_assert_str_eq(grant.addr, "here");
	ck_assert_int_eq(pmem2_os_unmap(grant.addr, PAGE), 0);
}
END_TEST

START_TEST(only_a_shared_file_is_asked_for_synchronous_mapping)
{
	int fd = memory_file(PAGE);
	struct pmem2_os_request requests[] = {
		request_for(fd, PAGE, true),
		request_for(fd, PAGE, false),
		request_for(PMEM2_OS_NO_FILE, PAGE, true),
		request_for(PMEM2_OS_NO_FILE, PAGE, false),
	};

	for (int i = 0; i < COUNT(requests); i++) {
		struct pmem2_os_grant grant = {NULL, true, 77};
		ck_assert_int_eq(pmem2_os_map(&requests[i], &grant), 0);
		ck_assert(!grant.synchronous);
		ck_assert_int_eq(grant.refusal, i == 0 ? EOPNOTSUPP : 0);
		ck_assert_int_eq(pmem2_os_unmap(grant.addr, PAGE), 0);
	}
}
END_TEST

static const size_t alignments[] = {4096, 65536, 2 * PMEM2_MIB, 32 * PMEM2_MIB, PMEM2_GIB};

START_TEST(mapping_and_reservation_are_aligned_as_asked)
{
	struct pmem2_os_request request = request_for(PMEM2_OS_NO_FILE, 3 * PAGE, false);
	struct pmem2_os_grant grants[4];
	void *reserved = NULL;

	request.alignment = alignments[_i];
	for (int i = 0; i < COUNT(grants); i++) {
		ck_assert_int_eq(pmem2_os_map(&request, &grants[i]), 0);
		ck_assert_uint_eq((uintptr_t)grants[i].addr % alignments[_i], 0);
	}
	for (int i = 0; i < COUNT(grants); i++)
		ck_assert_int_eq(pmem2_os_unmap(grants[i].addr, 3 * PAGE), 0);
	ck_assert_int_eq(pmem2_os_reserve(NULL, 3 * PAGE, alignments[_i], &reserved), 0);
	ck_assert_uint_eq((uintptr_t)reserved % alignments[_i], 0);
	ck_assert_int_eq(pmem2_os_unmap(reserved, 3 * PAGE), 0);
}
END_TEST

/*
 * Take the place that the next mapping is going to be hinted to, unless it is
 * taken already: ThreadSanitizer keeps such addresses for itself.
 */
static void take_next_hint(void)
{
	void *hint = pmem2_arena_hint(0, 2 * PMEM2_MIB);
	void *got = mmap(hint, 64 * PMEM2_MIB, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(got, MAP_FAILED);
	if (got != hint)
		ck_assert_int_eq(munmap(got, 64 * PMEM2_MIB), 0);
}

START_TEST(mapping_is_aligned_also_where_its_hinted_place_is_taken)
{
	struct pmem2_os_request request = request_for(memory_file(PAGE), PAGE, true);
	struct pmem2_os_grant grant;
	size_t before;

	request.alignment = 2 * PMEM2_MIB;
	take_next_hint();
	before = pmem2_test_mapped_bytes();
	ck_assert_int_eq(pmem2_os_map(&request, &grant), 0);
	ck_assert(pmem2_is_aligned((uintptr_t)grant.addr, 2 * PMEM2_MIB));
	assert_mapped_bytes(before + PAGE);
	ck_assert_int_eq(pmem2_os_unmap(grant.addr, PAGE), 0);
}
END_TEST

START_TEST(reservation_is_aligned_also_where_its_hinted_place_is_taken)
{
	size_t before;
	void *reserved = NULL;

	take_next_hint();
	before = pmem2_test_mapped_bytes();
	ck_assert_int_eq(pmem2_os_reserve(NULL, PAGE, 2 * PMEM2_MIB, &reserved), 0);
	ck_assert(pmem2_is_aligned((uintptr_t)reserved, 2 * PMEM2_MIB));
	assert_mapped_bytes(before + PAGE);
	ck_assert_int_eq(pmem2_os_unmap(reserved, PAGE), 0);
}
END_TEST

START_TEST(lengths_are_rounded_up_to_pages)
{
	size_t before = pmem2_test_mapped_bytes();
	struct pmem2_os_request request = request_for(memory_file(PAGE + 1), PAGE + 1, true);
	struct pmem2_os_grant grant;

	ck_assert_int_eq(pmem2_os_map(&request, &grant), 0);
	assert_mapped_bytes(before + 2 * PAGE);
	ck_assert_int_eq(pmem2_os_unmap(grant.addr, PAGE + 1), 0);
	assert_mapped_bytes(before);
}
END_TEST

static const struct {
	size_t length;
	int error;
} impossible[] = {
	{SIZE_MAX, ENOMEM},
	{SIZE_MAX - 4095, ENOMEM},
	{(size_t)1 << 62, ENOMEM},
	{0, EINVAL},
};

START_TEST(impossible_mapping_fails_and_leaves_nothing_mapped)
{
	struct pmem2_os_request request =
		request_for(PMEM2_OS_NO_FILE, impossible[_i].length, false);
	size_t before = pmem2_test_mapped_bytes();
	struct pmem2_os_grant grant;

	request.alignment = 2 * PMEM2_MIB;
	ck_assert_int_eq(pmem2_os_map(&request, &grant), -impossible[_i].error);
	assert_mapped_bytes(before);
}
END_TEST

START_TEST(mapping_a_closed_file_fails_and_leaves_nothing_mapped)
{
	struct pmem2_os_request request = request_for(closed_file(), PAGE, _i == 0);
	size_t before = pmem2_test_mapped_bytes();
	struct pmem2_os_grant grant;

	ck_assert_int_eq(pmem2_os_map(&request, &grant), -EBADF);
	assert_mapped_bytes(before);
}
END_TEST

/* ---- reserved address space ------------------------------------------------------------ */

static char *reserve(size_t length)
{
	void *reserved = NULL;

	ck_assert_int_eq(pmem2_os_reserve(NULL, length, PAGE, &reserved), 0);
	ck_assert_str_eq(pmem2_test_access(reserved), "---p");
	return reserved;
}

START_TEST(reserving_used_space_fails_and_leaves_it_alone)
{
	char *used = reserve(4 * PAGE);
	size_t before = pmem2_test_mapped_bytes();
	void *reserved = ANYWHERE;

	ck_assert_int_eq(pmem2_os_reserve(used + 3 * PAGE, 2 * PAGE, PAGE, &reserved), -EEXIST);
	ck_assert_ptr_eq(reserved, ANYWHERE);
	assert_mapped_bytes(before);
	ck_assert_int_eq(pmem2_os_unmap(used, 4 * PAGE), 0);
}
END_TEST

START_TEST(reserving_behind_used_space_continues_it)
{
	char *used = reserve(6 * PAGE);
	void *reserved = NULL;

	ck_assert_int_eq(pmem2_os_unmap(used + 4 * PAGE, 2 * PAGE), 0);
	ck_assert_int_eq(pmem2_os_reserve(used + 4 * PAGE, 2 * PAGE, PAGE, &reserved), 0);
	ck_assert_ptr_eq(reserved, used + 4 * PAGE);
	ck_assert_int_eq(pmem2_os_unmap(used, 6 * PAGE), 0);
}
END_TEST

START_TEST(reserving_more_than_the_address_space_fails)
{
	size_t before = pmem2_test_mapped_bytes();
	void *reserved = ANYWHERE;

	ck_assert_int_eq(pmem2_os_reserve(NULL, SIZE_MAX - 4095, 2 * PMEM2_MIB, &reserved),
			 -ENOMEM);
	ck_assert_int_eq(pmem2_os_reserve(NULL, (size_t)1 << 62, 2 * PMEM2_MIB, &reserved),
			 -ENOMEM);
	ck_assert_ptr_eq(reserved, ANYWHERE);
	assert_mapped_bytes(before);
}
END_TEST

START_TEST(mapping_replaces_the_reserved_pages_it_is_placed_on)
{
	char *reserved = reserve(5 * PAGE);
	struct pmem2_os_request request = request_for(memory_file(2 * PAGE), PAGE + 1, true);
	size_t before = pmem2_test_mapped_bytes();
	struct pmem2_os_grant grant;

	request.place = reserved + PAGE;
	ck_assert_int_eq(pmem2_os_map(&request, &grant), 0);
	ck_assert_ptr_eq(grant.addr, reserved + PAGE);
	assert_mapped_bytes(before);
	ck_assert_str_eq(pmem2_test_access(reserved), "---p");
	ck_assert_str_eq(pmem2_test_access(reserved + PAGE), "rw-s");
	ck_assert_str_eq(pmem2_test_access(reserved + 2 * PAGE), "rw-s");
	ck_assert_str_eq(pmem2_test_access(reserved + 3 * PAGE), "---p");
	ck_assert_int_eq(pmem2_os_unmap(reserved, 5 * PAGE), 0);
}
END_TEST

START_TEST(failed_mapping_leaves_its_place_reserved)
{
	char *reserved = reserve(3 * PAGE);
	struct pmem2_os_request request = request_for(closed_file(), PAGE, true);
	size_t before = pmem2_test_mapped_bytes();
	struct pmem2_os_grant grant;

	request.place = reserved + PAGE;
	ck_assert_int_eq(pmem2_os_map(&request, &grant), -EBADF);
	ck_assert_str_eq(pmem2_test_access(reserved + PAGE), "---p");
	assert_mapped_bytes(before);
	ck_assert_int_eq(pmem2_os_unmap(reserved, 3 * PAGE), 0);
}
END_TEST

START_TEST(vacated_mapping_is_reserved_space_again)
{
	char *reserved = reserve(3 * PAGE);
	struct pmem2_os_request request = request_for(PMEM2_OS_NO_FILE, PAGE, false);
	size_t before = pmem2_test_mapped_bytes();
	struct pmem2_os_grant grant;

	request.place = reserved + PAGE;
	ck_assert_int_eq(pmem2_os_map(&request, &grant), 0);
	memset(grant.addr, 'x', PAGE);
	ck_assert_int_eq(pmem2_os_vacate(grant.addr, PAGE - 1), 0);
	ck_assert_str_eq(pmem2_test_access(reserved + PAGE), "---p");
	assert_mapped_bytes(before);
	ck_assert_int_eq(pmem2_os_map(&request, &grant), 0);
	ck_assert_int_eq(reserved[PAGE], 0);
	ck_assert_int_eq(pmem2_os_unmap(reserved, 3 * PAGE), 0);
}
END_TEST

START_TEST(unaligned_address_is_neither_unmapped_nor_vacated)
{
	char *reserved = reserve(2 * PAGE);
	size_t before = pmem2_test_mapped_bytes();

	ck_assert_int_eq(pmem2_os_unmap(reserved + 1, PAGE), -EINVAL);
	ck_assert_int_eq(pmem2_os_vacate(reserved + 1, PAGE), -EINVAL);
	assert_mapped_bytes(before);
	ck_assert_int_eq(pmem2_os_unmap(reserved, 2 * PAGE), 0);
}
END_TEST

/* ---- synchronising ------------------------------------------------------------------------ */

/* Into four mapped pages of a file, the third of which is unmapped. */
static const struct {
	size_t offset;
	size_t length;
	int result;
} syncs[] = {
	{0, 4096, 0},        {0, 0, 0},           {1, 0, 0},          {4095, 2, 0},
	{8191, 1, 0},        {100, 8092, 0},      {8191, 2, -ENOMEM}, {8192, 1, -ENOMEM},
	{0, 16384, -ENOMEM}, {12287, 1, -ENOMEM}, {12288, 4096, 0},
};

START_TEST(whole_pages_are_synchronised_and_holes_reported)
{
	char *pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			   pmem2_test_file(4 * PAGE), 0);

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(munmap(pages + 2 * PAGE, PAGE), 0);
	ck_assert_int_eq(pmem2_os_sync(pages + syncs[_i].offset, syncs[_i].length),
			 syncs[_i].result);
}
END_TEST

/* ---- the suite ---------------------------------------------------------------------- */

static TCase *files(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_loop_test(tcase, open_flags_are_those_of_the_descriptor, 0, COUNT(open_modes));
	tcase_add_test(tcase, files_lie_on_the_device_of_their_file_system);
	tcase_add_loop_test(tcase, type_of_a_file_is_told, 0, COUNT(types));
	tcase_add_test(tcase, types_of_what_has_no_name_are_told);
	tcase_add_test(tcase, size_and_device_of_a_file_are_told);
	tcase_add_test(tcase, size_of_a_file_is_told_as_far_as_a_size_reaches);
	tcase_add_test(tcase, device_of_a_character_device_is_itself);
	tcase_add_test(tcase, closed_descriptor_is_told);
	tcase_add_test(tcase, what_is_written_at_an_offset_is_read_there);
	tcase_add_test(tcase, renewed_range_reads_as_zeros_and_the_size_stays);
	tcase_add_test(tcase, renewed_pages_are_allocated_again);
	return tcase;
}

static TCase *mapping(void)
{
	TCase *tcase = tcase_create("mapping");

	tcase_add_loop_test(tcase, mapping_has_the_access_asked_for, 0, COUNT(protections));
	tcase_add_test(tcase, mapping_shows_the_file_from_its_offset);
	tcase_add_test(tcase, only_a_shared_file_is_asked_for_synchronous_mapping);
	tcase_add_loop_test(tcase, mapping_and_reservation_are_aligned_as_asked, 0,
			    COUNT(alignments));
	tcase_add_test(tcase, mapping_is_aligned_also_where_its_hinted_place_is_taken);
	tcase_add_test(tcase, reservation_is_aligned_also_where_its_hinted_place_is_taken);
	tcase_add_test(tcase, lengths_are_rounded_up_to_pages);
	tcase_add_loop_test(tcase, mapping_a_closed_file_fails_and_leaves_nothing_mapped, 0, 2);
	return tcase;
}

static TCase *reserving(void)
{
	TCase *tcase = tcase_create("reserving");

	tcase_add_test(tcase, reserving_used_space_fails_and_leaves_it_alone);
	tcase_add_test(tcase, reserving_behind_used_space_continues_it);
	tcase_add_test(tcase, mapping_replaces_the_reserved_pages_it_is_placed_on);
	tcase_add_test(tcase, failed_mapping_leaves_its_place_reserved);
	tcase_add_test(tcase, vacated_mapping_is_reserved_space_again);
	tcase_add_test(tcase, unaligned_address_is_neither_unmapped_nor_vacated);
	return tcase;
}

/* What the system says of too much, and not a tool between it and the program. */
static TCase *excess(void)
{
	TCase *tcase = tcase_create("excess");

	tcase_add_loop_test(tcase, impossible_mapping_fails_and_leaves_nothing_mapped, 0,
			    COUNT(impossible));
	tcase_add_test(tcase, reserving_more_than_the_address_space_fails);
	return tcase;
}

static TCase *synchronising(void)
{
	TCase *tcase = tcase_create("synchronising");

	tcase_add_loop_test(tcase, whole_pages_are_synchronised_and_holes_reported, 0,
			    COUNT(syncs));
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("os");

	suite_add_tcase(suite, files());
	suite_add_tcase(suite, mapping());
	suite_add_tcase(suite, reserving());
	suite_add_tcase(suite, synchronising());
	if (pmem2_test_is_alone())
		suite_add_tcase(suite, excess());
	return suite;
}
