/* SPDX-License-Identifier: BSD-3-Clause */
#include "breach.h"

#include <string.h>

struct attempt {
	const struct call *call;
	const struct traits *traits;
	struct trace *trace;
};

static bool is_store(enum event_kind kind)
{
	return kind == EVENT_STORE || kind == EVENT_STREAM;
}

/* Nothing depends on what is read, or fetched ahead. */
static bool is_owed(enum event_kind kind)
{
	return kind != EVENT_LOAD && kind != EVENT_FETCH;
}

static struct event take(struct trace *trace, size_t at)
{
	struct event event = trace->events[at];

	trace->count--;
	memmove(&trace->events[at], &trace->events[at + 1],
		(trace->count - at) * sizeof(trace->events[0]));
	return event;
}

static void put(struct trace *trace, size_t at, struct event event)
{
	memmove(&trace->events[at + 1], &trace->events[at],
		(trace->count - at) * sizeof(trace->events[0]));
	trace->events[at] = event;
	trace->count++;
}

static bool stores_byte(const struct event *event, uintptr_t address)
{
	return is_store(event->kind) && address >= event->address &&
	       address < event->address + event->width;
}

/* Whether other stores write all that this one does: pieces overlap. */
static bool is_redundant(const struct trace *trace, size_t at)
{
	const struct event *event = &trace->events[at];
	bool stored = is_store(event->kind);

	for (uintptr_t p = event->address; stored && p < event->address + event->width; p++) {
		stored = false;
		for (size_t i = 0; !stored && i < trace->count; i++)
			stored = i != at && stores_byte(&trace->events[i], p);
	}
	return stored;
}

static bool noticed(const struct attempt *attempt)
{
	return contract_violation(attempt->call, attempt->traits, attempt->trace) != NULL;
}

/* Each returns whether the contract noticed, or true where it is no breach. */

static bool removal_is_noticed(const struct attempt *attempt, size_t at)
{
	struct event event = attempt->trace->events[at];
	bool result;

	if (!is_owed(event.kind) || is_redundant(attempt->trace, at))
		return true;
	take(attempt->trace, at);
	result = noticed(attempt);
	put(attempt->trace, at, event);
	return result;
}

static bool repetition_is_noticed(const struct attempt *attempt, size_t at)
{
	struct event event = attempt->trace->events[at];
	bool result;

	if (!is_owed(event.kind) || is_store(event.kind))
		return true;
	put(attempt->trace, at, event);
	result = noticed(attempt);
	take(attempt->trace, at);
	return result;
}

static bool move_is_noticed(const struct attempt *attempt, size_t from, size_t to)
{
	bool result;

	put(attempt->trace, to, take(attempt->trace, from));
	result = noticed(attempt);
	put(attempt->trace, from, take(attempt->trace, to));
	return result;
}

/* A flush or fence before the stores that it is for. */
static bool haste_is_noticed(const struct attempt *attempt, size_t at)
{
	const struct event *events = attempt->trace->events;
	size_t first = 0;

	while (first < at && !is_store(events[first].kind))
		first++;
	if (first == at || is_store(events[at].kind) || !is_owed(events[at].kind))
		return true;
	return move_is_noticed(attempt, at, first);
}

/* A store behind the fence. */
static bool delay_is_noticed(const struct attempt *attempt, size_t at)
{
	const struct trace *trace = attempt->trace;
	size_t last = trace->count - 1;

	if (trace->events[last].kind != EVENT_FENCE || at == last ||
	    !is_owed(trace->events[at].kind))
		return true;
	return move_is_noticed(attempt, at, last);
}

/* Two stores in place of one, of which each has half of an aligned word. */
static bool split_is_noticed(const struct attempt *attempt, size_t at)
{
	const struct call *call = attempt->call;
	struct event whole = attempt->trace->events[at];
	struct event rest = {whole.kind, whole.address + 4, whole.width - 4};
	bool result;

	if (!is_store(whole.kind) || call->dest % 8 != 0 || call->len % 8 != 0)
		return true;
	attempt->trace->events[at].width = 4;
	put(attempt->trace, at + 1, rest);
	result = noticed(attempt);
	take(attempt->trace, at + 1);
	attempt->trace->events[at] = whole;
	return result;
}

static bool is_in_whole_line(const struct call *call, const struct event *event)
{
	uintptr_t line = event->address / 64 * 64;

	return line >= call->dest && line + 64 <= call->dest + call->len;
}

/*
 * A streaming store that goes through the cache, where nothing then writes it back. Of a tail,
 * where nothing needs to be, streaming is only faster.
 */
static bool caching_is_noticed(const struct attempt *attempt, size_t at)
{
	struct event *event = &attempt->trace->events[at];
	bool result;

	if (event->kind != EVENT_STREAM ||
	    (!attempt->traits->flushes && !is_in_whole_line(attempt->call, event)))
		return true;
	event->kind = EVENT_STORE;
	result = noticed(attempt);
	event->kind = EVENT_STREAM;
	return result;
}

/* One byte more than the range has, on either side. */
static bool excess_is_noticed(const struct attempt *attempt, size_t at)
{
	const struct call *call = attempt->call;
	struct event *event = &attempt->trace->events[at];
	const struct event as_it_was = *event;
	uintptr_t start = event->kind == EVENT_LOAD ? call->src : call->dest;
	bool result = true;

	if (event->kind != EVENT_LOAD && !is_store(event->kind))
		return true;
	event->width++;
	if (event->address == start) {
		event->address--;
		result = noticed(attempt);
		event->address++;
	}
	if (as_it_was.address + as_it_was.width == start + call->len)
		result = noticed(attempt) && result;
	*event = as_it_was;
	return result;
}

struct breach breach_unnoticed(const struct call *call, const struct traits *traits,
			       struct trace *trace)
{
	static const struct {
		const char *name;
		bool (*is_noticed)(const struct attempt *attempt, size_t at);
	} ways[] = {
		{"removal", removal_is_noticed}, {"repetition", repetition_is_noticed},
		{"haste", haste_is_noticed},     {"delay", delay_is_noticed},
		{"split", split_is_noticed},     {"caching", caching_is_noticed},
		{"excess", excess_is_noticed},
	};
	const struct attempt attempt = {call, traits, trace};

	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		for (size_t at = 0; at < trace->count; at++) {
			if (!ways[way].is_noticed(&attempt, at))
				return (struct breach){ways[way].name, at};
		}
	}
	return (struct breach){NULL, 0};
}
