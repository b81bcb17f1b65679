/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "announce.h"
#include "debug.h"
#include "err.h"
#include "text.h"

#define LEVEL "PMEM2_LOG_LEVEL"
#define FILE_NAME "PMEM2_LOG_FILE"

/* Longer lines are cut. Programs call on small stacks. */
#define LINE_SIZE 512

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static struct {
	int level;
	int file;           /* -1: stderr */
	struct stat opened; /* so that no line goes to what took the number over */
} log_state = {.file = -1};

static void put_place(struct pmem2_text *text, int level, const struct pmem2_debug_place *place)
{
	pmem2_text_string(text, program_invocation_short_name);
	pmem2_text_string(text, "/");
	pmem2_text_number(text, (unsigned long long)gettid());
	pmem2_text_string(text, ": <");
	pmem2_text_number(text, (unsigned long long)level);
	pmem2_text_string(text, "> [");
	pmem2_text_string(text, place->file);
	pmem2_text_string(text, ":");
	pmem2_text_number(text, (unsigned long long)place->line);
	pmem2_text_string(text, " ");
	pmem2_text_string(text, place->function);
	pmem2_text_string(text, "] ");
}

static bool is_still_ours(int file)
{
	struct stat now;

	return fstat(file, &now) == 0 && now.st_dev == log_state.opened.st_dev &&
	       now.st_ino == log_state.opened.st_ino;
}

/* One write, so that lines of several threads and processes do not mix. */
static void write_line(const char *line, size_t length)
{
	if (log_state.file < 0)
		(void)!write(STDERR_FILENO, line, length);
	else if (is_still_ours(log_state.file))
		(void)!write(log_state.file, line, length);
}

__attribute__((format(printf, 3, 0))) static void
log_list(int level, const struct pmem2_debug_place *place, const char *format, va_list *args)
{
	char line[LINE_SIZE];
	struct pmem2_text text = {line, sizeof(line) - 1};
	int error = errno;

	put_place(&text, level, place);
	pmem2_text_format(&text, format, args);
	*text.end++ = '\n';
	write_line(line, (size_t)(text.end - line));
	errno = error;
}

__attribute__((format(printf, 3, 4))) static void
log_line(int level, const struct pmem2_debug_place *place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(level, place, format, &args);
	va_end(args);
}

/* 0 for all that is no number. */
static int decode_level(const char *value)
{
	const int most = PMEM2_DEBUG_DETAIL;

	if (value == NULL || value[0] == '\0' || strspn(value, "0123456789") != strlen(value))
		return PMEM2_DEBUG_NOTHING;
	return value[1] != '\0' || value[0] - '0' > most ? most : value[0] - '0';
}

/* A name that ends in "-" gets the number of the process. */
static char *file_name(const char *value)
{
	size_t length = strlen(value);
	char *name = malloc(length + sizeof("18446744073709551615"));
	struct pmem2_text text = {name, length + sizeof("18446744073709551615") - 1};

	if (name == NULL)
		return NULL;
	pmem2_text_string(&text, value);
	if (value[length - 1] == '-')
		pmem2_text_number(&text, (unsigned long long)getpid());
	*text.end = '\0';
	return name;
}

static void open_file(const char *value)
{
	char *name = file_name(value);

	if (name == NULL)
		pmem2_die(FILE_NAME ": no memory for the name");
	log_state.file = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
	if (log_state.file < 0 || fstat(log_state.file, &log_state.opened) != 0)
		pmem2_die(FILE_NAME ": opening %s: %s", name, pmem2_errno_text(errno));
	free(name);
}

static void open_log(void)
{
	int error = errno;
	const char *file = secure_getenv(FILE_NAME); /* NOLINT(concurrency-mt-unsafe) */

	log_state.level = decode_level(secure_getenv(LEVEL)); /* NOLINT(concurrency-mt-unsafe) */
	if (file != NULL && file[0] != '\0')
		open_file(file);
	if (log_state.level >= PMEM2_DEBUG_FAILURE)
		log_line(PMEM2_DEBUG_FAILURE, PMEM2_DEBUG_HERE,
			 "libpmem2 " PMEM2_VERSION ", debug library for %s, level %d",
			 pmem2_announce_audience, log_state.level);
	errno = error;
}

__attribute__((constructor)) static void open_at_start(void)
{
	(void)pmem2_debug_level();
}

int pmem2_debug_level(void)
{
	pthread_once(&opened, open_log);
	return log_state.level;
}

void pmem2_debug_log(int level, const struct pmem2_debug_place *place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(level, place, format, &args);
	va_end(args);
}

int pmem2_debug_failed(int code, const struct pmem2_debug_place *place)
{
	if (pmem2_debug_level() >= PMEM2_DEBUG_FAILURE)
		log_line(PMEM2_DEBUG_FAILURE, place, "%d: %s", code, pmem2_debug_message());
	return code;
}

void pmem2_debug_stop(const struct pmem2_debug_place *place, const char *format, ...)
{
	char line[LINE_SIZE];
	struct pmem2_text text = {line, sizeof(line) - 1};
	va_list args;

	va_start(args, format);
	pmem2_text_format(&text, format, &args);
	va_end(args);
	*text.end = '\0';
	if (pmem2_debug_level() >= PMEM2_DEBUG_FAILURE && log_state.file >= 0)
		log_line(PMEM2_DEBUG_FAILURE, place, "%s", line);
	pmem2_die("%s:%d %s: %s", place->file, place->line, place->function, line);
}
