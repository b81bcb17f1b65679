/* SPDX-License-Identifier: BSD-3-Clause */
/* A program that runs with rights its user lacks obeys none of the user's variables. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "arch.h"
#include "restart.h"
#include "support.h"
#include "tune.h"

/* PAGE is what this file has, and what can be forced on every CPU: the reason tells which. */
static const char *report_forced_granularity(void)
{
	struct pmem2_source *src = NULL;
	struct pmem2_config *cfg = NULL;
	struct pmem2_map *map = NULL;
	int fd = memfd_create("test_set_user_id", MFD_CLOEXEC);

	if (ftruncate(fd, 4096) != 0 || pmem2_source_from_fd(&src, fd) != 0 ||
	    pmem2_config_new(&cfg) != 0 ||
	    pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_BYTE) != 0)
		return pmem2_errormsg();
	if (pmem2_map_new(&map, cfg, src) != PMEM2_E_GRANULARITY_NOT_SUPPORTED)
		return "wrong: not refused";
	return strstr(pmem2_errormsg(), "forces PAGE") != NULL ? "forced" : "not forced";
}

/* Check's assertions work in tests only; here, failures are told in the reply. */
static void do_task(const char *task)
{
	const struct pmem2_arch_row *row = pmem2_tune_row();

	if (strcmp(task, "force") == 0)
		restart_reply(report_forced_granularity());
	restart_reply(row != NULL ? row->name : "bound");
}

static void copy_program(const char *path)
{
	int from = open(restart_own_program(), O_RDONLY | O_CLOEXEC);
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	char buffer[65536];
	ssize_t got;

	ck_assert_int_ge(from, 0);
	ck_assert_int_ge(to, 0);
	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		ck_assert_int_eq(write(to, buffer, (size_t)got), got);
	close(from);
	close(to);
}

/* Only root can make a file somebody else's, whose identity a program started from it takes. */
static bool can_make_set_user_id_programs(void)
{
	struct statvfs st;

	return geteuid() == 0 && statvfs(pmem2_test_directory(), &st) == 0 &&
	       !(st.f_flag & (ST_NOSUID | ST_NOEXEC));
}

static const char *make_set_user_id_program(void)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/set-user-id", pmem2_test_directory());
	(void)unlink(path);
	copy_program(path);
	ck_assert_int_eq(chown(path, 65534, 65534), 0);
	ck_assert_int_eq(chmod(path, 04755), 0);
	return path;
}

START_TEST(set_user_id_program_obeys_no_variable)
{
	const char *const tuned[] = {"PMEM_NO_MOVNT=1", NULL};
	const char *const forced[] = {"PMEM2_FORCE_GRANULARITY=PAGE", NULL};
	const char *program = make_set_user_id_program();
	struct reply reply;

	restart(program, "bound", tuned, &reply);
	ck_assert_str_eq(reply.text, "bound");
	restart(program, "force", forced, &reply);
	ck_assert_str_eq(reply.text, "not forced");
	ck_assert_int_eq(chmod(program, 0755), 0);
	restart(program, "force", forced, &reply);
	ck_assert_str_eq(reply.text, "forced");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("set_user_id");
	TCase *tests = tcase_create("set_user_id");
	const char *task = restart_task();

	if (task != NULL)
		do_task(task);
	if (!can_make_set_user_id_programs())
		pmem2_test_skip("only root can make a program that runs as somebody else");
	tcase_add_test(tests, set_user_id_program_obeys_no_variable);
	suite_add_tcase(suite, tests);
	return suite;
}
