/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages, and how the other files read them: public functions have versions, which they lack. */
#include "../err.c" /* NOLINT(bugprone-suspicious-include) */

const char *pmem2_debug_message(void)
{
	return message;
}
