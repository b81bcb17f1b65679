/* SPDX-License-Identifier: BSD-3-Clause */
#include "advice.h"
#include "print.h"
#include "steps.h"

/* "" is what was not told. */
static void put_told(struct explain_json *json, const char *name, const char *value)
{
	explain_json_string(json, name, value[0] != '\0' ? value : NULL);
}

static void put_answer(struct explain_json *json, const char *name, enum explain_answer answer)
{
	if (answer == EXPLAIN_UNKNOWN)
		explain_json_string(json, name, NULL);
	else
		explain_json_bool(json, name, answer == EXPLAIN_YES);
}

static void put_error(struct explain_json *json, const char *name, int error, const char *message)
{
	explain_json_open(json, name, '{');
	explain_json_string(json, "error", pmem2_err_name(error));
	explain_json_string(json, "message", message);
	explain_json_close(json, '}');
}

static void put_file(struct explain_json *json, const struct explain_file *file)
{
	explain_json_open(json, "file", '{');
	explain_json_number(json, "size", file->size);
	explain_json_number(json, "alignment", file->alignment);
	explain_json_bool(json, "read_only", file->read_only);
	put_answer(json, "dax", file->dax);
	put_answer(json, "dax_requested", file->dax_flag);
	put_answer(json, "encrypted", file->encrypted);
	explain_json_close(json, '}');
}

static void put_mount(struct explain_json *json, const struct explain_facts *facts)
{
	const struct explain_mount *mount = &facts->mount;

	explain_json_open(json, "file_system", '{');
	explain_json_string(json, "type", mount->type);
	explain_json_string(json, "mount_point", mount->point);
	explain_json_string(json, "source", mount->source);
	explain_json_string(json, "options", mount->options);
	explain_json_number(json, "block_size", facts->file.block);
	put_answer(json, "reflink", facts->file.reflink);
	explain_json_close(json, '}');
}

static void put_region(struct explain_json *json, const char *name,
		       const struct explain_region *region)
{
	explain_json_open(json, name, '{');
	explain_json_string(json, "name", region->name);
	put_told(json, "provider", region->provider);
	put_told(json, "persistence_domain", region->domain);
	explain_json_signed(json, "numa_node", region->node);
	explain_json_bool(json, "explicit_flush", region->explicit_flush);
	put_told(json, "namespace", region->space);
	put_told(json, "mode", region->mode);
	explain_json_close(json, '}');
}

static void put_device(struct explain_json *json, const struct explain_device *device)
{
	unsigned kept = device->regions < EXPLAIN_REGIONS ? device->regions : EXPLAIN_REGIONS;

	explain_json_open(json, "device", '{');
	put_told(json, "name", device->name);
	put_told(json, "partition_of", device->disk);
	explain_json_number(json, "partition_start", device->start);
	explain_json_bool(json, "volume", device->volume);
	explain_json_bool(json, "loop", device->loop);
	put_answer(json, "dax", device->dax);
	explain_json_number(json, "region_count", device->regions);
	explain_json_open(json, "regions", '[');
	for (unsigned i = 0; i < kept; i++)
		put_region(json, NULL, &device->region[i]);
	explain_json_close(json, ']');
	explain_json_close(json, '}');
}

static void put_map_sync(struct explain_json *json, const struct explain_file *file)
{
	explain_json_open(json, "map_sync", '{');
	explain_json_bool(json, "granted", file->synchronous);
	explain_json_string(json, "error",
			    file->synchronous ? NULL : pmem2_err_name(-file->refusal));
	explain_json_close(json, '}');
}

static void put_mapping(struct explain_json *json, const struct explain_mapping *mapping)
{
	bool mapped = mapping->error == 0;

	explain_json_string(json, "granularity",
			    mapped ? explain_granularity(mapping->granularity) : NULL);
	explain_json_string(json, "cause", explain_cause(mapping->cause));
	explain_json_string(json, "reason", mapping->reason);
	explain_json_string(json, "error", mapped ? NULL : pmem2_err_name(mapping->error));
	explain_json_open(json, "mapping", '{');
	explain_json_number(json, "address_alignment", mapping->address_alignment);
	if (mapping->huge == SIZE_MAX)
		explain_json_string(json, "huge_page_bytes", NULL);
	else
		explain_json_number(json, "huge_page_bytes", mapping->huge);
	explain_json_close(json, '}');
}

