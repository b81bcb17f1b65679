/* SPDX-License-Identifier: BSD-3-Clause */
#include "contract.h"

#include <string.h>

#include "arch/x86_64/kernels.h"

#define LINE 64
#define WORD 8
#define LEN_MAX 32768
/* Up to how many bytes all lines that go through the cache are fetched first. */
#define FETCHED_MAX 256

/* What happened to one line, or one byte, as indices of events plus one; 0 is never. */
struct line {
	size_t last_store;
	size_t flushes;
	size_t first_flush;
	bool cached;
	bool streamed;
	bool fetched;
};

struct state {
	const struct call *call;
	const struct traits *traits;
	const struct trace *trace;
	struct line lines[LEN_MAX / LINE + 2];
	bool stored[LEN_MAX];
	size_t fences;
	size_t last_fence;
	size_t last_other; /* store or flush */
};

struct traits traits_of(const struct pmem2_arch_row *row, bool flushes)
{
	struct traits traits = {.flushes = flushes, .flush = EVENT_CLFLUSH, .lines_min = LINE};

	if (strstr(row->name, "clwb"))
		traits.flush = EVENT_CLWB;
	else if (strstr(row->name, "clflushopt"))
		traits.flush = EVENT_CLFLUSHOPT;
	if (strstr(row->name, "avx512"))
		traits.lines_min = PMEM2_FIXED_STREAM_MIN;
	if (strstr(row->name, "-threshold"))
		traits.streaming = STREAMING_TUNED;
	else if (strstr(row->name, "-nomovnt"))
		traits.streaming = STREAMING_NEVER;
	return traits;
}

static bool copies(const struct call *call)
{
	return call->operation == OPERATION_MEMMOVE || call->operation == OPERATION_MEMSET;
}

static uintptr_t line_base(const struct call *call)
{
	return call->dest / LINE * LINE;
}

static size_t line_count(const struct call *call)
{
	return call->len == 0 ? 0
			      : (call->dest + call->len - 1) / LINE - line_base(call) / LINE + 1;
}

/* What the "fixed" rows do not stream without a hint: unless it is long, and its ends are apart. */
static bool overlaps(const struct call *call)
{
	size_t distance = call->dest > call->src ? call->dest - call->src : call->src - call->dest;

	if (call->operation != OPERATION_MEMMOVE || distance >= call->len)
		return false;
	return call->len <= PMEM2_FIXED_CACHED_OVERLAP_MAX || distance < call->len / 4;
}

/* What they stream of the rest: whole lines only, and what is not short. */
static bool is_worth_streaming(const struct call *call, const struct traits *traits)
{
	if (call->len >= PMEM2_FIXED_STREAM_MIN)
		return true;
	return call->len >= traits->lines_min && call->dest % LINE == 0 && call->len % LINE == 0;
}

/* Whether the whole lines of the destination must be streamed; else nothing may be. */
static bool must_stream(const struct call *call, const struct traits *traits)
{
	if (!copies(call) || traits->streaming == STREAMING_NEVER ||
	    (call->flags & PMEM2_F_MEM_NOFLUSH))
		return false;
	if (call->flags & (PMEM2_F_MEM_NONTEMPORAL | PMEM2_F_MEM_WC))
		return true;
	if (call->flags & (PMEM2_F_MEM_TEMPORAL | PMEM2_F_MEM_WB))
		return false;
	if (traits->streaming == STREAMING_TUNED)
		return call->len >= traits->threshold;
	return traits->flushes && is_worth_streaming(call, traits) && !overlaps(call);
}

/* Each line: what is only stored, by kernels that flush, is in no hurry. */
static bool must_fetch(const struct call *call, const struct traits *traits)
{
	return copies(call) && call->len <= FETCHED_MAX && !must_stream(call, traits) &&
	       !(traits->flushes && (call->flags & PMEM2_F_MEM_NOFLUSH));
}

static bool must_flush(const struct call *call, const struct traits *traits)
{
	return traits->flushes && !(copies(call) && (call->flags & PMEM2_F_MEM_NOFLUSH));
}

static size_t fences_owed(const struct call *call)
{
	if (copies(call))
		return (call->flags & (PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NOFLUSH)) ? 0 : 1;
	return call->operation == OPERATION_PERSIST ? 1 : 0;
}

static bool inside(const struct event *event, uintptr_t start, size_t len)
{
	return event->address >= start && event->address + event->width <= start + len;
}

static const char *see_load(const struct state *state, const struct event *event)
{
	const struct call *call = state->call;

	if (event->address + event->width <= call->arena_start || event->address >= call->arena_end)
		return NULL; /* a constant */
	if (call->operation == OPERATION_MEMMOVE && inside(event, call->src, call->len))
		return NULL;
	return "load outside the source";
}

