/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "fake_dax.h"
#include "support.h"
#include "sysfs_tree.h"

#define SIZE ((size_t)20000)
#define THREADS 8
#define ROUNDS 50

/* What the replaced pread and pwrite do. */
static struct {
	size_t most;           /* bytes per call; 0: no limit */
	unsigned failing_call; /* counted from 1; 0: none */
	int error;             /* of that call; 0: it transfers nothing */
	unsigned calls;
} script;

static _Atomic unsigned durable_copies;

ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *buf, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *buf, size_t size, off_t offset);
void *__wrap_pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags);
void *__real_pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags);

static ssize_t scripted(long number, int fd, const void *buf, size_t size, off_t offset)
{
	script.calls++;
	if (script.calls == script.failing_call) {
		errno = script.error;
		return script.error == 0 ? 0 : -1;
	}
	if (script.most != 0 && size > script.most)
		size = script.most;
	return syscall(number, fd, buf, size, offset);
}

ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t offset)
{
	return scripted(SYS_pread64, fd, buf, size, offset);
}

ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t offset)
{
	return scripted(SYS_pread64, fd, buf, size, offset);
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	return scripted(SYS_pwrite64, fd, buf, size, offset);
}

ssize_t __wrap_pwrite64(int fd, const void *buf, size_t size, off_t offset)
{
	return scripted(SYS_pwrite64, fd, buf, size, offset);
}

void *__wrap_pmem2_arch_memmove_cache_line(void *dest, const void *src, size_t len, unsigned flags)
{
	if (flags == 0)
		durable_copies++;
	return __real_pmem2_arch_memmove_cache_line(dest, src, len, flags);
}

typedef int (*transfer_fn)(struct pmem2_source *src, void *buf, size_t size, size_t offset);

/* Loop tests run once for each. */
static const transfer_fn transfers[] = {pmem2_source_pread_mcsafe, pmem2_source_pwrite_mcsafe};

static int fd;
static struct pmem2_source *src;
static unsigned char expected[SIZE];
static unsigned char buffer[SIZE];

/* The bytes of the file, from behind the library's back. */
static void check_file(int file)
{
	unsigned char now[SIZE];
	struct stat st;

	ck_assert_int_eq(syscall(SYS_pread64, file, now, SIZE, 0), (long)SIZE);
	ck_assert_mem_eq(now, expected, SIZE);
	ck_assert_int_eq(fstat(file, &st), 0);
	if (S_ISREG(st.st_mode))
		ck_assert_int_eq(st.st_size, SIZE);
}

static void fill(int file)
{
	for (size_t i = 0; i < SIZE; i++)
		expected[i] = (unsigned char)(i * 31 + i / 251);
	ck_assert_int_eq(syscall(SYS_pwrite64, file, expected, SIZE, 0), (long)SIZE);
	memset(buffer, 0x77, SIZE);
	memset(&script, 0, sizeof(script));
	durable_copies = 0;
}

static void check_buffer_untouched(void)
{
	for (size_t i = 0; i < SIZE; i++)
		ck_assert_uint_eq(buffer[i], 0x77);
}

/* Replace what is behind a descriptor by the same file, open in another way. */
static void reopen(int file, int flags)
{
	char path[32];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	again = open(path, flags | O_CLOEXEC);
	ck_assert_int_ge(again, 0);
	ck_assert_int_eq(dup2(again, file), file);
	close(again);
}

/* ---- regular files ------------------------------------------------------ */

static void file_setup(void)
{
	fd = pmem2_test_file(0);
	fill(fd);
	src = pmem2_test_source(fd);
}

static void file_teardown(void)
{
	pmem2_source_delete(&src);
	close(fd);
}

static const struct {
	size_t offset;
	size_t size;
} ranges[] = {{0, SIZE}, {0, 1}, {SIZE - 1, 1}, {4097, 777}, {4096, 4096}, {100, 19900}};
#define RANGE_COUNT ((int)(sizeof(ranges) / sizeof(ranges[0])))

START_TEST(reading_gives_the_bytes_at_the_offset)
{
	const size_t size = ranges[_i].size;

	assert_success(pmem2_source_pread_mcsafe(src, buffer, size, ranges[_i].offset));
	ck_assert_mem_eq(buffer, expected + ranges[_i].offset, size);
	for (size_t i = size; i < SIZE; i++)
		ck_assert_uint_eq(buffer[i], 0x77);
}
END_TEST

