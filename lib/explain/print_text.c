/* SPDX-License-Identifier: BSD-3-Clause */
#include "advice.h"
#include "print.h"
#include "steps.h"

#include <string.h>

#define BOLD "1"
#define RED "31"
#define GREEN "32"
#define YELLOW "33"

/* Graphic rendition of ECMA-48, which terminals understand. */
static void put_coloured(const struct explain_text *text, const char *colour, const char *words)
{
	if (text->colour)
		fprintf(text->out, "\033[%sm%s\033[0m", colour, words);
	else
		fputs(words, text->out);
}

/* Names of files may hold anything; what a terminal would obey is shown as "?". */
static void put_safely(const struct explain_text *text, const char *words)
{
	for (; *words != '\0'; words++) {
		unsigned char c = (unsigned char)*words;
		putc(c < ' ' || c == 0x7f ? '?' : c, text->out);
	}
}

static void put_label(const struct explain_text *text, const char *label)
{
	fprintf(text->out, "  %-17s ", label);
}

static void put_line(const struct explain_text *text, const char *label, const char *words)
{
	put_label(text, label);
	put_safely(text, words);
	putc('\n', text->out);
}

/* The largest unit that divides it, up to GiB. */
static void put_size(const struct explain_text *text, unsigned long long bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
	unsigned unit = 0;

	while (bytes != 0 && bytes % 1024 == 0 && unit < 3) {
		bytes /= 1024;
		unit++;
	}
	fprintf(text->out, "%llu %s", bytes, units[unit]);
}

static void put_granularity(const struct explain_text *text, const struct explain_mapping *mapping)
{
	static const char *const colours[] = {[PMEM2_GRANULARITY_BYTE] = GREEN,
					      [PMEM2_GRANULARITY_CACHE_LINE] = GREEN,
					      [PMEM2_GRANULARITY_PAGE] = YELLOW};

	put_label(text, "granularity");
	if (mapping->error != 0)
		put_coloured(text, RED, "none");
	else
		put_coloured(text, colours[mapping->granularity],
			     explain_granularity(mapping->granularity));
	putc('\n', text->out);
	put_line(text, mapping->error != 0 ? "refused" : "because", mapping->reason);
}

static void put_what(const struct explain_text *text, const struct explain_facts *facts)
{
	static const char *const kinds[] = {[EXPLAIN_FILE] = "regular file",
					    [EXPLAIN_DIRECTORY] =
						    "directory; asked by a file in it",
					    [EXPLAIN_DEVDAX] = "device dax"};

	put_label(text, "what");
	fprintf(text->out, "%s, ", kinds[facts->kind]);
	put_size(text, facts->file.size);
	fputs(", mapped in units of ", text->out);
	put_size(text, facts->file.alignment);
	fputs(facts->file.read_only ? ", read only\n" : "\n", text->out);
}

static void put_mount(const struct explain_text *text, const struct explain_facts *facts)
{
	const struct explain_mount *mount = &facts->mount;

	put_label(text, "file system");
	fprintf(text->out, "%s from ", mount->type);
	put_safely(text, mount->source);
	fputs(" on ", text->out);
	put_safely(text, mount->point);
	fprintf(text->out, " (%s)%s\n", mount->options,
		facts->file.reflink == EXPLAIN_YES ? ", reflink" : "");
}

static void put_dax_mode(const struct explain_text *text, const struct explain_file *file)
{
	if (file->dax != EXPLAIN_UNKNOWN)
		put_line(text, "DAX mode",
			 file->dax == EXPLAIN_YES        ? "yes: stores go to the media"
			 : file->dax_flag == EXPLAIN_YES ? "no, though the file asks for it"
							 : "no: stores go to the page cache");
}

static void put_device(const struct explain_text *text, const struct explain_device *device)
{
	put_label(text, "device");
	if (device->name[0] == '\0') {
		fputs("none in sysfs\n", text->out);
		return;
	}
	fputs(device->name, text->out);
	if (device->disk[0] != '\0') {
		fprintf(text->out, ", partition of %s at ", device->disk);
		put_size(text, device->start);
	}
	fputs(device->volume ? ", device-mapper volume" : "", text->out);
	fputs(device->loop ? ", loop device" : "", text->out);
	if (device->dax != EXPLAIN_UNKNOWN)
		fputs(device->dax == EXPLAIN_YES ? ", can be mapped directly"
						 : ", cannot be mapped directly",
		      text->out);
	putc('\n', text->out);
}

static void put_region(const struct explain_text *text, const struct explain_region *region)
{
	put_label(text, "region");
	fprintf(text->out, "%s on %s", region->name,
		region->provider[0] != '\0' ? region->provider : "a bus without a name");
	if (region->space[0] != '\0')
		fprintf(text->out, ", %s%s%s", region->space, region->mode[0] != '\0' ? " " : "",
			region->mode);
	fprintf(text->out, ", persistence domain %s",
		region->domain[0] != '\0' ? region->domain : "not told");
	if (region->node >= 0)
		fprintf(text->out, ", NUMA node %d", region->node);
	fputs(region->explicit_flush ? ", flushed by calls\n" : "\n", text->out);
}

static void put_regions(const struct explain_text *text, const struct explain_device *device)
{
	unsigned kept = device->regions < EXPLAIN_REGIONS ? device->regions : EXPLAIN_REGIONS;

	if (device->regions == 0)
		put_line(text, "region", "none");
	for (unsigned i = 0; i < kept; i++)
		put_region(text, &device->region[i]);
	if (device->regions > kept) {
		put_label(text, "");
		fprintf(text->out, "and %u more regions\n", device->regions - kept);
	}
}