static const char *see_fetch(struct state *state, const struct event *event)
{
	const struct call *call = state->call;
	size_t index = event->address / LINE - line_base(call) / LINE;

	if (call->len == 0)
		return NULL;
	if (!copies(call) || event->address < call->dest ||
	    event->address >= call->dest + call->len)
		return "fetch outside the destination";
	if (state->lines[index].last_store != 0)
		return "fetch after the store";
	state->lines[index].fetched = true;
	return NULL;
}

static const char *see_store(struct state *state, const struct event *event, size_t number)
{
	const struct call *call = state->call;
	size_t first = (event->address - line_base(call)) / LINE;
	size_t last = (event->address + event->width - 1 - line_base(call)) / LINE;

	if (!copies(call) || !inside(event, call->dest, call->len))
		return "store outside the destination";
	if (call->dest % WORD == 0 && call->len % WORD == 0 &&
	    (event->width < WORD || event->address % WORD != 0))
		return "store that tears an aligned word";
	if (event->kind == EVENT_STREAM && event->address % event->width != 0)
		return "unaligned streaming store";
	memset(&state->stored[event->address - call->dest], true, event->width);
	for (; first <= last; first++) {
		state->lines[first].last_store = number;
		if (event->kind == EVENT_STREAM)
			state->lines[first].streamed = true;
		else
			state->lines[first].cached = true;
	}
	state->last_other = number;
	return NULL;
}

static const char *see_flush(struct state *state, const struct event *event, size_t number)
{
	const struct call *call = state->call;
	size_t index = event->address / LINE - line_base(call) / LINE;

	if (!must_flush(call, state->traits))
		return "cache flush where none is due";
	if (event->kind != state->traits->flush)
		return "flush instruction of another row";
	if (index >= line_count(call))
		return "flush outside the destination";
	if (state->lines[index].flushes++ == 0)
		state->lines[index].first_flush = number;
	state->last_other = number;
	return NULL;
}

static const char *see(struct state *state, const struct event *event, size_t number)
{
	switch (event->kind) {
	case EVENT_LOAD:
		return see_load(state, event);
	case EVENT_FETCH:
		return see_fetch(state, event);
	case EVENT_STORE:
	case EVENT_STREAM:
		return see_store(state, event, number);
	case EVENT_CLFLUSH:
	case EVENT_CLFLUSHOPT:
	case EVENT_CLWB:
		return see_flush(state, event, number);
	case EVENT_FENCE:
		state->fences++;
		state->last_fence = number;
		return NULL;
	default:
		return "fence that is no store fence";
	}
}

static const char *check_fences(const struct state *state)
{
	if (state->fences < fences_owed(state->call))
		return "missing fence";
	if (state->fences > fences_owed(state->call))
		return "fence where none is due";
	if (state->fences > 0 && state->last_fence < state->last_other)
		return "store or flush after the fence";
	return NULL;
}

static bool is_whole(const struct call *call, size_t index)
{
	uintptr_t start = line_base(call) + index * LINE;

	return start >= call->dest && start + LINE <= call->dest + call->len;
}

static const char *check_line(const struct state *state, size_t index)
{
	const struct line *line = &state->lines[index];
	bool streaming = must_stream(state->call, state->traits);
	bool flush_due =
		must_flush(state->call, state->traits) && (line->cached || !copies(state->call));

	if (line->streamed && !streaming)
		return "streaming store where none is due";
	if (!line->fetched && must_fetch(state->call, state->traits))
		return "line not fetched";
	if (line->streamed && line->fetched)
		return "streamed line fetched";
	if (line->cached && streaming && is_whole(state->call, index))
		return "whole line not streamed";
	if (flush_due && line->flushes == 0)
		return "line stored but not flushed";
	if (flush_due && line->first_flush < line->last_store)
		return "line stored after its flush";
	if (line->flushes > (flush_due ? 1 : 0))
		return "line flushed more often than due";
	return NULL;
}

static const char *check_end(const struct state *state)
{
	const char *wrong = check_fences(state);

	for (size_t i = 0; wrong == NULL && i < line_count(state->call); i++)
		wrong = check_line(state, i);
	if (wrong == NULL && copies(state->call) &&
	    memchr(state->stored, false, state->call->len) != NULL)
		wrong = "byte not stored";
	return wrong;
}

/* What a call of that size needs: much is left, and the contract is asked millions of times. */
static void forget(struct state *state, size_t lines, size_t bytes)
{
	memset(state->lines, 0, lines * sizeof(state->lines[0]));
	memset(state->stored, 0, bytes);
	state->fences = state->last_fence = state->last_other = 0;
}

const char *contract_violation(const struct call *call, const struct traits *traits,
			       const struct trace *trace)
{
	static struct state state;
	const char *wrong = NULL;

	if (trace->overflow || trace->undecoded || call->len > LEN_MAX)
		return "trace is incomplete";
	forget(&state, line_count(call), call->len);
	state.call = call;
	state.traits = traits;
	state.trace = trace;
	for (size_t i = 0; wrong == NULL && i < trace->count; i++)
		wrong = see(&state, &trace->events[i], i + 1);
	return wrong != NULL ? wrong : check_end(&state);
}
