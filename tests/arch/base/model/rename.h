/* SPDX-License-Identifier: BSD-3-Clause */
/* The library, which is linked too, may have functions of these names for the CPU at hand. */
#ifndef PMEM2_TEST_MODEL_RENAME_H
#define PMEM2_TEST_MODEL_RENAME_H

#define pmem2_line_size model_line_size
#define pmem2_movnt_threshold model_movnt_threshold
#define pmem2_flush_none model_flush_none
#define pmem2_persist_none model_persist_none
#define pmem2_drain_none model_drain_none
#define pmem2_memmove_none_fixed model_memmove_none_fixed
#define pmem2_memmove_none_tuned model_memmove_none_tuned
#define pmem2_memmove_none_never model_memmove_none_never
#define pmem2_memset_none_fixed model_memset_none_fixed
#define pmem2_memset_none_tuned model_memset_none_tuned
#define pmem2_memset_none_never model_memset_none_never

#endif