static void put_map_sync(const struct explain_text *text, const struct explain_file *file)
{
	put_line(text, "MAP_SYNC", file->synchronous ? "granted" : strerror(file->refusal));
}

static void put_mapping(const struct explain_text *text, const struct explain_mapping *mapping)
{
	if (mapping->error != 0)
		return;
	put_label(text, "mapping");
	fputs("address aligned to ", text->out);
	put_size(text, mapping->address_alignment);
	if (mapping->huge != SIZE_MAX) {
		fputs(", huge pages can map ", text->out);
		put_size(text, mapping->huge);
	}
	putc('\n', text->out);
}

static void put_functions(const struct explain_text *text, const char *variant,
			  const char *default_variant)
{
	put_label(text, "functions");
	fputs(variant, text->out);
	if (strcmp(variant, default_variant) != 0)
		fprintf(text->out, ", by the environment; else %s", default_variant);
	fputs("; see libpmem2_environment(7)\n", text->out);
}

/* "not on an NVDIMM region" says the same as the library's message, with fewer words. */
static bool put_failure(const struct explain_text *text, const char *label, int error,
			const char *message, const struct explain_facts *facts)
{
	if (error == 0)
		return false;
	put_line(text, label, facts->device.regions == 0 ? "not on an NVDIMM region" : message);
	return true;
}

static void put_bad_blocks(const struct explain_text *text, const struct explain_facts *facts)
{
	const struct explain_identity *identity = &facts->identity;

	if (put_failure(text, "bad blocks", identity->bad_error, identity->bad_message, facts))
		return;
	put_label(text, "bad blocks");
	if (identity->bad_blocks == 0)
		fputs("none known", text->out);
	else
		fprintf(text->out, "%zu bytes in %zu ranges", identity->bad_bytes,
			identity->bad_blocks);
	putc('\n', text->out);
}

static void put_identity(const struct explain_text *text, const struct explain_facts *facts)
{
	const struct explain_identity *identity = &facts->identity;

	if (!put_failure(text, "device id", identity->id_error, identity->id_message, facts))
		put_line(text, "device id", identity->id);
	if (!put_failure(text, "unsafe shutdowns", identity->usc_error, identity->usc_message,
			 facts)) {
		put_label(text, "unsafe shutdowns");
		fprintf(text->out, "%llu\n", (unsigned long long)identity->usc);
	}
	put_bad_blocks(text, facts);
}

static void put_steps(const struct explain_text *text, const struct explain_facts *facts)
{
	struct explain_lines steps = {0};

	explain_steps(&steps, facts);
	for (size_t i = 0; i < steps.count; i++) {
		put_label(text, i == 0 ? "steps" : "");
		fprintf(text->out, "%zu. ", i + 1);
		put_safely(text, steps.line[i]);
		putc('\n', text->out);
	}
	explain_forget(&steps);
}

static void put_advice(const struct explain_text *text, const struct explain_facts *facts)
{
	struct explain_lines advice = {0};

	explain_advise(&advice, facts);
	for (size_t i = 0; i < advice.count; i++)
		put_line(text, i == 0 ? "to improve it" : "", advice.line[i]);
	explain_forget(&advice);
}

void explain_text_path(const struct explain_text *text, const struct explain_facts *facts)
{
	if (text->colour)
		fputs("\033[" BOLD "m", text->out);
	put_safely(text, facts->path);
	fputs(text->colour ? "\033[0m\n" : "\n", text->out);
	put_granularity(text, &facts->mapping);
	put_what(text, facts);
	if (facts->mount.known)
		put_mount(text, facts);
	put_dax_mode(text, &facts->file);
	put_device(text, &facts->device);
	put_regions(text, &facts->device);
	put_map_sync(text, &facts->file);
	put_mapping(text, &facts->mapping);
	put_functions(text, pmem2_variant_name(), pmem2_variant_default_name());
	put_identity(text, facts);
	put_steps(text, facts);
	put_advice(text, facts);
}

static void put_dax(const struct explain_text *text, const struct explain_dax *dax)
{
	put_label(text, "device dax");
	fprintf(text->out, "%s, ", dax->name);
	put_size(text, dax->size);
	fputs(", aligned to ", text->out);
	put_size(text, dax->alignment);
	fprintf(text->out, ", on %s\n",
		dax->region.name[0] != '\0' ? dax->region.name : "no NVDIMM region (volatile)");
}

static void put_variable(const struct explain_text *text, const char *label,
			 const struct explain_variable *variable)
{
	put_label(text, label);
	fprintf(text->out, "%s ", variable->name);
	put_safely(text, variable->value != NULL ? variable->value : "is not set");
	putc('\n', text->out);
}

void explain_text_machine(const struct explain_text *text, const struct explain_machine *machine)
{
	put_coloured(text, BOLD, "this machine");
	putc('\n', text->out);
	put_line(text, "kernel", machine->kernel);
	put_line(text, "CPU features",
		 machine->features[0] != '\0' ? machine->features : "not told");
	put_functions(text, machine->variant, machine->default_variant);
	put_label(text, "huge pages");
	put_size(text, machine->huge_page);
	putc('\n', text->out);
	if (machine->regions == 0)
		put_line(text, "region", "none: no persistent memory");
	for (size_t i = 0; i < machine->regions; i++)
		put_region(text, &machine->region[i]);
	if (machine->daxes == 0)
		put_line(text, "device dax", "none");
	for (size_t i = 0; i < machine->daxes; i++)
		put_dax(text, &machine->dax[i]);
	for (unsigned i = 0; i < EXPLAIN_VARIABLES; i++)
		put_variable(text, i == 0 ? "environment" : "", &machine->variable[i]);
}
