/* SPDX-License-Identifier: BSD-3-Clause */
/* The mount that a file was opened through: proc_pid_fdinfo(5), proc_pid_mountinfo(5). */
#ifndef EXPLAIN_MOUNT_H
#define EXPLAIN_MOUNT_H

#include "facts.h"

/* "/proc"; the tests point it at stored files. */
extern const char *explain_procfs_root;

/* `mount->known` is false where procfs does not tell. */
void explain_mount_find(struct explain_mount *mount, int fd);

/* Whether `option` is one of the options, or the name of one that has a value. */
bool explain_mount_has(const struct explain_mount *mount, const char *option);

#endif
