/* SPDX-License-Identifier: BSD-3-Clause */
#include "contract.h"

#include <string.h>

#define WORD 8
#define BLOCK 64
#define SMALLEST_LINE 16

struct line {
	bool stored, written_back;
};

struct state {
	const struct duty *duty;
	bool stored[CONTRACT_LEN_MAX];
	struct line lines[CONTRACT_LEN_MAX / SMALLEST_LINE + 2];
	bool ordered; /* no store since the last EVENT_ORDER */
	bool fenced;
};

static size_t line_of(const struct duty *duty, uintptr_t address)
{
	return address / duty->line - duty->dest / duty->line;
}

static bool in_whole_block(const struct duty *duty, const struct event *event)
{
	uintptr_t block = event->address - event->address % BLOCK;

	return block >= duty->dest && block + BLOCK <= duty->dest + duty->len;
}

static const char *see_store(struct state *state, const struct event *event)
{
	const struct duty *duty = state->duty;
	const bool streams = event->kind == EVENT_STREAM;
	size_t last = line_of(duty, event->address + event->width - 1);

	if (!duty->stores || event->address < duty->dest ||
	    event->address + event->width > duty->dest + duty->len)
		return "store outside the destination";
	if (duty->dest % WORD == 0 && duty->len % WORD == 0 &&
	    (event->width < WORD || event->address % WORD != 0))
		return "store that tears an aligned word";
	if (duty->aligned && event->address % event->width != 0)
		return "unaligned store";
	if (streams && event->address % event->width != 0)
		return "unaligned streaming store";
	if (streams != (duty->streams && duty->len >= BLOCK && in_whole_block(duty, event)))
		return streams ? "streaming store where none is due" : "whole block not streamed";
	memset(&state->stored[event->address - duty->dest], true, event->width);
	for (size_t i = line_of(duty, event->address); i <= last; i++) {
		if (state->lines[i].written_back)
			return "line stored after its write-back";
		state->lines[i].stored = true;
	}
	state->ordered = false;
	return NULL;
}

static const char *see_write_back(struct state *state, const struct event *event)
{
	const struct duty *duty = state->duty;
	size_t line = line_of(duty, event->address);

	if (!duty->writes_back)
		return "write-back where none is due";
	if (duty->len == 0 || event->address / duty->line < duty->dest / duty->line ||
	    line > line_of(duty, duty->dest + duty->len - 1))
		return "write-back outside the destination";
	if (state->lines[line].written_back)
		return "line written back twice";
	if (!state->ordered)
		return "write-back that may overtake a store";
	state->lines[line].written_back = true;
	return NULL;
}

static const char *see(struct state *state, const struct event *event)
{
	if (state->fenced)
		return "something after the fence";
	switch (event->kind) {
	case EVENT_ORDER:
		state->ordered = true;
		return NULL;
	case EVENT_WRITE_BACK:
		return see_write_back(state, event);
	case EVENT_FENCE:
		state->fenced = true;
		return state->duty->drains ? NULL : "fence where none is due";
	default:
		return see_store(state, event);
	}
}

static const char *see_end(const struct state *state)
{
	const struct duty *duty = state->duty;
	size_t lines = duty->len == 0 ? 0 : line_of(duty, duty->dest + duty->len - 1) + 1;

	if (duty->stores && memchr(state->stored, false, duty->len) != NULL)
		return "byte not stored";
	for (size_t i = 0; duty->writes_back && i < lines; i++) {
		if (!state->lines[i].written_back)
			return "line not written back";
	}
	return duty->drains && !state->fenced ? "missing fence" : NULL;
}

const char *contract_violation(const struct duty *duty, const struct trace *trace)
{
	static struct state state;
	const char *wrong = NULL;

	memset(&state, 0, sizeof(state));
	state.duty = duty;
	if (trace->overflow)
		return "too many events";
	for (size_t i = 0; wrong == NULL && i < trace->count; i++)
		wrong = see(&state, &trace->events[i]);
	return wrong != NULL ? wrong : see_end(&state);
}
