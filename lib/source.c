/* SPDX-License-Identifier: BSD-3-Clause */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "devnode.h"
#include "err.h"
#include "export.h"
#include "trace.h"

static int create(struct pmem2_source **src, const struct pmem2_source *model)
{
	struct pmem2_source *created = malloc(sizeof(*created));

	if (created == NULL)
		return pmem2_fail_errno(ENOMEM, "source: allocating %zu bytes", sizeof(*created));
	*created = *model;
	*src = created;
	return 0;
}

/* A mapping needs to read the file, whatever its protection. */
static int check_readable(pmem2_os_file fd)
{
	int flags = fd < 0 ? -EBADF : pmem2_os_open_flags(fd);

	if (flags == -EBADF)
		return pmem2_fail(PMEM2_E_INVALID_FILE_HANDLE,
				  "source: fd %d is no open file descriptor", fd);
	if (flags < 0)
		return pmem2_fail_errno(-flags, "source: asking for the open flags of fd %d", fd);
	if ((flags & O_ACCMODE) == O_WRONLY)
		return pmem2_fail(PMEM2_E_INVALID_FILE_HANDLE,
				  "source: fd %d is open for writing only, reading is needed too",
				  fd);
	return 0;
}

static int check_dax(pmem2_os_file fd, dev_t device)
{
	int ret = pmem2_devnode_is_dax(device);

	if (ret < 0)
		return pmem2_fail_errno(
			-ret, "source: looking in sysfs for what character device fd %d is", fd);
	if (ret == 0)
		return pmem2_fail(PMEM2_E_INVALID_FILE_TYPE,
				  "source: fd %d is a character device other than device dax, a "
				  "regular file or device dax is needed",
				  fd);
	return 0;
}

static int refuse_type(pmem2_os_file fd, enum pmem2_os_type type)
{
	static const char *const names[] = {
		[PMEM2_OS_BLOCK_DEVICE] = "a block device",
		[PMEM2_OS_DIRECTORY] = "a directory",
		[PMEM2_OS_PIPE] = "a pipe",
		[PMEM2_OS_SOCKET] = "a socket",
		[PMEM2_OS_OTHER] = "of a type of its own",
	};

	return pmem2_fail(PMEM2_E_INVALID_FILE_TYPE,
			  "source: fd %d is %s, a regular file or device dax is needed", fd,
			  names[type]);
}

PMEM2_API(pmem2_source_from_fd)
int pmem2_source_from_fd(struct pmem2_source **src, int fd)
{
	PMEM2_CALLED(src != NULL, "fd %d", fd);
	struct pmem2_os_stat stat;
	struct pmem2_source model = {.kind = PMEM2_SOURCE_FILE, .file = fd};
	int ret;

	*src = NULL;
	ret = check_readable(fd);
	if (ret != 0)
		return ret;
	ret = pmem2_os_stat(fd, &stat);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "source: asking for the type of fd %d", fd);
	if (stat.type == PMEM2_OS_CHAR_DEVICE) {
		ret = check_dax(fd, stat.device);
		if (ret != 0)
			return ret;
		model.kind = PMEM2_SOURCE_DEVDAX;
	} else if (stat.type != PMEM2_OS_REGULAR) {
		return refuse_type(fd, stat.type);
	}
	model.unit = stat.block > pmem2_os_page_size() ? pmem2_os_unit(fd) : pmem2_os_page_size();
	model.device = stat.device;
	return create(src, &model);
}

PMEM2_API(pmem2_source_from_anon)
int pmem2_source_from_anon(struct pmem2_source **src, size_t size)
{
	PMEM2_CALLED(src != NULL, "size %zu", size);
	const struct pmem2_source model = {
		.kind = PMEM2_SOURCE_ANON,
		.file = PMEM2_OS_NO_FILE,
		.size = size,
		.unit = pmem2_os_page_size(),
	};

	*src = NULL;
	return create(src, &model);
}

PMEM2_API(pmem2_source_delete)
int pmem2_source_delete(struct pmem2_source **src)
{
	PMEM2_CALLED(src != NULL, "src %p", (void *)src);
	free(*src);
	*src = NULL;
	return 0;
}

PMEM2_API(pmem2_source_get_fd)
int pmem2_source_get_fd(const struct pmem2_source *src, int *fd)
{
	PMEM2_CALLED(src != NULL, "src %p", (const void *)src);
	if (src->kind == PMEM2_SOURCE_ANON)
		return pmem2_fail(PMEM2_E_FILE_DESCRIPTOR_NOT_SET,
				  "source: anonymous memory of %zu bytes has no file descriptor",
				  src->size);
	*fd = src->file;
	return 0;
}

static int measure_file(const struct pmem2_source *src, size_t *size)
{
	struct pmem2_os_stat stat;
	int ret = pmem2_os_stat(src->file, &stat);

	if (ret == -EBADF)
		return pmem2_fail(PMEM2_E_INVALID_FILE_HANDLE, "source: fd %d has been closed",
				  src->file);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "source: asking for the size of fd %d", src->file);
	*size = stat.size;
	return 0;
}

int pmem2_source_measure(const struct pmem2_source *src, size_t *size)
{
	switch (src->kind) {
	case PMEM2_SOURCE_FILE:
		return measure_file(src, size);
	case PMEM2_SOURCE_DEVDAX:
		return pmem2_devnode_dax_size(src->device, size);
	default:
		*size = src->size;
		return 0;
	}
}

int pmem2_source_unit(const struct pmem2_source *src, size_t *alignment)
{
	if (src->kind == PMEM2_SOURCE_DEVDAX)
		return pmem2_devnode_dax_alignment(src->device, alignment);
	*alignment = src->unit;
	return 0;
}

PMEM2_API(pmem2_source_size)
int pmem2_source_size(const struct pmem2_source *src, size_t *size)
{
	PMEM2_CALLED(src != NULL && size != NULL, "src %p", (const void *)src);
	return pmem2_source_measure(src, size);
}

PMEM2_API(pmem2_source_alignment)
int pmem2_source_alignment(const struct pmem2_source *src, size_t *alignment)
{
	PMEM2_CALLED(src != NULL && alignment != NULL, "src %p", (const void *)src);
	return pmem2_source_unit(src, alignment);
}

int pmem2_source_refusal(const struct pmem2_source *src)
{
	return atomic_load_explicit(&src->refusal, memory_order_relaxed);
}

/* Sources are const where several threads may map them; this is all that they learn then. */
void pmem2_source_note_refusal(const struct pmem2_source *src, int refusal)
{
	atomic_store_explicit(&((struct pmem2_source *)src)->refusal, refusal,
			      memory_order_relaxed);
}
