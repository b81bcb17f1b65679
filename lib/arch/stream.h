/* SPDX-License-Identifier: BSD-3-Clause */
/* What rows differ in that the environment chooses. */
#ifndef PMEM2_STREAM_H
#define PMEM2_STREAM_H

/* When a copy or fill without hint streams. */
enum pmem2_stream {
	PMEM2_STREAM_fixed, /* from a constant length on */
	PMEM2_STREAM_tuned, /* from pmem2_movnt_threshold on */
	PMEM2_STREAM_never  /* not even with a hint */
};

#endif
