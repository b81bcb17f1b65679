/* SPDX-License-Identifier: BSD-3-Clause */
/* What programs may ask about a granularity: which cause it has, in a word and in a sentence. */
#include "export.h"
#include "granularity.h"
#include "map.h"
#include "text.h"
#include "trace.h"

#include <string.h>

PMEM2_EXT_API(pmem2_map_get_granularity_cause)
enum pmem2_granularity_cause pmem2_map_get_granularity_cause(struct pmem2_map *map)
{
	PMEM2_CALLED(map != NULL, "map %p", (void *)map);
	return map->reason.cause;
}

PMEM2_EXT_API(pmem2_map_get_granularity_reason)
size_t pmem2_map_get_granularity_reason(struct pmem2_map *map, char *text, size_t size)
{
	PMEM2_CALLED(map != NULL && (text != NULL || size == 0), "map %p, size %zu", (void *)map,
		     size);
	struct pmem2_text out = {text, size > 0 ? size - 1 : 0};
	struct pmem2_reason_words words;
	size_t length = 0;

	pmem2_reason_put(&map->reason, &words);
	for (int i = 0; i < PMEM2_REASON_PIECES; i++) {
		length += strlen(words.piece[i]);
		pmem2_text_string(&out, words.piece[i]);
	}
	if (size > 0)
		*out.end = '\0';
	return length;
}

PMEM2_EXT_API(pmem2_refused_granularity_cause)
enum pmem2_granularity_cause pmem2_refused_granularity_cause(void)
{
	PMEM2_CALLED(true, "called");
	return pmem2_granularity_last_refusal();
}