static void put_bad_blocks(struct explain_json *json, const struct explain_identity *identity)
{
	if (identity->bad_error != 0) {
		put_error(json, "bad_blocks", identity->bad_error, identity->bad_message);
		return;
	}
	explain_json_open(json, "bad_blocks", '{');
	explain_json_number(json, "ranges", identity->bad_blocks);
	explain_json_number(json, "bytes", identity->bad_bytes);
	explain_json_close(json, '}');
}

static void put_identity(struct explain_json *json, const struct explain_identity *identity)
{
	if (identity->id_error == 0)
		explain_json_string(json, "device_id", identity->id);
	else
		put_error(json, "device_id", identity->id_error, identity->id_message);
	if (identity->usc_error == 0)
		explain_json_number(json, "unsafe_shutdowns", identity->usc);
	else
		put_error(json, "unsafe_shutdowns", identity->usc_error, identity->usc_message);
	if (identity->node_error == 0)
		explain_json_signed(json, "numa_node", identity->node);
	else
		put_error(json, "numa_node", identity->node_error, identity->node_message);
	put_bad_blocks(json, identity);
}

static void put_lines(struct explain_json *json, const char *name, struct explain_lines *lines)
{
	explain_json_open(json, name, '[');
	for (size_t i = 0; i < lines->count; i++)
		explain_json_string(json, NULL, lines->line[i]);
	explain_json_close(json, ']');
	explain_forget(lines);
}

static void put_reasoning(struct explain_json *json, const struct explain_facts *facts)
{
	struct explain_lines steps = {0};
	struct explain_lines advice = {0};

	explain_steps(&steps, facts);
	put_lines(json, "steps", &steps);
	explain_advise(&advice, facts);
	put_lines(json, "advice", &advice);
}

void explain_json_path(struct explain_json *json, const struct explain_facts *facts)
{
	static const char *const kinds[] = {[EXPLAIN_FILE] = "file",
					    [EXPLAIN_DIRECTORY] = "directory",
					    [EXPLAIN_DEVDAX] = "devdax"};

	explain_json_open(json, NULL, '{');
	explain_json_string(json, "path", facts->path);
	explain_json_string(json, "kind", kinds[facts->kind]);
	put_mapping(json, &facts->mapping);
	put_file(json, &facts->file);
	if (facts->mount.known)
		put_mount(json, facts);
	put_device(json, &facts->device);
	put_map_sync(json, &facts->file);
	explain_json_string(json, "variant", pmem2_variant_name());
	explain_json_string(json, "default_variant", pmem2_variant_default_name());
	put_identity(json, &facts->identity);
	put_reasoning(json, facts);
	explain_json_close(json, '}');
}

static void put_dax(struct explain_json *json, const struct explain_dax *dax)
{
	explain_json_open(json, NULL, '{');
	explain_json_string(json, "name", dax->name);
	explain_json_number(json, "size", dax->size);
	explain_json_number(json, "alignment", dax->alignment);
	if (dax->region.name[0] == '\0')
		explain_json_string(json, "region", NULL);
	else
		put_region(json, "region", &dax->region);
	explain_json_close(json, '}');
}

void explain_json_machine(struct explain_json *json, const struct explain_machine *machine)
{
	explain_json_string(json, "kernel", machine->kernel);
	put_told(json, "cpu_features", machine->features);
	explain_json_string(json, "variant", machine->variant);
	explain_json_string(json, "default_variant", machine->default_variant);
	explain_json_number(json, "huge_page", machine->huge_page);
	explain_json_open(json, "regions", '[');
	for (size_t i = 0; i < machine->regions; i++)
		put_region(json, NULL, &machine->region[i]);
	explain_json_close(json, ']');
	explain_json_open(json, "dax_devices", '[');
	for (size_t i = 0; i < machine->daxes; i++)
		put_dax(json, &machine->dax[i]);
	explain_json_close(json, ']');
	explain_json_open(json, "variables", '{');
	for (unsigned i = 0; i < EXPLAIN_VARIABLES; i++)
		explain_json_string(json, machine->variable[i].name, machine->variable[i].value);
	explain_json_close(json, '}');
}
