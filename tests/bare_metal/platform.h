/* SPDX-License-Identifier: BSD-3-Clause */
/* What main.c needs of the machine that it runs on. */
#ifndef PMEM2_TEST_PLATFORM_H
#define PMEM2_TEST_PLATFORM_H

/* The platform calls it when there is a stack. */
void bare_main(void);

void platform_start(void);
void platform_print(const char *text);
void platform_stop(void);

#endif
