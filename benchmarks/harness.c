/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "system_calls.h"

#define NS_PER_S 1000000000U

/* Long enough to hide reading the clock, short enough that few turns are interrupted. */
#define DEFAULT_BATCH_NS 500000U

#define QUIET_NS (2 * (uint64_t)NS_PER_S)

#define UNKNOWN (-1)

/* Between progress lines where one cannot replace the other. */
#define PROGRESS_NS (10 * (uint64_t)NS_PER_S)

static const char *const role_names[] = {"ours", "floor", "peer"};

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		err(EXIT_FAILURE, "clock_gettime");
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Load the peer's library, and describe it or its absence for the heading. */
static void load_peer(struct bench *bench, char *description, size_t size)
{
	const char *reason;

	bench->has_peer = bench_load_peer(&bench->peer, bench->options.peer, &reason);
	if (!bench->has_peer)
		snprintf(description, size, "not there, its columns are left out (%s)", reason);
	else
		snprintf(description, size, "%s%s", bench->peer.path,
			 bench->peer.is_pmdk ? "" : " (not PMDK's: a build of this library)");
}

void bench_open_own(struct bench *bench, int argc, char **argv, const char *question,
		    const char *columns)
{
	char peer[512];

	*bench = (struct bench){.now = monotonic_ns};
	bench_parse_options(&bench->options, argc, argv, question);
	load_peer(bench, peer, sizeof(peer));
	bench->report.has_peer = bench->has_peer;
	bench->report.name_width = bench->options.full ? 66 : 44;
	bench_report_open(&bench->report, base_name(argv[0]), peer, bench->options.output, columns);
	bench->started = bench->now();
}

void bench_open(struct bench *bench, int argc, char **argv, const char *question, const char *floor)
{
	bench_open_own(bench, argc, argv, question, BENCH_TIMES);
	bench_report_heading(&bench->report, floor);
}

void bench_expect(struct bench *bench, size_t cases)
{
	bench->cases = cases;
}

