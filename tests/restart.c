/* SPDX-License-Identifier: BSD-3-Clause */
#include "restart.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define TASK "PMEM2_TEST_TASK"
#define EMULATOR "MESON_EXE_WRAPPER"

const char *restart_task(void)
{
	return getenv(TASK);
}

_Noreturn void restart_reply(const char *text)
{
	puts(text);
	fflush(stdout);
	(void)rmdir(pmem2_test_directory());
	_exit(EXIT_SUCCESS);
}

static void read_all(int from, struct reply *reply)
{
	size_t used = 0;
	ssize_t got;

	while ((got = read(from, reply->text + used, sizeof(reply->text) - 1 - used)) > 0)
		used += (size_t)got;
	reply->text[used] = '\0';
	if (used > 0 && reply->text[used - 1] == '\n')
		reply->text[used - 1] = '\0';
}

const char *restart_own_program(void)
{
	static char path[1024];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	ck_assert_int_gt(length, 0);
	path[length] = '\0';
	return path;
}

/* Programs for another CPU need the emulator that runs this one: a command. */
static void execute(const char *program, const char **environment)
{
	const char *emulator = getenv(EMULATOR);
	char command[4096];

	if (emulator == NULL) {
		const char *arguments[] = {program, NULL};

		execve(program, (char *const *)arguments, (char *const *)environment);
	} else {
		const char *arguments[] = {"sh", "-c", command, NULL};

		snprintf(command, sizeof(command), "exec %s %s", emulator, program);
		execve("/bin/sh", (char *const *)arguments, (char *const *)environment);
	}
	_exit(EXIT_FAILURE);
}

void restart(const char *program, const char *task, const char *const *variables,
	     struct reply *reply)
{
	char task_variable[64];
	const char *environment[8] = {task_variable};
	int ends[2];
	int status;
	pid_t child;

	snprintf(task_variable, sizeof(task_variable), TASK "=%s", task);
	for (size_t i = 0; variables[i] != NULL; i++)
		environment[i + 1] = variables[i];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execute(program, environment);
	}
	close(ends[1]);
	read_all(ends[0], reply);
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(status == 0, "status %x, \"%s\"", (unsigned)status, reply->text);
}
