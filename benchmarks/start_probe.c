/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The least program: it ends. With an argument it tells by its status whether
 * a libpmem2 has been loaded into it.
 */
#include <dlfcn.h>
#include <stddef.h>

int main(int argc, char **argv)
{
	(void)argv;
	return argc > 1 && dlsym(RTLD_DEFAULT, "pmem2_map_new") == NULL;
}
