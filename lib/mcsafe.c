/* SPDX-License-Identifier: BSD-3-Clause */
#include "mcsafe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "arch.h"
#include "bits.h"
#include "err.h"
#include "export.h"
#include "ops.h"
#include "os.h"
#include "sigbus.h"
#include "source.h"
#include "trace.h"

struct transfer {
	const struct pmem2_source *src;
	bool writing;
	char *buf;
	size_t size;
	size_t offset;
};

static const char *verb(const struct transfer *transfer)
{
	return transfer->writing ? "writing" : "reading";
}

static int fail_io(int error, const struct transfer *transfer)
{
	int ret = pmem2_fail_errno(error, "mcsafe: %s %zu bytes at offset %zu of fd %d",
				   verb(transfer), transfer->size, transfer->offset,
				   transfer->src->file);

	return error == EIO ? PMEM2_E_IO_FAIL : ret;
}

static int fail_range(const struct transfer *transfer, size_t size)
{
	return pmem2_fail(
		PMEM2_E_LENGTH_OUT_OF_RANGE,
		"mcsafe: %s %zu bytes at offset %zu reaches past the %zu bytes of the source",
		verb(transfer), transfer->size, transfer->offset, size);
}

static int check(const struct transfer *transfer)
{
	size_t size;
	int ret;

	if (transfer->src->kind == PMEM2_SOURCE_ANON)
		return pmem2_fail(PMEM2_E_SOURCE_TYPE_NOT_SUPPORTED,
				  "mcsafe: %s anonymous memory, a file or device dax is needed",
				  verb(transfer));
	ret = pmem2_source_measure(transfer->src, &size);
	if (ret != 0)
		return ret;
	if (!pmem2_fits(transfer->offset, transfer->size, size))
		return fail_range(transfer, size);
	return 0;
}

/* The kernel appends whatever the offset when O_APPEND is set. */
static int check_writable(const struct transfer *transfer)
{
	int flags = pmem2_os_open_flags(transfer->src->file);

	if (flags < 0)
		return fail_io(-flags, transfer);
	if ((flags & O_ACCMODE) == O_RDONLY)
		return pmem2_fail(-EBADF,
				  "mcsafe: writing %zu bytes at offset %zu of fd %d, which is open "
				  "for reading only",
				  transfer->size, transfer->offset, transfer->src->file);
	if ((flags & O_APPEND) != 0)
		return pmem2_fail(
			-EINVAL,
			"mcsafe: fd %d is open with O_APPEND, writes would land at its end "
			"instead of offset %zu",
			transfer->src->file, transfer->offset);
	return 0;
}

static ssize_t transfer_some(const struct transfer *transfer, size_t done)
{
	pmem2_os_file file = transfer->src->file;
	char *at = transfer->buf + done;
	size_t rest = transfer->size - done;

	if (transfer->writing)
		return pmem2_os_write(file, at, rest, transfer->offset + done);
	return pmem2_os_read(file, at, rest, transfer->offset + done);
}

static int transfer_file(const struct transfer *transfer)
{
	size_t done = 0;
	int ret = transfer->writing ? check_writable(transfer) : 0;

	if (ret != 0)
		return ret;
	while (done < transfer->size) {
		ssize_t some = transfer_some(transfer, done);
		if (some < 0)
			return fail_io((int)-some, transfer);
		if (some == 0) /* somebody has truncated the file meanwhile */
			return fail_range(transfer, transfer->offset + done);
		done += (size_t)some;
	}
	return 0;
}

struct window {
	const struct transfer *transfer;
	char *at; /* where the transfer's offset is mapped */
};

static void copy(void *data)
{
	const struct window *window = data;
	const struct transfer *transfer = window->transfer;

	if (transfer->writing)
		pmem2_ops_copy_lines(window->at, transfer->buf, transfer->size);
	else
		pmem2_ops_copy(transfer->buf, window->at, transfer->size);
}

static int transfer_mapped(const struct transfer *transfer, const struct pmem2_os_request *request)
{
	struct pmem2_os_grant grant;
	struct window window = {.transfer = transfer};
	int ret = pmem2_os_map(request, &grant);

	if (ret != 0)
		return fail_io(-ret, transfer);
	window.at = (char *)grant.addr + (transfer->offset - request->offset);
	ret = pmem2_sigbus_guard(grant.addr, request->length, copy, &window);
	(void)pmem2_os_unmap(grant.addr, request->length);
	return ret != 0 ? fail_io(-ret, transfer) : 0;
}

static int transfer_devdax(const struct transfer *transfer)
{
	size_t unit;
	int ret = pmem2_source_unit(transfer->src, &unit);
	struct pmem2_os_request request = {
		.file = transfer->src->file,
		.prot = transfer->writing ? PMEM2_PROT_READ | PMEM2_PROT_WRITE : PMEM2_PROT_READ,
		.shared = true,
	};

	if (ret != 0)
		return ret;
	if (transfer->writing && !pmem2_arch_has_writeback())
		return pmem2_fail(
			PMEM2_E_NOSUPP,
			"mcsafe: writing device dax: the library knows no way for programs "
			"to write cache lines back on this CPU");
	request.unit = unit;
	request.alignment = unit;
	request.offset = pmem2_align_down(transfer->offset, unit);
	request.length = pmem2_align_up(transfer->offset + transfer->size, unit) - request.offset;
	return transfer_mapped(transfer, &request);
}

static int run(const struct transfer *transfer)
{
	int ret = check(transfer);

	if (ret != 0 || transfer->size == 0)
		return ret;
	PMEM2_TRACE_DONE("%s %zu bytes at offset %zu of fd %d", verb(transfer), transfer->size,
			 transfer->offset, transfer->src->file);
	if (transfer->src->kind == PMEM2_SOURCE_DEVDAX)
		return transfer_devdax(transfer);
	return transfer_file(transfer);
}

int pmem2_mcsafe_zero(const struct pmem2_source *src, size_t offset, size_t length)
{
	static char zeros[4096];
	int ret = 0;

	while (length > 0 && ret == 0) {
		size_t some = length < sizeof(zeros) ? length : sizeof(zeros);
		const struct transfer transfer = {
			.src = src, .writing = true, .buf = zeros, .size = some, .offset = offset};
		ret = run(&transfer);
		offset += some;
		length -= some;
	}
	return ret;
}

PMEM2_API(pmem2_source_pread_mcsafe)
int pmem2_source_pread_mcsafe(struct pmem2_source *src, void *buf, size_t size, size_t offset)
{
	PMEM2_CALLED(src != NULL && (buf != NULL || size == 0),
		     "src %p, buf %p, size %zu, offset %zu", (void *)src, buf, size, offset);
	const struct transfer transfer = {
		.src = src, .writing = false, .buf = buf, .size = size, .offset = offset};

	return run(&transfer);
}

PMEM2_API(pmem2_source_pwrite_mcsafe)
int pmem2_source_pwrite_mcsafe(struct pmem2_source *src, void *buf, size_t size, size_t offset)
{
	PMEM2_CALLED(src != NULL && (buf != NULL || size == 0),
		     "src %p, buf %p, size %zu, offset %zu", (void *)src, buf, size, offset);
	const struct transfer transfer = {
		.src = src, .writing = true, .buf = buf, .size = size, .offset = offset};

	return run(&transfer);
}
