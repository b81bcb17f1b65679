/* SPDX-License-Identifier: BSD-3-Clause */
#include "mount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *explain_procfs_root = "/proc";

static FILE *open_proc(const char *name, int fd)
{
	char path[EXPLAIN_TEXT];

	snprintf(path, sizeof(path), fd < 0 ? "%s/self/%s" : "%s/self/%s/%d", explain_procfs_root,
		 name, fd);
	return fopen(path, "re");
}

/* The mount's number, as a decimal text, or false. */
static bool read_mount_id(int fd, char *id, size_t size)
{
	FILE *info = open_proc("fdinfo", fd);
	char line[EXPLAIN_TEXT];
	bool found = false;

	if (info == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), info) != NULL) {
		if (strncmp(line, "mnt_id:", 7) == 0) {
			snprintf(id, size, "%.*s", (int)strcspn(line + 8, "\n"), line + 8);
			found = true;
		}
	}
	fclose(info);
	return found;
}

static bool is_octal(const char *text)
{
	return strspn(text, "01234567") >= 3;
}

/* Blanks and backslashes of names stand there as \ooo. */
static void copy_name(char *name, size_t size, const char *text)
{
	size_t length = 0;

	while (*text != '\0' && length + 1 < size) {
		if (text[0] == '\\' && is_octal(text + 1)) {
			const char digits[] = {text[1], text[2], text[3], '\0'};
			name[length++] = (char)strtoul(digits, NULL, 8);
			text += 4;
		} else {
			name[length++] = *text++;
		}
	}
	name[length] = '\0';
}

/*
 * Number, parent, major:minor, root, mount point, options, optional fields up to "-"; then type,
 * source, and options of the file system.
 */
static bool take_line(struct explain_mount *mount, char *line, const char *id)
{
	char *field[6];
	char *rest = line;
	char *word;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < 6; i++) {
		if ((field[i] = strsep(&rest, " ")) == NULL)
			return false;
	}
	if (strcmp(field[0], id) != 0)
		return false;
	while ((word = strsep(&rest, " ")) != NULL && strcmp(word, "-") != 0) {
	}
	const char *type = strsep(&rest, " ");
	const char *source = strsep(&rest, " ");
	if (type == NULL || source == NULL || rest == NULL)
		return false;
	copy_name(mount->point, sizeof(mount->point), field[4]);
	copy_name(mount->type, sizeof(mount->type), type);
	copy_name(mount->source, sizeof(mount->source), source);
	snprintf(mount->options, sizeof(mount->options), "%s,%s", field[5], rest);
	return true;
}

void explain_mount_find(struct explain_mount *mount, int fd)
{
	char id[32];
	char *line = NULL;
	size_t size = 0;
	FILE *mounts;

	mount->known = false;
	if (!read_mount_id(fd, id, sizeof(id)) || (mounts = open_proc("mountinfo", -1)) == NULL)
		return;
	while (!mount->known && getline(&line, &size, mounts) >= 0)
		mount->known = take_line(mount, line, id);
	free(line);
	fclose(mounts);
}

bool explain_mount_has(const struct explain_mount *mount, const char *option)
{
	size_t length = strlen(option);
	const char *next = mount->options;

	while (*next != '\0') {
		size_t word = strcspn(next, ",");
		if (strncmp(next, option, length) == 0 &&
		    (word == length || (word > length && next[length] == '=')))
			return true;
		next += word + (next[word] == ',');
	}
	return false;
}
