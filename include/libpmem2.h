/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libpmem2 -- map persistent memory and make stores to it durable.
 *
 * Include this header; it pulls in the whole API from libpmem2/base.h.
 */
#ifndef LIBPMEM2_H
#define LIBPMEM2_H 1

#include <libpmem2/base.h>

#endif