START_TEST(writing_changes_the_bytes_at_the_offset_and_no_other)
{
	memset(expected + ranges[_i].offset, 0x77, ranges[_i].size);
	assert_success(pmem2_source_pwrite_mcsafe(src, buffer, ranges[_i].size, ranges[_i].offset));
	check_file(fd);
}
END_TEST

START_TEST(empty_transfer_inside_the_source_succeeds)
{
	assert_success(transfers[_i](src, buffer, 0, 0));
	assert_success(transfers[_i](src, buffer, 0, 5000));
	assert_success(transfers[_i](src, buffer, 0, SIZE));
}
END_TEST

static const struct {
	size_t offset;
	size_t size;
	const char *text;
} outside[] = {
	{0, SIZE + 1, "20001 bytes at offset 0"},
	{SIZE, 1, "1 bytes at offset 20000"},
	{19999, 2, "2 bytes at offset 19999"},
	{SIZE + 1, 0, "0 bytes at offset 20001"},
	{SIZE + 5, 1, "1 bytes at offset 20005"},
	{1 << 30, 100, "offset 1073741824"},
	{SIZE_MAX, 1, "offset 18446744073709551615"},
	{SIZE_MAX, 0, "offset 18446744073709551615"},
	{SIZE_MAX - 99, 100, "100 bytes"},
	{16, SIZE_MAX, "offset 16"},
	{16, SIZE_MAX - 7, "offset 16"},
};
#define OUTSIDE_COUNT ((int)(sizeof(outside) / sizeof(outside[0])))

START_TEST(range_outside_the_source_is_refused)
{
	for (int i = 0; i < 2; i++)
		assert_failure(transfers[i](src, buffer, outside[_i].size, outside[_i].offset),
			       PMEM2_E_LENGTH_OUT_OF_RANGE, outside[_i].text);
	check_buffer_untouched();
	check_file(fd);
	ck_assert_uint_eq(script.calls, 0);
}
END_TEST

START_TEST(range_follows_the_size_of_the_file)
{
	ck_assert_int_eq(ftruncate(fd, 5000), 0);
	assert_failure(transfers[_i](src, buffer, 1, 5000), PMEM2_E_LENGTH_OUT_OF_RANGE, "5000");
	ck_assert_int_eq(ftruncate(fd, 5001), 0);
	assert_success(transfers[_i](src, buffer, 1, 5000));
}
END_TEST

START_TEST(anonymous_source_is_not_supported)
{
	struct pmem2_source *anon = NULL;

	assert_success(pmem2_source_from_anon(&anon, SIZE));
	assert_failure(transfers[_i](anon, buffer, 1, 0), PMEM2_E_SOURCE_TYPE_NOT_SUPPORTED,
		       "anonymous");
	pmem2_source_delete(&anon);
}
END_TEST

START_TEST(closed_descriptor_is_an_invalid_handle)
{
	int number = dup(fd);
	struct pmem2_source *closed = pmem2_test_source(number);

	close(number);
	assert_failure(transfers[_i](closed, buffer, 1, 0), PMEM2_E_INVALID_FILE_HANDLE, "closed");
	pmem2_source_delete(&closed);
}
END_TEST

START_TEST(short_transfers_are_continued)
{
	script.most = 777;
	if (_i == 1)
		memset(expected + 10, 0x77, 10000);
	assert_success(transfers[_i](src, buffer, 10000, 10));
	ck_assert_uint_eq(script.calls, 13);
	if (_i == 0)
		ck_assert_mem_eq(buffer, expected + 10, 10000);
	check_file(fd);
}
END_TEST

START_TEST(interrupted_transfer_is_repeated)
{
	script.failing_call = 2;
	script.error = EINTR;
	script.most = 7777;
	if (_i == 1)
		memset(expected, 0x77, SIZE);
	assert_success(transfers[_i](src, buffer, SIZE, 0));
	ck_assert_uint_eq(script.calls, 4);
	if (_i == 0)
		ck_assert_mem_eq(buffer, expected, SIZE);
	check_file(fd);
}
END_TEST

START_TEST(error_of_the_media_is_io_fail)
{
	script.failing_call = 1;
	script.error = EIO;
	assert_failure(transfers[_i](src, buffer, 300, 20), PMEM2_E_IO_FAIL,
		       "300 bytes at offset 20");
	ck_assert_uint_eq(script.calls, 1);
}
END_TEST