void bench_unsay(const struct bench *bench)
{
	if (bench->last_progress != 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

void bench_say(struct bench *bench, const char *what)
{
	uint64_t now = bench->now();
	bool terminal = isatty(STDERR_FILENO);
	size_t current = bench->cases_done < bench->cases ? bench->cases_done + 1 : bench->cases;

	if (now - bench->started < QUIET_NS)
		return;
	if (!terminal && now - bench->last_progress < PROGRESS_NS)
		return;
	bench_unsay(bench);
	bench->last_progress = now;
	fprintf(stderr, "%s: case %zu of %zu, %u s, %s%s", bench->report.benchmark, current,
		bench->cases, (unsigned)((now - bench->started) / NS_PER_S), what,
		terminal ? "" : "\n");
}

int bench_close(struct bench *bench)
{
	bench_unsay(bench);
	bench_summary_print(&bench->summary);
	bench_report_close(&bench->report);
	return EXIT_SUCCESS;
}

void bench_add(struct bench_case *c, const char *name, enum bench_role role,
	       void (*run)(void *context, size_t calls), void *context)
{
	if (c->count == BENCH_MAX_SUBJECTS)
		errx(EXIT_FAILURE, "%s: more than %d subjects", c->name, BENCH_MAX_SUBJECTS);
	c->subjects[c->count++] = (struct bench_subject){name, role, run, context};
}

static uint64_t time_of(const struct bench *bench, const struct bench_subject *subject,
			size_t calls)
{
	uint64_t start = bench->now();

	subject->run(subject->context, calls);
	return bench->now() - start;
}

/* The best of a few: a single time may hold an interruption. */
static uint64_t best_time_of(const struct bench *bench, const struct bench_subject *subject,
			     size_t calls)
{
	enum { TRIES = 3 };
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t ns = time_of(bench, subject, calls);
		if (ns < best)
			best = ns;
	}
	return best;
}

/* How many calls fill a turn. Finding out also warms up. */
static size_t calibrate(const struct bench *bench, const struct bench_subject *subject,
			uint64_t batch_ns)
{
	size_t calls = 1;

	while (best_time_of(bench, subject, calls) < batch_ns / 2)
		calls *= 2;
	return calls;
}

/*
 * Whose turn it is. Who begins changes, and every other round goes backwards,
 * so that nobody always follows the same one.
 */
static size_t subject_in_turn(size_t round, size_t turn, size_t count)
{
	size_t step = round % 2 == 0 ? turn : count - 1 - turn;

	return (round / 2 + step) % count;
}

/* Time per call of each subject in each round: samples[subject * rounds + round]. */
static double *sample(struct bench *bench, const struct bench_case *c, const size_t *calls)
{
	size_t rounds = bench->options.rounds;
	double *samples = calloc(c->count * rounds, sizeof(*samples));

	if (samples == NULL)
		err(EXIT_FAILURE, "%zu samples", c->count * rounds);
	for (size_t round = 0; round < rounds; round++) {
		for (size_t turn = 0; turn < c->count; turn++) {
			size_t i = subject_in_turn(round, turn, c->count);
			uint64_t ns = time_of(bench, &c->subjects[i], calls[i]);
			samples[i * rounds + round] = (double)ns / (double)calls[i];
		}
	}
	return samples;
}

static struct bench_ratio ratio(const double *dividend, const double *divisor, size_t rounds)
{
	double quotients[BENCH_MAX_ROUNDS];
	struct bench_ratio result = {.known = true};

	for (size_t i = 0; i < rounds; i++)
		quotients[i] = dividend[i] / divisor[i];
	result.spread = bench_median_interval(quotients, rounds);
	return result;
}

/* The index of the subject with `role`, or `count`. */
static size_t find(const struct bench_case *c, enum bench_role role)
{
	size_t i = 0;

	while (i < c->count && c->subjects[i].role != role)
		i++;
	return i;
}

/* The floor of each round is the slowest of its floors; false when there is none. */
static bool floor_of_rounds(const struct bench_case *c, const double *samples, size_t rounds,
			    double *floor)
{
	bool known = false;

	for (size_t i = 0; i < c->count; i++) {
		if (c->subjects[i].role != BENCH_FLOOR)
			continue;
		for (size_t round = 0; round < rounds; round++) {
			double ns = samples[i * rounds + round];
			if (!known || ns > floor[round])
				floor[round] = ns;
		}
		known = true;
	}
	return known;
}

/* Ratios first: they need the samples in the order of rounds, which quartiles sort. */
static void evaluate(const struct bench *bench, const struct bench_case *c, double *samples,
		     struct bench_result *results)
{
	size_t rounds = bench->options.rounds;
	double floor[BENCH_MAX_ROUNDS];
	bool has_floor = floor_of_rounds(c, samples, rounds, floor);
	size_t peer = find(c, BENCH_PEER);

	for (size_t i = 0; i < c->count; i++) {
		const double *own = samples + i * rounds;
		if (has_floor)
			results[i].over_floor = ratio(own, floor, rounds);
		if (peer < c->count)
			results[i].speed_up = ratio(samples + peer * rounds, own, rounds);
	}
	for (size_t i = 0; i < c->count; i++)
		results[i].ns = bench_quartiles(samples + i * rounds, rounds);
}

/* The slowest subject with `role`; NULL when there is none. */
static const struct bench_result *slowest(const struct bench_case *c,
					  const struct bench_result *results, enum bench_role role)
{
	const struct bench_result *found = NULL;

	for (size_t i = 0; i < c->count; i++) {
		if (c->subjects[i].role == role &&
		    (found == NULL || results[i].ns.median > found->ns.median))
			found = &results[i];
	}
	return found;
}

static void name_row(const struct bench_case *c, size_t subject, char *name, size_t size)
{
	char bytes[32] = "";

	if (c->size != 0)
		snprintf(bytes, sizeof(bytes), ", %zu B", c->size);
	snprintf(name, size, "%s%s%s%s", c->name, bytes, subject == 0 ? "" : ", ",
		 subject == 0 ? "" : c->subjects[subject].name);
}

static void report(struct bench *bench, const struct bench_case *c,
		   const struct bench_result *results)
{
	const struct bench_result *floor = slowest(c, results, BENCH_FLOOR);
	const struct bench_result *peer = slowest(c, results, BENCH_PEER);

	for (size_t i = 0; i < c->count; i++) {
		char name[128];
		name_row(c, i, name, sizeof(name));
		if (c->subjects[i].role == BENCH_OURS)
			bench_report_row(&bench->report, name, &results[i], floor, peer);
	}
}

void bench_measure(struct bench *bench, const struct bench_case *c, struct bench_result *results)
{
	uint64_t batch_ns = c->batch_ns != 0 ? c->batch_ns : DEFAULT_BATCH_NS;
	size_t calls[BENCH_MAX_SUBJECTS];
	double *samples;

	if (c->count == 0 || strchr(c->name, ',') != NULL)
		errx(EXIT_FAILURE, "%s: nothing to measure, or a comma in the name", c->name);
	for (size_t i = 0; i < c->count; i++) {
		const struct bench_subject *subject = &c->subjects[i];
		calls[i] = calibrate(bench, subject, batch_ns);
		results[i] = (struct bench_result){
			.subject = subject->name,
			.role = role_names[subject->role],
			.calls = calls[i],
			.system_calls = UNKNOWN,
		};
		if (c->counts_system_calls)
			results[i].system_calls =
				bench_count_system_calls(subject->run, subject->context);
	}
	samples = sample(bench, c, calls);
	evaluate(bench, c, samples, results);
	free(samples);
}

void bench_record(struct bench *bench, const struct bench_case *c, struct bench_result *results)
{
	bench_say(bench, c->name);
	bench_measure(bench, c, results);
	for (size_t i = 0; i < c->count; i++)
		bench_report_csv(&bench->report, c->name, c->size, &results[i],
				 bench->options.rounds);
	bench->cases_done++;
	bench_unsay(bench);
}

void bench_run(struct bench *bench, const struct bench_case *c)
{
	struct bench_result results[BENCH_MAX_SUBJECTS];

	bench_record(bench, c, results);
	report(bench, c, results);
	if (results[0].speed_up.known)
		bench_summary_add(&bench->summary, c->name, results[0].speed_up.spread.median);
}
