/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loads a plugin (program.c as a shared object) with dlopen, the way named by
 * the first argument, uses it and unloads it, twice. In between it forks, for the
 * library may not leave a fork handler behind that is no longer mapped.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int (*store_fn)(const char *path, const char *text);

static int use(const char *plugin, int mode, const char *path, const char *text)
{
	void *handle = dlopen(plugin, mode);
	store_fn store;
	int failed;

	if (handle == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	store = (store_fn)dlsym(handle, "store_durably");
	failed = store == NULL || store(path, text) != 0;
	return dlclose(handle) != 0 || failed;
}

static int fork_and_wait(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(0);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return status != 0;
}

int main(int argc, char *argv[])
{
	int mode;

	if (argc != 5)
		return 2;
	mode = strcmp(argv[1], "lazy") == 0 ? RTLD_LAZY : RTLD_NOW;
	for (int i = 0; i < 2; i++) {
		if (use(argv[2], mode | RTLD_LOCAL, argv[3], argv[4]) || fork_and_wait())
			return 1;
	}
	return 0;
}