START_TEST(error_of_the_media_after_a_part_is_io_fail)
{
	script.failing_call = 3;
	script.error = EIO;
	script.most = 100;
	assert_failure(transfers[_i](src, buffer, 300, 20), PMEM2_E_IO_FAIL, TEXT_EIO);
	ck_assert_uint_eq(script.calls, 3);
}
END_TEST

START_TEST(other_error_is_its_errno)
{
	script.failing_call = 1;
	script.error = EMFILE;
	assert_failure(transfers[_i](src, buffer, 300, 20), -EMFILE, TEXT_EMFILE);
}
END_TEST

START_TEST(file_truncated_during_the_transfer_is_out_of_range)
{
	script.failing_call = 2;
	script.most = 100;
	assert_failure(transfers[_i](src, buffer, 300, 20), PMEM2_E_LENGTH_OUT_OF_RANGE,
		       "past the 120 bytes");
	ck_assert_uint_eq(script.calls, 2);
}
END_TEST

START_TEST(writing_through_a_read_only_descriptor_is_ebadf)
{
	reopen(fd, O_RDONLY);
	assert_failure(pmem2_source_pwrite_mcsafe(src, buffer, 1, 0), -EBADF,
		       "open for reading only");
	assert_success(pmem2_source_pread_mcsafe(src, buffer, SIZE, 0));
	ck_assert_mem_eq(buffer, expected, SIZE);
}
END_TEST

START_TEST(writing_through_an_appending_descriptor_is_refused)
{
	reopen(fd, O_RDWR | O_APPEND);
	assert_failure(pmem2_source_pwrite_mcsafe(src, buffer, 100, 50), -EINVAL, "O_APPEND");
	check_file(fd);
	assert_success(pmem2_source_pread_mcsafe(src, buffer, SIZE, 0));
	ck_assert_mem_eq(buffer, expected, SIZE);
}
END_TEST

START_TEST(transfers_of_files_leave_sigbus_alone)
{
	struct sigaction before;
	struct sigaction after;

	ck_assert_int_eq(sigaction(SIGBUS, NULL, &before), 0);
	assert_success(transfers[_i](src, buffer, SIZE, 0));
	ck_assert_int_eq(sigaction(SIGBUS, NULL, &after), 0);
	ck_assert(before.sa_handler == after.sa_handler);
}
END_TEST

/* ---- device dax --------------------------------------------------------- */

static size_t descriptors;
static const char *directory; /* of the device, in sysfs */

static void setup_dax(const struct fake_dax *model)
{
	directory = model->directory;
	signal(SIGBUS, SIG_DFL);
	fake_dax_setup();
	fd = fake_dax_plug(model);
	fill(fd);
	src = pmem2_test_source(fd);
	descriptors = pmem2_test_open_descriptors();
}

static void nvdimm_setup(void)
{
	setup_dax(&fake_dax_nvdimm);
}

static void hmem_setup(void)
{
	setup_dax(&fake_dax_hmem);
}

static void dax_teardown(void)
{
	ck_assert_uint_eq(pmem2_test_open_descriptors(), descriptors);
	pmem2_source_delete(&src);
	fake_dax_teardown();
}

/* The memory from `start` on turns bad. */
static void spoil(size_t start)
{
	ck_assert_int_eq(ftruncate(fd, (off_t)start), 0);
}

START_TEST(reading_crosses_the_alignment_of_the_device)
{
	const size_t offset = FAKE_DAX_ALIGNMENT - 100;

	ck_assert_int_eq(syscall(SYS_pwrite64, fd, expected, SIZE, offset), (long)SIZE);
	assert_success(pmem2_source_pread_mcsafe(src, buffer, SIZE, offset));
	ck_assert_mem_eq(buffer, expected, SIZE);
}
END_TEST

START_TEST(writing_crosses_the_alignment_of_the_device)
{
	const size_t offset = 2 * FAKE_DAX_ALIGNMENT - 100;
	unsigned char now[SIZE];

	assert_success(pmem2_source_pwrite_mcsafe(src, expected, SIZE, offset));
	ck_assert_int_eq(syscall(SYS_pread64, fd, now, SIZE, offset), (long)SIZE);
	ck_assert_mem_eq(now, expected, SIZE);
}
END_TEST

