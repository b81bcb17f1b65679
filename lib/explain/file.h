/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening what a path names, and what the file system tells of it. */
#ifndef EXPLAIN_FILE_H
#define EXPLAIN_FILE_H

#include <sys/stat.h>

#include "facts.h"

/*
 * Open the path; in place of a directory, an unnamed file that is made in it. Returns a descriptor
 * and fills in the kind and `st`, or says on stderr what is wrong and returns -1.
 */
int explain_file_open(struct explain_facts *facts, struct stat *st);

/* What the file system and mmap tell of the open file. */
void explain_file_look(struct explain_facts *facts, int fd);

/*
 * How many bytes of a mapping that starts at the file's begin can be mapped by huge pages of
 * `huge` bytes, judged by where on its device, which starts at `start`, the file lies. SIZE_MAX
 * where the file system does not tell.
 */
size_t explain_file_huge(int fd, size_t length, unsigned long long start, size_t huge);

#endif
