/* SPDX-License-Identifier: BSD-3-Clause */
#include "mount.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support.h"
#include "sysfs.h"
#include "sysfs_tree.h"

#define FD 7

#define ROOT_LINE "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro\n"
#define TMP_LINE "220 22 0:34 / /tmp rw,nosuid - tmpfs tmpfs rw,inode64\n"
#define PMEM_LINE                                                                                  \
	"31 22 259:7 /sub /mnt/a\\040b\\134 rw,noatime shared:2 master:3 - xfs "                   \
	"/dev/pmem\\0110 rw,dax=always,inode64"

/* A procfs with these mounts, of which `id` is that of the descriptor. */
static struct explain_mount find(const char *id, const char *mounts)
{
	char info[128];
	struct explain_mount mount;

	pmem2_test_sysfs_begin();
	explain_procfs_root = pmem2_sysfs_root;
	snprintf(info, sizeof(info), "pos:\t0\nflags:\t02100002\nmnt_id:\t%s\nino:\t12", id);
	pmem2_test_sysfs_write(info, "self/fdinfo/%d", FD);
	pmem2_test_sysfs_write(mounts, "self/mountinfo");
	memset(&mount, 0x55, sizeof(mount));
	explain_mount_find(&mount, FD);
	return mount;
}

START_TEST(mount_of_the_descriptor_is_found_by_its_number)
{
	struct explain_mount mount = find("22", TMP_LINE ROOT_LINE PMEM_LINE);

	ck_assert(mount.known);
	ck_assert_str_eq(mount.type, "ext4");
	ck_assert_str_eq(mount.point, "/");
	ck_assert_str_eq(mount.source, "/dev/nvme0n1p2");
	ck_assert_str_eq(mount.options, "rw,relatime,rw,errors=remount-ro");
}
END_TEST

START_TEST(optional_fields_are_none_or_many_and_names_are_unescaped)
{
	struct explain_mount mount = find("31", ROOT_LINE TMP_LINE PMEM_LINE);

	ck_assert(mount.known);
	ck_assert_str_eq(mount.type, "xfs");
	ck_assert_str_eq(mount.point, "/mnt/a b\\");
	ck_assert_str_eq(mount.source, "/dev/pmem\t0");
	ck_assert_str_eq(mount.options, "rw,noatime,rw,dax=always,inode64");
	ck_assert_str_eq(find("220", ROOT_LINE TMP_LINE).type, "tmpfs");
}
END_TEST

START_TEST(what_procfs_does_not_tell_is_not_known)
{
	ck_assert(!find("2", ROOT_LINE TMP_LINE).known);
	ck_assert(!find("22", "22 1 259:2 / / rw,relatime shared:1 - ext4").known);
	ck_assert(!find("22", "22 1 259:2 / /").known);
	ck_assert(!find("22", "").known);
}
END_TEST

START_TEST(without_procfs_nothing_is_known)
{
	struct explain_mount mount = find("22", ROOT_LINE);

	ck_assert_int_eq(unlink(pmem2_test_sysfs_path("self/mountinfo")), 0);
	explain_mount_find(&mount, FD);
	ck_assert(!mount.known);
	pmem2_test_sysfs_write(ROOT_LINE, "self/mountinfo");
	explain_mount_find(&mount, FD);
	ck_assert(mount.known);
	explain_mount_find(&mount, FD + 1);
	ck_assert(!mount.known);
	pmem2_test_sysfs_write("pos:\t0", "self/fdinfo/%d", FD);
	explain_mount_find(&mount, FD);
	ck_assert(!mount.known);
}
END_TEST

START_TEST(own_mount_is_found_in_the_real_procfs)
{
	struct explain_mount mount;
	int fd = pmem2_test_file(1);

	explain_procfs_root = "/proc";
	explain_mount_find(&mount, fd);
	ck_assert(mount.known);
	ck_assert_int_eq(mount.point[0], '/');
	close(fd);
}
END_TEST

START_TEST(options_are_whole_words_or_names_of_values)
{
	struct explain_mount mount = {.options = "rw,noatime,dax=inode,logbufs=8,swalloc"};

	ck_assert(explain_mount_has(&mount, "rw"));
	ck_assert(explain_mount_has(&mount, "dax"));
	ck_assert(explain_mount_has(&mount, "dax=inode"));
	ck_assert(explain_mount_has(&mount, "swalloc"));
	ck_assert(!explain_mount_has(&mount, "dax=never"));
	ck_assert(!explain_mount_has(&mount, "atime"));
	ck_assert(!explain_mount_has(&mount, "sw"));
	ck_assert(!explain_mount_has(&mount, "da"));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("explain_mount");
	TCase *tcase = tcase_create("mount");

	tcase_add_test(tcase, mount_of_the_descriptor_is_found_by_its_number);
	tcase_add_test(tcase, optional_fields_are_none_or_many_and_names_are_unescaped);
	tcase_add_test(tcase, what_procfs_does_not_tell_is_not_known);
	tcase_add_test(tcase, without_procfs_nothing_is_known);
	tcase_add_test(tcase, own_mount_is_found_in_the_real_procfs);
	tcase_add_test(tcase, options_are_whole_words_or_names_of_values);
	suite_add_tcase(suite, tcase);
	return suite;
}
