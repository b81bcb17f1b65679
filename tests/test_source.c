/* SPDX-License-Identifier: BSD-3-Clause */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "err.h"
#include "support.h"
#include "sysfs_tree.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define FILE_SIZE 12345
#define ANYWHERE ((void *)1)

/* ---- descriptors of all kinds ------------------------------------------- */

static int open_again(int flags)
{
	return open(pmem2_test_named_file(FILE_SIZE), flags | O_CLOEXEC);
}

static int open_readable(void)
{
	return open_again(O_RDONLY);
}

static int open_writable(void)
{
	return open_again(O_RDWR);
}

static int open_appending(void)
{
	return open_again(O_RDWR | O_APPEND);
}

static int open_write_only(void)
{
	return open_again(O_WRONLY);
}

static int open_path(void)
{
	return open_again(O_PATH);
}

static int open_nameless(void)
{
	return open(pmem2_test_directory(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
}

static int open_memory(void)
{
	return memfd_create("test_source", MFD_CLOEXEC);
}

static int open_tmpfs(void)
{
	return open("/dev/shm", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
}

static int open_procfs(void)
{
	return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

static int open_sysfs(void)
{
	return open("/sys/kernel/uevent_seqnum", O_RDONLY | O_CLOEXEC);
}

static int open_directory(void)
{
	return open(pmem2_test_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_pipe_to_read(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	return ends[0];
}

static int open_pipe_to_write(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	return ends[1];
}

static int open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int open_null(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int open_zero(void)
{
	return open("/dev/zero", O_RDWR | O_CLOEXEC);
}

static int open_terminal(void)
{
	return open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int closed_number(void)
{
	int fd = open_null();

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
	return fd;
}

/* ---- creation from a descriptor ----------------------------------------- */

static int (*const accepted[])(void) = {
	open_readable, open_writable, open_appending, open_path,  open_nameless,
	open_memory,   open_tmpfs,    open_procfs,    open_sysfs,
};

START_TEST(regular_file_is_accepted_however_it_can_be_read)
{
	int fd = accepted[_i]();
	struct pmem2_source *src = NULL;

	ck_assert_int_ge(fd, 0);
	assert_success(pmem2_source_from_fd(&src, fd));
	ck_assert_ptr_nonnull(src);
	pmem2_source_delete(&src);
}
END_TEST

static const struct {
	int (*open)(void);
	int code;
	const char *text;
} refused[] = {
	{closed_number, PMEM2_E_INVALID_FILE_HANDLE, "no open file descriptor"},
	{open_write_only, PMEM2_E_INVALID_FILE_HANDLE, "open for writing only"},
	{open_pipe_to_write, PMEM2_E_INVALID_FILE_HANDLE, "open for writing only"},
	{open_directory, PMEM2_E_INVALID_FILE_TYPE, "a directory, a regular file or device dax"},
	{open_pipe_to_read, PMEM2_E_INVALID_FILE_TYPE, "a pipe, a regular file or device dax"},
	{open_socket, PMEM2_E_INVALID_FILE_TYPE, "a socket, a regular file or device dax"},
	{open_null, PMEM2_E_INVALID_FILE_TYPE, "a character device other than device dax"},
	{open_zero, PMEM2_E_INVALID_FILE_TYPE, "a character device other than device dax"},
	{open_terminal, PMEM2_E_INVALID_FILE_TYPE, "a character device other than device dax"},
};

static void assert_refused(int fd, int code, const char *text)
{
	struct pmem2_source *src = ANYWHERE;
	char name[32];

	assert_failure(pmem2_source_from_fd(&src, fd), code, text);
	ck_assert_ptr_null(src);
	snprintf(name, sizeof(name), "source: fd %d ", fd);
	pmem2_test_check_message("pmem2_source_from_fd", name);
}

START_TEST(what_is_no_readable_regular_file_is_refused)
{
	int fd = refused[_i].open();

	ck_assert_int_ge(fd, 0);
	assert_refused(fd, refused[_i].code, refused[_i].text);
}
END_TEST

static const int impossible[] = {-1, -2, INT_MIN, INT_MAX};

START_TEST(impossible_descriptor_is_refused)
{
	assert_refused(impossible[_i], PMEM2_E_INVALID_FILE_HANDLE, "no open file descriptor");
}
END_TEST

START_TEST(descriptor_is_neither_duplicated_nor_closed)
{
	int fd = pmem2_test_file(FILE_SIZE);
	size_t before = pmem2_test_open_descriptors();
	struct pmem2_source *src = pmem2_test_source(fd);

	ck_assert_uint_eq(pmem2_test_open_descriptors(), before);
	assert_success(pmem2_source_delete(&src));
	ck_assert_uint_eq(pmem2_test_open_descriptors(), before);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(get_fd_gives_the_descriptor_of_creation)
{
	int fd = pmem2_test_file(FILE_SIZE);
	struct pmem2_source *src = pmem2_test_source(fd);
	int given = -1;

	assert_success(pmem2_source_get_fd(src, &given));
	ck_assert_int_eq(given, fd);
	pmem2_source_delete(&src);
}
END_TEST

/* ---- anonymous sources -------------------------------------------------- */

static const size_t anon_sizes[] = {0, 1, 4095, 4096, 5000, (size_t)1 << 40, SIZE_MAX};

START_TEST(anonymous_source_keeps_any_size)
{
	struct pmem2_source *src = ANYWHERE;
	size_t size = 77;

	assert_success(pmem2_source_from_anon(&src, anon_sizes[_i]));
	assert_success(pmem2_source_size(src, &size));
	ck_assert_uint_eq(size, anon_sizes[_i]);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(anonymous_source_has_no_descriptor)
{
	struct pmem2_source *src;
	int fd = 77;

	assert_success(pmem2_source_from_anon(&src, 4711));
	assert_failure(pmem2_source_get_fd(src, &fd), PMEM2_E_FILE_DESCRIPTOR_NOT_SET,
		       "source: anonymous memory of 4711 bytes has no file descriptor");
	ck_assert_int_eq(fd, 77);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(anonymous_source_is_aligned_to_pages)
{
	struct pmem2_source *src;
	size_t alignment = 0;

	assert_success(pmem2_source_from_anon(&src, 5000));
	assert_success(pmem2_source_alignment(src, &alignment));
	ck_assert_uint_eq(alignment, PAGE);
	pmem2_source_delete(&src);
}
END_TEST

/* ---- deletion ----------------------------------------------------------- */

START_TEST(delete_sets_the_pointer_to_null)
{
	struct pmem2_source *src = pmem2_test_source(pmem2_test_file(FILE_SIZE));

	assert_success(pmem2_source_delete(&src));
	ck_assert_ptr_null(src);
}
END_TEST

START_TEST(deleting_null_does_nothing)
{
	struct pmem2_source *src = NULL;

	assert_success(pmem2_source_delete(&src));
	ck_assert_ptr_null(src);
}
END_TEST

START_TEST(map_outlives_its_source_and_descriptor)
{
	int fd = pmem2_test_file(FILE_SIZE);
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_PAGE);
	struct pmem2_map *map = NULL;
	char *content;

	assert_success(pmem2_map_new(&map, cfg, src));
	assert_success(pmem2_source_delete(&src));
	assert_success(pmem2_config_delete(&cfg));
	ck_assert_int_eq(close(fd), 0);
	content = pmem2_map_get_address(map);
	pmem2_get_memset_fn(map)(content, 'x', FILE_SIZE, 0);
	pmem2_get_persist_fn(map)(content, FILE_SIZE);
	ck_assert_int_eq(content[FILE_SIZE - 1], 'x');
	assert_success(pmem2_deep_flush(map, content, FILE_SIZE));
	assert_success(pmem2_map_delete(&map));
}
END_TEST

/* ---- size and alignment of files ---------------------------------------- */

START_TEST(size_follows_the_file)
{
	static const off_t sizes[] = {FILE_SIZE, 100, 0, 1 << 20};
	int fd = pmem2_test_file(1);
	struct pmem2_source *src = pmem2_test_source(fd);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = 77;
		ck_assert_int_eq(ftruncate(fd, sizes[i]), 0);
		assert_success(pmem2_source_size(src, &size));
		ck_assert_uint_eq(size, (size_t)sizes[i]);
	}
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(size_of_a_closed_descriptor_is_refused)
{
	int fd = pmem2_test_file(FILE_SIZE);
	struct pmem2_source *src = pmem2_test_source(fd);
	size_t size = 77;
	char text[64];

	ck_assert_int_eq(close(fd), 0);
	snprintf(text, sizeof(text), "source: fd %d has been closed", fd);
	assert_failure(pmem2_source_size(src, &size), PMEM2_E_INVALID_FILE_HANDLE, text);
	ck_assert_uint_eq(size, 77);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(file_is_aligned_to_pages_even_when_its_descriptor_is_closed)
{
	int fd = pmem2_test_file(FILE_SIZE);
	struct pmem2_source *src = pmem2_test_source(fd);
	size_t alignment = 0;

	ck_assert_int_eq(close(fd), 0);
	assert_success(pmem2_source_alignment(src, &alignment));
	ck_assert_uint_eq(alignment, PAGE);
	pmem2_source_delete(&src);
}
END_TEST

/* ---- device dax ---------------------------------------------------------- */

/* Play a dax device that no NVDIMM namespace backs, by the numbers of /dev/null. */
#define DEVICE "devices/platform/hmem.0/dax0.0"

static void link_subsystem(const char *target)
{
	const char *link = pmem2_test_sysfs_path(DEVICE "/subsystem");

	(void)unlink(link);
	ck_assert_int_eq(symlink(target, link), 0);
}

static void make_sysfs(void)
{
	pmem2_test_sysfs_begin();
	pmem2_test_sysfs_device("char/1:3", DEVICE);
	pmem2_test_sysfs_write("1065353216", DEVICE "/size");
	pmem2_test_sysfs_write("2097152", DEVICE "/align");
	link_subsystem("../../../../bus/dax");
}

static void drop(const char *name)
{
	ck_assert_int_eq(unlink(pmem2_test_sysfs_path(DEVICE "/%s", name)), 0);
}

START_TEST(device_dax_is_accepted)
{
	struct pmem2_source *src = pmem2_test_source(open_null());

	ck_assert_int_eq(src->kind, PMEM2_SOURCE_DEVDAX);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(device_dax_without_a_namespace_tells_its_size_and_alignment)
{
	struct pmem2_source *src = pmem2_test_source(open_null());
	size_t size = 0;
	size_t alignment = 0;

	assert_success(pmem2_source_size(src, &size));
	ck_assert_uint_eq(size, 1065353216);
	assert_success(pmem2_source_alignment(src, &alignment));
	ck_assert_uint_eq(alignment, 2097152);
	pmem2_source_delete(&src);
}
END_TEST

/* The link tells; a device of another name is no dax. */
START_TEST(character_device_of_another_subsystem_is_refused)
{
	link_subsystem("../../../../class/daxes");
	assert_refused(open_null(), PMEM2_E_INVALID_FILE_TYPE, "other than device dax");
}
END_TEST

START_TEST(character_device_that_sysfs_does_not_know_gives_the_system_error)
{
	struct pmem2_source *src = ANYWHERE;

	drop("subsystem");
	assert_failure(pmem2_source_from_fd(&src, open_null()), -ENOENT,
		       "looking in sysfs for what character device fd");
	pmem2_test_check_message("pmem2_source_from_fd", ": No such file or directory");
	ck_assert_ptr_null(src);
}
END_TEST

static const struct {
	const char *value;
	int code;
	const char *text;
} odd_alignments[] = {
	{"0", PMEM2_E_INVALID_ALIGNMENT_VALUE, "alignment 0 is not a power of two"},
	{"3145728", PMEM2_E_INVALID_ALIGNMENT_VALUE, "alignment 3145728 is not a power of two"},
	{"2M", PMEM2_E_INVALID_ALIGNMENT_FORMAT, "align holds no number"},
	{"", PMEM2_E_INVALID_ALIGNMENT_FORMAT, "align holds no number"},
};

START_TEST(odd_alignment_of_device_dax_is_refused_and_not_stored)
{
	struct pmem2_source *src = pmem2_test_source(open_null());
	size_t alignment = 77;

	pmem2_test_sysfs_write(odd_alignments[_i].value, DEVICE "/align");
	assert_failure(pmem2_source_alignment(src, &alignment), odd_alignments[_i].code,
		       odd_alignments[_i].text);
	ck_assert_uint_eq(alignment, 77);
	pmem2_source_delete(&src);
}
END_TEST

START_TEST(device_dax_that_vanished_has_neither_size_nor_alignment)
{
	struct pmem2_source *src = pmem2_test_source(open_null());
	size_t value = 77;

	drop("size");
	drop("align");
	assert_failure(pmem2_source_size(src, &value), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "device dax 1:3: the kernel describes none");
	assert_failure(pmem2_source_alignment(src, &value), PMEM2_E_DAX_REGION_NOT_FOUND,
		       "device dax 1:3: the kernel describes none");
	ck_assert_uint_eq(value, 77);
	pmem2_source_delete(&src);
}
END_TEST

/* ---- the suite ------------------------------------------------------------ */

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The answer that is noted shows in the message of the next refusal, so nobody asked again. */
START_TEST(system_is_asked_once_for_a_synchronous_mapping)
{
	int fd = pmem2_test_file(4096);
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_CACHE_LINE);
	struct pmem2_map *map = NULL;

	ck_assert_int_eq(pmem2_source_refusal(src), 0);
	assert_failure(pmem2_map_new(&map, cfg, src), PMEM2_E_GRANULARITY_NOT_SUPPORTED,
		       pmem2_errno_text(EOPNOTSUPP));
	ck_assert_int_eq(pmem2_source_refusal(src), EOPNOTSUPP);
	pmem2_source_note_refusal(src, EINVAL);
	assert_failure(pmem2_map_new(&map, cfg, src), PMEM2_E_GRANULARITY_NOT_SUPPORTED,
		       pmem2_errno_text(EINVAL));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
}
END_TEST

/* A private mapping does not ask, and so learns nothing. */
START_TEST(private_mapping_notes_no_refusal)
{
	int fd = pmem2_test_file(4096);
	struct pmem2_source *src = pmem2_test_source(fd);
	struct pmem2_config *cfg = pmem2_test_config(PMEM2_GRANULARITY_BYTE);
	struct pmem2_map *map = NULL;

	assert_success(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE));
	assert_success(pmem2_map_new(&map, cfg, src));
	ck_assert_int_eq(pmem2_source_refusal(src), 0);
	assert_success(pmem2_map_delete(&map));
	pmem2_config_delete(&cfg);
	pmem2_source_delete(&src);
	close(fd);
}
END_TEST

static TCase *files(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_loop_test(tcase, regular_file_is_accepted_however_it_can_be_read, 0,
			    COUNT(accepted));
	tcase_add_loop_test(tcase, what_is_no_readable_regular_file_is_refused, 0, COUNT(refused));
	tcase_add_loop_test(tcase, impossible_descriptor_is_refused, 0, COUNT(impossible));
	tcase_add_test(tcase, descriptor_is_neither_duplicated_nor_closed);
	tcase_add_test(tcase, get_fd_gives_the_descriptor_of_creation);
	tcase_add_test(tcase, delete_sets_the_pointer_to_null);
	tcase_add_test(tcase, deleting_null_does_nothing);
	tcase_add_test(tcase, map_outlives_its_source_and_descriptor);
	if (pmem2_arch_has_writeback()) /* else the answer shows nowhere */
		tcase_add_test(tcase, system_is_asked_once_for_a_synchronous_mapping);
	tcase_add_test(tcase, private_mapping_notes_no_refusal);
	tcase_add_test(tcase, size_follows_the_file);
	tcase_add_test(tcase, size_of_a_closed_descriptor_is_refused);
	tcase_add_test(tcase, file_is_aligned_to_pages_even_when_its_descriptor_is_closed);
	return tcase;
}

static TCase *anonymous(void)
{
	TCase *tcase = tcase_create("anonymous");

	tcase_add_loop_test(tcase, anonymous_source_keeps_any_size, 0, COUNT(anon_sizes));
	tcase_add_test(tcase, anonymous_source_has_no_descriptor);
	tcase_add_test(tcase, anonymous_source_is_aligned_to_pages);
	return tcase;
}

static TCase *device_dax(void)
{
	TCase *tcase = tcase_create("device dax");

	tcase_add_checked_fixture(tcase, make_sysfs, NULL);
	tcase_add_test(tcase, device_dax_is_accepted);
	tcase_add_test(tcase, device_dax_without_a_namespace_tells_its_size_and_alignment);
	tcase_add_test(tcase, character_device_of_another_subsystem_is_refused);
	tcase_add_test(tcase, character_device_that_sysfs_does_not_know_gives_the_system_error);
	tcase_add_loop_test(tcase, odd_alignment_of_device_dax_is_refused_and_not_stored, 0,
			    COUNT(odd_alignments));
	tcase_add_test(tcase, device_dax_that_vanished_has_neither_size_nor_alignment);
	return tcase;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("source");

	suite_add_tcase(suite, files());
	suite_add_tcase(suite, anonymous());
	suite_add_tcase(suite, device_dax());
	return suite;
}
