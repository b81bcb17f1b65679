/* SPDX-License-Identifier: BSD-3-Clause */
/* What libpmem2 answers about a file or device. */
#ifndef EXPLAIN_ASK_H
#define EXPLAIN_ASK_H

#include "facts.h"

/* Explain facts->path; false when it cannot be, and stderr says why. */
bool explain_ask(struct explain_facts *facts);

/* The size of the huge pages that file mappings can have. */
size_t explain_huge_page(void);

/* That of the running kernel, into EXPLAIN_NAME bytes. */
void explain_kernel_release(char *release);

#endif
