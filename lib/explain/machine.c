/* SPDX-License-Identifier: BSD-3-Clause */
#include "machine.h"

#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "ask.h"
#include "device.h"
#include "mount.h"
#include "options.h"

/* Of lists that grow by one. */
static void *grow(void *list, size_t count, size_t size)
{
	void *grown = realloc(list, (count + 1) * size);

	if (grown == NULL)
		err(EXPLAIN_FAILED, "a list");
	memset((char *)grown + count * size, 0, size);
	return grown;
}

static bool add_region(const char *name, void *data)
{
	struct explain_machine *machine = data;
	char link[PATH_MAX];
	char path[PATH_MAX];

	snprintf(link, sizeof(link), "%s/bus/nd/devices/%s", explain_sysfs_root, name);
	if (strncmp(name, "region", 6) != 0 || realpath(link, path) == NULL)
		return true;
	machine->region = grow(machine->region, machine->regions, sizeof(*machine->region));
	explain_device_read_region(&machine->region[machine->regions++], path);
	return true;
}

static unsigned long long read_number(const char *dax, const char *name)
{
	char text[EXPLAIN_NAME];

	explain_device_read(text, sizeof(text), "%s/bus/dax/devices/%s/%s", explain_sysfs_root, dax,
			    name);
	return strtoull(text, NULL, 0);
}

static void find_region(struct explain_dax *dax)
{
	char number[EXPLAIN_NAME];
	struct explain_device device;
	char *rest;
	unsigned long major;

	if (!explain_device_read(number, sizeof(number), "%s/bus/dax/devices/%s/dev",
				 explain_sysfs_root, dax->name))
		return;
	major = strtoul(number, &rest, 10);
	if (*rest != ':')
		return;
	explain_device_find(&device, false,
			    makedev((unsigned)major, (unsigned)strtoul(rest + 1, NULL, 10)));
	if (device.regions > 0)
		dax->region = device.region[0];
}

static bool add_dax(const char *name, void *data)
{
	struct explain_machine *machine = data;
	struct explain_dax *dax;

	machine->dax = grow(machine->dax, machine->daxes, sizeof(*machine->dax));
	dax = &machine->dax[machine->daxes++];
	snprintf(dax->name, sizeof(dax->name), "%.*s", EXPLAIN_NAME - 1, name);
	dax->size = read_number(name, "size");
	dax->alignment = read_number(name, "align");
	find_region(dax);
	return true;
}

static const char *const variables[EXPLAIN_VARIABLES] = {
	"PMEM2_FORCE_GRANULARITY", "PMEM_NO_CLWB",   "PMEM_NO_CLFLUSHOPT", "PMEM_NO_MOVNT",
	"PMEM_MOVNT_THRESHOLD",    "PMEM_AVX",       "PMEM_AVX512F",       "PMEM_MOVDIR64B",
	"PMEM2_LOG_LEVEL",         "PMEM2_LOG_FILE",
};

static void read_variables(struct explain_machine *machine)
{
	for (unsigned i = 0; i < EXPLAIN_VARIABLES; i++) {
		const char *value = getenv(variables[i]);
		machine->variable[i] = (struct explain_variable){variables[i], value};
	}
}

/* As /proc/cpuinfo names them, on x86, Arm and RISC-V. */
static const char *const useful[] = {
	"sse2",       "avx",  "avx2",  "avx512f", "avx512bw", "avx512vl", "movdir64b", "clflush",
	"clflushopt", "clwb", "asimd", "sve",     "dcpop",    "dcpodp",   "zicbom",    "zihintntl",
};

static bool is_useful(const char *feature)
{
	for (unsigned i = 0; i < sizeof(useful) / sizeof(useful[0]); i++) {
		if (strcmp(feature, useful[i]) == 0)
			return true;
	}
	return false;
}

static void pick_features(char *features, char *rest, const char *between)
{
	size_t length = 0;
	char *word;

	while ((word = strsep(&rest, between)) != NULL) {
		size_t longer = length + strlen(word) + 1;
		if (!is_useful(word) || longer >= EXPLAIN_TEXT)
			continue;
		sprintf(features + length, length > 0 ? " %s" : "%s", word);
		length = strlen(features);
	}
}

/* Of the first processor; "" where the kernel tells none. */
static void read_features(char *features)
{
	char path[PATH_MAX];
	char *line = NULL;
	size_t size = 0;
	FILE *info;

	snprintf(path, sizeof(path), "%s/cpuinfo", explain_procfs_root);
	info = fopen(path, "re");
	while (info != NULL && features[0] == '\0' && getline(&line, &size, info) >= 0) {
		if (strncmp(line, "flags\t", 6) == 0 || strncmp(line, "Features\t", 9) == 0)
			pick_features(features, strchr(line, ':') + 1, " \n");
		else if (strncmp(line, "isa\t", 4) == 0)
			pick_features(features, strchr(line, ':') + 1, " _\n");
	}
	free(line);
	if (info != NULL)
		fclose(info);
}

void explain_machine_look(struct explain_machine *machine)
{
	memset(machine, 0, sizeof(*machine));
	explain_kernel_release(machine->kernel);
	read_features(machine->features);
	machine->variant = pmem2_variant_name();
	machine->default_variant = pmem2_variant_default_name();
	machine->huge_page = explain_huge_page();
	explain_device_list("bus/nd/devices", add_region, machine);
	explain_device_list("bus/dax/devices", add_dax, machine);
	read_variables(machine);
}

void explain_machine_forget(struct explain_machine *machine)
{
	free(machine->region);
	free(machine->dax);
}
