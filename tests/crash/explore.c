/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * explore_PROGRAM WORKLOAD [SEED]: cut the power of an example at each of its calls,
 * leave each subset of its unflushed cache lines on the media, and let it recover.
 *
 * The program is run as "write FILE", reads one operation a line and prints a line for
 * each that is durable; "read FILE" prints what FILE holds. After a power cut that must
 * be what it held before the operation under way, or after it; and the rest of the
 * operations must lead to the same end as without the cut. Recovery is cut in the same
 * way, at each of its calls.
 *
 * Then each place in the program that flushes or drains is left out in turn: such a
 * program is broken, and at least one of its power cuts must show that.
 */
#include "media.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_OPERATIONS 32
#define MOST_PLACES 64
#define MOST_LINES_FOR_ALL_SUBSETS 10
#define SAMPLES 1024
#define TORN_SAMPLES 8
#define NOTHING_LEFT_OUT MOST_PLACES

enum { SURVIVES = 0, LOST = 42 };

int example_main(int argc, char **argv);

/* Operation k, counted from 0, lies from operations[k] to operations[k + 1]. */
static const char *operations[MOST_OPERATIONS + 1];
static size_t operation_count;
/* What the program reads after k operations. */
static char *expected[MOST_OPERATIONS + 1];

struct file {
	int fd;
	char path[32];
};
static struct file media_file, crash_file, acknowledged_file, output_file, message_file;
static unsigned char *crash_image;
/* The same of a recovery that is cut. */
static struct file second_crash_file, recovery_output_file;
static unsigned char *second_crash_image;

/* What the parent wants to know of the process that runs the program. */
static struct {
	size_t steps;
	size_t states;
	size_t recoveries; /* those that were cut */
	size_t place_count;
	struct {
		const void *address;
		const char *call;
	} places[MOST_PLACES];
} * tally;

static size_t left_out = NOTHING_LEFT_OUT;
static bool recovering;
static unsigned seed = 1, random_state;