START_TEST(last_bytes_of_the_device_are_inside)
{
	assert_success(transfers[_i](src, buffer, 100, FAKE_DAX_SIZE - 100));
	assert_failure(transfers[_i](src, buffer, 101, FAKE_DAX_SIZE - 100),
		       PMEM2_E_LENGTH_OUT_OF_RANGE, "past the 8388608 bytes");
	assert_failure(transfers[_i](src, buffer, 1, SIZE_MAX), PMEM2_E_LENGTH_OUT_OF_RANGE,
		       "offset 18446744073709551615");
	assert_failure(transfers[_i](src, buffer, SIZE_MAX, 1), PMEM2_E_LENGTH_OUT_OF_RANGE,
		       "offset 1 ");
}
END_TEST

START_TEST(empty_transfer_of_the_device_touches_nothing)
{
	spoil(0);
	assert_success(transfers[_i](src, buffer, 0, 0));
	assert_success(transfers[_i](src, buffer, 0, FAKE_DAX_SIZE));
	assert_failure(transfers[_i](src, buffer, 0, FAKE_DAX_SIZE + 1),
		       PMEM2_E_LENGTH_OUT_OF_RANGE, "0 bytes");
}
END_TEST

START_TEST(writing_is_durable_on_return)
{
	assert_success(pmem2_source_pread_mcsafe(src, buffer, SIZE, 0));
	ck_assert_uint_eq(durable_copies, 0);
	assert_success(pmem2_source_pwrite_mcsafe(src, buffer, SIZE, 0));
	ck_assert_uint_eq(durable_copies, 1);
}
END_TEST

START_TEST(device_is_not_read_and_written_as_a_file)
{
	assert_success(transfers[_i](src, buffer, SIZE, 0));
	ck_assert_uint_eq(script.calls, 0);
}
END_TEST

START_TEST(bad_memory_is_io_fail)
{
	spoil(4096);
	assert_failure(transfers[_i](src, buffer, 100, 4096), PMEM2_E_IO_FAIL,
		       "100 bytes at offset 4096");
	assert_failure(transfers[_i](src, buffer, SIZE, 0), PMEM2_E_IO_FAIL, TEXT_EIO);
	assert_success(transfers[_i](src, buffer, 4096, 0));
}
END_TEST

START_TEST(nothing_stays_mapped)
{
	size_t before;

	assert_success(transfers[_i](src, buffer, 100, 0));
	before = pmem2_test_mapped_bytes();
	assert_success(transfers[_i](src, buffer, 100, FAKE_DAX_ALIGNMENT));
	assert_mapped_bytes(before);
	spoil(4096);
	assert_failure(transfers[_i](src, buffer, 100, 4096), PMEM2_E_IO_FAIL, "");
	assert_mapped_bytes(before);
}
END_TEST

START_TEST(writing_a_read_only_device_is_eacces)
{
	reopen(fd, O_RDONLY);
	assert_failure(pmem2_source_pwrite_mcsafe(src, buffer, 1, 0), -EACCES, "denied");
	assert_success(pmem2_source_pread_mcsafe(src, buffer, SIZE, 0));
	ck_assert_mem_eq(buffer, expected, SIZE);
}
END_TEST

START_TEST(appending_means_nothing_to_the_device)
{
	reopen(fd, O_RDWR | O_APPEND);
	memset(expected + 50, 0x77, 100);
	assert_success(pmem2_source_pwrite_mcsafe(src, buffer, 100, 50));
	check_file(fd);
}
END_TEST

START_TEST(device_that_has_gone_is_no_region)
{
	fake_dax_setup();
	assert_failure(transfers[_i](src, buffer, 1, 0), PMEM2_E_DAX_REGION_NOT_FOUND, "size");
}
END_TEST

static const struct {
	const char *attribute;
	const char *text;
	int code;
} wrong_attributes[] = {
	{"size", "8M", PMEM2_E_INVALID_SIZE_FORMAT},
	{"align", "2M", PMEM2_E_INVALID_ALIGNMENT_FORMAT},
	{"align", "3", PMEM2_E_INVALID_ALIGNMENT_VALUE},
};

