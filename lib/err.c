/* SPDX-License-Identifier: BSD-3-Clause */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export.h"
#include "text.h"
#include "trace.h"

/* Longer texts are cut; clients copy messages into buffers of this size. */
#define MESSAGE_SIZE 256

static _Thread_local char message[MESSAGE_SIZE];

const char *pmem2_errno_text(int error)
{
	/* What the C library has; strerror is thread-safe but for numbers unknown to it. */
	const char *text = PMEM2_ERRNO_TEXT(error); /* NOLINT(concurrency-mt-unsafe) */

	return text != NULL ? text : "unknown error";
}

int(pmem2_fail)(int code, const char *format, ...)
{
	struct pmem2_text text = {message, MESSAGE_SIZE - 1};
	va_list args;

	va_start(args, format);
	pmem2_text_format(&text, format, &args);
	va_end(args);
	*text.end = '\0';
	return code;
}

int(pmem2_fail_errno)(int error, const char *format, ...)
{
	struct pmem2_text text = {message, MESSAGE_SIZE - 1};
	va_list args;

	va_start(args, format);
	pmem2_text_format(&text, format, &args);
	va_end(args);
	pmem2_text_string(&text, ": ");
	pmem2_text_string(&text, pmem2_errno_text(error));
	*text.end = '\0';
	return -error;
}

/* What cannot be written to stderr cannot be reported any better. */
static void write_stderr(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDERR_FILENO, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

void pmem2_die(const char *format, ...)
{
	char line[MESSAGE_SIZE + sizeof("libpmem2: \n")];
	struct pmem2_text text = {line, sizeof(line) - 1};
	va_list args;

	pmem2_text_string(&text, "libpmem2: ");
	va_start(args, format);
	pmem2_text_format(&text, format, &args);
	va_end(args);
	pmem2_text_string(&text, "\n");
	write_stderr(line, (size_t)(text.end - line));
	abort();
}

PMEM2_API(pmem2_errormsg)
const char *pmem2_errormsg(void)
{
	return message;
}

static void write_text(const char *text)
{
	write_stderr(text, strlen(text));
}

PMEM2_API(pmem2_perror)
void pmem2_perror(const char *format, ...)
{
	PMEM2_CALLED(format != NULL, "%s", format);
	char *prefix = NULL;
	char *line = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&prefix, format, args);
	va_end(args);
	if (length < 0)
		prefix = NULL;
	/* One write, so that lines of several threads do not mix, unless there is no memory. */
	length = asprintf(&line, "%s: %s\n", prefix != NULL ? prefix : format, message);
	if (length >= 0) {
		write_stderr(line, (size_t)length);
		free(line);
	} else {
		write_text(prefix != NULL ? prefix : format);
		write_text(": ");
		write_text(message);
		write_text("\n");
	}
	free(prefix);
}

PMEM2_EXT_API(pmem2_err_to_errno)
int pmem2_err_to_errno(int err)
{
	if (err == 0)
		return 0;
	if (err == PMEM2_E_NOSUPP)
		return ENOTSUP;
	if (err < 0 && err > -4096)
		return -err;
	return EINVAL;
}