static struct file new_file(const char *name)
{
	struct file file = {.fd = memfd_create(name, 0)};
	if (file.fd < 0)
		err(1, "memfd_create");
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

static void empty_file(const struct file *file)
{
	if (ftruncate(file->fd, 0) < 0 || lseek(file->fd, 0, SEEK_SET) < 0)
		err(1, "%s", file->path);
}

static char *text_of(const struct file *file)
{
	off_t size = lseek(file->fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);
	if (!text || pread(file->fd, text, (size_t)size, 0) != size)
		err(1, "%s", file->path);
	return text;
}

static size_t lines_of(const struct file *file)
{
	char *text = text_of(file);
	size_t lines = 0;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	free(text);
	return lines;
}

/* Become the program. Does not return. */
static void become(const char *command, const struct file *file, size_t first, size_t end,
		   const struct file *output)
{
	char name[] = "example", argument[8], path[sizeof(file->path)];
	char *argv[] = {name, argument, path, NULL};
	size_t size = (size_t)(operations[end] - operations[first]);

	snprintf(argument, sizeof(argument), "%s", command);
	memcpy(path, file->path, sizeof(path));
	empty_file(output);
	stdin = size ? fmemopen((void *)(uintptr_t)operations[first], size, "r")
		     : fopen("/dev/null", "r");
	if (!stdin || dup2(output->fd, STDOUT_FILENO) < 0)
		err(1, "standard input and output");
	exit(example_main(3, argv));
}

static int status_of(pid_t pid)
{
	int status;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(1, "fork or waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Let the program do operations `first` to `end` - 1 to `file`, or read it; its status. */
static int run(const char *command, const struct file *file, size_t first, size_t end)
{
	pid_t pid = fork();
	if (pid == 0) {
		media_ignore();
		if (dup2(message_file.fd, STDERR_FILENO) < 0)
			_exit(1);
		become(command, file, first, end, &output_file);
	}
	return status_of(pid);
}

/* What broke, and where; only where nothing was left out is that a failure. */
static void report(const char *call, size_t acknowledged, const char *problem)
{
	char *output = text_of(&output_file), *messages = text_of(&message_file);

	if (left_out == NOTHING_LEFT_OUT)
		fprintf(stderr,
			"power cut before a %s%s, %zu operations acknowledged, seed %u: %s\n%s"
			"it reads:\n%s\nwanted, before the operation under way:\n%s\nor after "
			"it:\n%s\n",
			call, recovering ? " of the recovery from one" : "", acknowledged, seed,
			problem, messages, output, expected[acknowledged],
			expected[acknowledged + (acknowledged < operation_count)]);
	_exit(LOST);
}

/* How many operations the crash image shows, which may be `acknowledged` or one more. */
static size_t operations_found(const char *call, size_t acknowledged)
{
	size_t most = acknowledged < operation_count ? acknowledged + 1 : acknowledged;

	empty_file(&message_file);
	if (run("read", &crash_file, 0, 0))
		report(call, acknowledged, "recovery fails");
	char *found = text_of(&output_file);
	size_t done = acknowledged;
	while (done <= most && strcmp(found, expected[done]))
		done++;
	free(found);
	if (done > most)
		report(call, acknowledged, "recovery finds something else");
	return done;
}

static bool at_recovery_call(const char *call, const void *place);

/* Recover from what crash_image holds, with power cuts; it holds the same afterwards. The status.
 */
static int cut_recovery(void)
{
	static unsigned char image[MEDIA_SIZE];

	memcpy(image, crash_image, MEDIA_SIZE);
	pid_t pid = fork();
	if (pid == 0) {
		struct file recovered = crash_file;
		recovering = true;
		crash_file = second_crash_file;
		crash_image = second_crash_image;
		media_at_call = at_recovery_call;
		media_watch();
		become("read", &recovered, 0, 0, &recovery_output_file);
	}
	int status = status_of(pid);
	if (status == LOST)
		_exit(LOST);
	memcpy(crash_image, image, MEDIA_SIZE);
	return status;
}

/* Recover from what crash_image holds, and go on. */
static void check_state(const char *call)
{
	size_t acknowledged = lines_of(&acknowledged_file);
	if (acknowledged > operation_count)
		errx(1, "%zu of %zu operations acknowledged", acknowledged, operation_count);
	int status = recovering ? 0 : cut_recovery();
	size_t done = operations_found(call, acknowledged);

	if (recovering)
		return;
	if (status)
		errx(1, "recovery ends with status %d when it is watched", status);
	if (run("write", &crash_file, done, operation_count))
		report(call, acknowledged, "the rest of the operations fails");
	if (run("read", &crash_file, 0, 0))
		report(call, acknowledged, "reading fails after the rest of the operations");
	char *end = text_of(&output_file);
	if (strcmp(end, expected[operation_count]))
		report(call, acknowledged, "the rest of the operations has another end");
	free(end);
	tally->states++;
}

static bool toss(void)
{
	return rand_r(&random_state) >> 4 & 1;
}

static void keep(size_t offset, size_t size)
{
	memcpy(crash_image + offset, media_visible() + offset, size);
}

static void start_image(void)
{
	memcpy(crash_image, media_durable(), MEDIA_SIZE);
}

static void explore_all_subsets(const char *call, const size_t *lines, size_t count)
{
	for (size_t subset = 0; subset < (size_t)1 << count; subset++) {
		start_image();
		for (size_t i = 0; i < count; i++)
			if (subset >> i & 1)
				keep(lines[i] * MEDIA_LINE, MEDIA_LINE);
		check_state(call);
	}
}

/* `unit` is what reaches the media as a whole. */
static void explore_samples(const char *call, const size_t *lines, size_t count, size_t unit,
			    size_t samples)
{
	while (samples--) {
		start_image();
		for (size_t i = 0; i < count; i++)
			for (size_t part = 0; part < MEDIA_LINE; part += unit)
				if (toss())
					keep(lines[i] * MEDIA_LINE + part, unit);
		check_state(call);
	}
}

static size_t number_of_place(const char *call, const void *address)
{
	size_t number = 0;
	while (number < tally->place_count && tally->places[number].address != address)
		number++;
	if (number == MOST_PLACES)
		errx(1, "more than %d places flush or drain", MOST_PLACES);
	if (number == tally->place_count) {
		tally->places[number].address = address;
		tally->places[number].call = call;
		tally->place_count++;
	}
	return number;
}

/* `count` lines may differ after the power cut. */
static void explore_cuts(const char *call, const size_t *lines, size_t count)
{
	if (count <= MOST_LINES_FOR_ALL_SUBSETS)
		explore_all_subsets(call, lines, count);
	else
		explore_samples(call, lines, count, MEDIA_LINE, SAMPLES);
	if (count)
		explore_samples(call, lines, count, MEDIA_WORD, TORN_SAMPLES);
}

static bool at_call(const char *call, const void *place)
{
	size_t lines[MEDIA_LINES], count = media_unflushed(lines);

	tally->steps++;
	explore_cuts(call, lines, count);
	return !place || number_of_place(call, place) != left_out;
}

/* Where nothing is unflushed, what is there is what was there before or will be at the end. */
static bool at_recovery_call(const char *call, const void *place)
{
	static bool counted;
	size_t lines[MEDIA_LINES], count = media_unflushed(lines);

	if (count) {
		tally->recoveries += !counted;
		counted = true;
		explore_cuts(call, lines, count);
	}
	return !place || number_of_place(call, place) != left_out;
}

/* Run all operations with power cuts; SURVIVES, LOST, or a failure of the program itself. */
static int explore(void)
{
	empty_file(&media_file);
	pid_t pid = fork();
	if (pid == 0) {
		media_watch();
		become("write", &media_file, 0, operation_count, &acknowledged_file);
	}
	return status_of(pid);
}

static void read_workload(const char *path)
{
	FILE *stream = fopen(path, "r");
	char *text = NULL;
	size_t capacity = 0;

	if (!stream)
		err(1, "%s", path);
	if (getdelim(&text, &capacity, '\0', stream) <= 0)
		errx(1, "%s: holds no operations", path);
	fclose(stream);
	operations[0] = text;
	for (char *c = text; (c = strchr(c, '\n')); operations[operation_count] = ++c)
		if (++operation_count > MOST_OPERATIONS)
			errx(1, "%s: more than %d operations", path, MOST_OPERATIONS);
}

/* What the program reads after each number of operations, with no power cut. */
static void learn_expected(void)
{
	for (size_t count = 0; count <= operation_count; count++) {
		empty_file(&media_file);
		if (run("write", &media_file, 0, count) || run("read", &media_file, 0, 0))
			errx(1, "fails without power cuts: %s", text_of(&message_file));
		expected[count] = text_of(&output_file);
		if (count && strcmp(expected[count], expected[count - 1]) == 0)
			errx(1, "operation %zu changes nothing, so nothing shows its loss", count);
	}
}

static int explore_intact(void)
{
	int status = explore();
	if (status != SURVIVES)
		errx(1, "%s", status == LOST ? "does not survive" : "the program failed");
	printf("%zu operations, %zu calls, %zu crash states, %zu recoveries cut, seed %u: "
	       "all survived\n",
	       operation_count, tally->steps, tally->states, tally->recoveries, seed);
	return tally->place_count ? 0 : 1;
}

static int explore_broken(void)
{
	int failed = 0;
	for (left_out = 0; left_out < tally->place_count; left_out++) {
		int status = explore();
		printf("without the %s at place %zu: %s\n", tally->places[left_out].call,
		       left_out + 1, status == LOST ? "a power cut breaks it" : "NOTHING BREAKS");
		failed |= status != LOST;
	}
	return failed;
}

static void *map_shared(size_t size, int fd)
{
	int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
	void *addr = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (addr == MAP_FAILED)
		err(1, "mmap");
	return addr;
}

static unsigned char *new_image(const struct file *file)
{
	if (ftruncate(file->fd, (off_t)MEDIA_SIZE) < 0)
		err(1, "crash image");
	return map_shared(MEDIA_SIZE, file->fd);
}

static void set_up(void)
{
	media_file = new_file("media");
	crash_file = new_file("crash");
	acknowledged_file = new_file("acknowledged");
	output_file = new_file("output");
	message_file = new_file("message");
	second_crash_file = new_file("second crash");
	recovery_output_file = new_file("recovery output");
	crash_image = new_image(&crash_file);
	second_crash_image = new_image(&second_crash_file);
	tally = map_shared(sizeof(*tally), -1);
	random_state = seed;
	media_at_call = at_call;
	setvbuf(stdout, NULL, _IOLBF, 0);
}

int main(int argc, char **argv)
{
	if (argc != 2 && argc != 3)
		errx(2, "usage: %s WORKLOAD [SEED]", argv[0]);
	if (argc == 3)
		seed = (unsigned)strtoul(argv[2], NULL, 10);
	set_up();
	read_workload(argv[1]);
	learn_expected();
	return explore_intact() || explore_broken();
}