START_TEST(device_of_wrong_size_or_alignment_is_refused)
{
	const char *attribute = wrong_attributes[_i / 2].attribute;

	pmem2_test_sysfs_write(wrong_attributes[_i / 2].text, "%s/%s", directory, attribute);
	assert_failure(transfers[_i % 2](src, buffer, 1, 0), wrong_attributes[_i / 2].code,
		       attribute);
}
END_TEST

START_TEST(without_write_back_writing_the_device_is_not_supported)
{
	assert_failure(pmem2_source_pwrite_mcsafe(src, buffer, 100, 0), PMEM2_E_NOSUPP,
		       "no way for programs to write cache lines back");
	check_file(fd);
}
END_TEST

static char *bad_page(void)
{
	int file = pmem2_test_file(0);
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	ck_assert_ptr_ne(page, MAP_FAILED);
	close(file);
	descriptors = pmem2_test_open_descriptors();
	return page;
}

START_TEST(bad_memory_of_the_caller_kills)
{
	(void)transfers[_i](src, bad_page(), 100, 0);
}
END_TEST

START_TEST(fault_outside_the_library_kills)
{
	assert_success(transfers[_i](src, buffer, 100, 0));
	*(volatile char *)bad_page() = 1;
}
END_TEST

START_TEST(blocked_sigbus_is_no_obstacle)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGBUS);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &blocked, NULL), 0);
	spoil(4096);
	assert_failure(transfers[_i](src, buffer, 100, 4096), PMEM2_E_IO_FAIL, "");
	assert_success(transfers[_i](src, buffer, 100, 0));
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &blocked), 0);
	ck_assert_int_eq(sigismember(&blocked, SIGBUS), 1);
}
END_TEST

static sigjmp_buf escape;
static volatile sig_atomic_t foreign_faults;

static void count_and_leave(int signal)
{
	foreign_faults++;
	siglongjmp(escape, 1);
}

START_TEST(handler_of_the_program_gets_its_own_faults_only)
{
	volatile char *page = bad_page();

	signal(SIGBUS, count_and_leave);
	foreign_faults = 0;
	spoil(4096);
	assert_failure(transfers[_i](src, buffer, 100, 4096), PMEM2_E_IO_FAIL, "");
	ck_assert_int_eq(foreign_faults, 0);
	if (sigsetjmp(escape, 1) == 0)
		*page = 1;
	ck_assert_int_eq(foreign_faults, 1);
	assert_failure(transfers[_i](src, buffer, 100, 4096), PMEM2_E_IO_FAIL, "");
	ck_assert_int_eq(foreign_faults, 1);
}
END_TEST

static volatile sig_atomic_t wrong_results;

/* Even threads use good memory of their own, odd ones the same bad memory. */
static void *transfer_often(void *data)
{
	const size_t number = (size_t)(uintptr_t)data;
	const size_t offset = number % 2 == 0 ? number * 512 : 8192;
	const int wanted = number % 2 == 0 ? 0 : PMEM2_E_IO_FAIL;
	unsigned char bytes[512];

	for (int i = 0; i < ROUNDS; i++) {
		memset(bytes, (int)number, sizeof(bytes));
		if (pmem2_source_pwrite_mcsafe(src, bytes, sizeof(bytes), offset) != wanted)
			wrong_results = 1;
		memset(bytes, 0, sizeof(bytes));
		if (pmem2_source_pread_mcsafe(src, bytes, sizeof(bytes), offset) != wanted)
			wrong_results = 1;
		if (wanted == 0 && (bytes[0] != number || bytes[511] != number))
			wrong_results = 1;
	}
	return NULL;
}

START_TEST(threads_on_good_and_bad_memory_do_not_disturb_each_other)
{
	pthread_t threads[THREADS];

	wrong_results = 0;
	spoil(8192);
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, transfer_often, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(wrong_results, 0);
}
END_TEST

static TCase *file_case(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, file_setup, file_teardown);
	tcase_add_loop_test(tcase, reading_gives_the_bytes_at_the_offset, 0, RANGE_COUNT);
	tcase_add_loop_test(tcase, writing_changes_the_bytes_at_the_offset_and_no_other, 0,
			    RANGE_COUNT);
	tcase_add_loop_test(tcase, empty_transfer_inside_the_source_succeeds, 0, 2);
	tcase_add_loop_test(tcase, range_outside_the_source_is_refused, 0, OUTSIDE_COUNT);
	tcase_add_loop_test(tcase, range_follows_the_size_of_the_file, 0, 2);
	tcase_add_loop_test(tcase, anonymous_source_is_not_supported, 0, 2);
	tcase_add_loop_test(tcase, closed_descriptor_is_an_invalid_handle, 0, 2);
	tcase_add_loop_test(tcase, short_transfers_are_continued, 0, 2);
	tcase_add_loop_test(tcase, interrupted_transfer_is_repeated, 0, 2);
	tcase_add_loop_test(tcase, error_of_the_media_is_io_fail, 0, 2);
	tcase_add_loop_test(tcase, error_of_the_media_after_a_part_is_io_fail, 0, 2);
	tcase_add_loop_test(tcase, other_error_is_its_errno, 0, 2);
	tcase_add_loop_test(tcase, file_truncated_during_the_transfer_is_out_of_range, 0, 2);
	tcase_add_test(tcase, writing_through_a_read_only_descriptor_is_ebadf);
	tcase_add_test(tcase, writing_through_an_appending_descriptor_is_refused);
	tcase_add_loop_test(tcase, transfers_of_files_leave_sigbus_alone, 0, 2);
	return tcase;
}

/* Of `transfers`, those that a device dax can have on this CPU: without write-back, reading. */
static int dax_transfers(void)
{
	return pmem2_arch_has_writeback() ? 2 : 1;
}

static void add_dax_writing(TCase *tcase)
{
	if (!pmem2_arch_has_writeback()) {
		tcase_add_test(tcase, without_write_back_writing_the_device_is_not_supported);
		return;
	}
	tcase_add_loop_test(tcase, writing_changes_the_bytes_at_the_offset_and_no_other, 0,
			    RANGE_COUNT);
	tcase_add_test(tcase, writing_crosses_the_alignment_of_the_device);
	tcase_add_test(tcase, writing_is_durable_on_return);
	tcase_add_test(tcase, writing_a_read_only_device_is_eacces);
	tcase_add_test(tcase, appending_means_nothing_to_the_device);
}

static TCase *dax_case(const char *name, void (*setup)(void))
{
	TCase *tcase = tcase_create(name);
	const int count = dax_transfers();

	tcase_add_checked_fixture(tcase, setup, dax_teardown);
	tcase_add_loop_test(tcase, reading_gives_the_bytes_at_the_offset, 0, RANGE_COUNT);
	tcase_add_test(tcase, reading_crosses_the_alignment_of_the_device);
	tcase_add_loop_test(tcase, last_bytes_of_the_device_are_inside, 0, count);
	tcase_add_loop_test(tcase, empty_transfer_of_the_device_touches_nothing, 0, 2);
	tcase_add_loop_test(tcase, device_is_not_read_and_written_as_a_file, 0, count);
	tcase_add_loop_test(tcase, bad_memory_is_io_fail, 0, count);
	tcase_add_loop_test(tcase, nothing_stays_mapped, 0, count);
	tcase_add_loop_test(tcase, device_that_has_gone_is_no_region, 0, 2);
	tcase_add_loop_test(tcase, device_of_wrong_size_or_alignment_is_refused, 0,
			    2 * (int)(sizeof(wrong_attributes) / sizeof(wrong_attributes[0])));
	add_dax_writing(tcase);
	return tcase;
}

static TCase *signal_case(void)
{
	TCase *tcase = tcase_create("signals");
	const int count = dax_transfers();

	tcase_add_checked_fixture(tcase, nvdimm_setup, dax_teardown);
	tcase_add_loop_test_raise_signal(tcase, bad_memory_of_the_caller_kills, SIGBUS, 0, count);
	tcase_add_loop_test_raise_signal(tcase, fault_outside_the_library_kills, SIGBUS, 0, count);
	tcase_add_loop_test(tcase, blocked_sigbus_is_no_obstacle, 0, count);
	tcase_add_loop_test(tcase, handler_of_the_program_gets_its_own_faults_only, 0, count);
	if (pmem2_arch_has_writeback())
		tcase_add_test(tcase, threads_on_good_and_bad_memory_do_not_disturb_each_other);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("mcsafe");

	suite_add_tcase(suite, file_case());
	suite_add_tcase(suite, dax_case("device dax on NVDIMMs", nvdimm_setup));
	suite_add_tcase(suite, dax_case("device dax without NVDIMM", hmem_setup));
	suite_add_tcase(suite, signal_case());
	return suite;
}
