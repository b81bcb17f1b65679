/* SPDX-License-Identifier: BSD-3-Clause */
#include "heal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

#include "badlist.h"
#include "bits.h"
#include "err.h"
#include "mcsafe.h"
#include "os.h"
#include "region.h"

#define SECTOR 512

/* A range that is to be healed, and what is known of it. */
struct patient {
	const struct pmem2_source *src;
	const struct pmem2_badblock *range; /* as asked for */
	size_t size;                        /* of the file */
	struct pmem2_badlist device;        /* what the kernel lists */
	struct pmem2_badlist bad;           /* blocks of the file, bad in part and in the range */
	struct pmem2_badlist beneath;       /* their bad parts, on the device */
	bool shared;                        /* other files have some of these */
	int refusal;                        /* of the NVDIMMs to clear them; a code, or 0 */
};

static void discharge(struct patient *patient)
{
	pmem2_badlist_free(&patient->device);
	pmem2_badlist_free(&patient->bad);
	pmem2_badlist_free(&patient->beneath);
}

static int fail_clearing(int error, const struct pmem2_source *src,
			 const struct pmem2_badblock *range)
{
	return pmem2_fail_errno(error, "bad blocks: clearing %zu bytes at offset %zu of fd %d",
				range->length, range->offset, src->file);
}

static int fail_still_bad(const struct pmem2_source *src, const struct pmem2_badblock *range,
			  const struct pmem2_badblock *left, const char *why)
{
	return pmem2_fail(
		-EIO,
		"bad blocks: clearing %zu bytes at offset %zu of fd %d: sectors %zu to %zu of "
		"its device stay bad: %s",
		range->length, range->offset, src->file, left->offset / SECTOR,
		(left->offset + left->length - 1) / SECTOR, why);
}

/* Before anything is cleared that could not be overwritten then. */
static int check_writable(const struct pmem2_source *src, const struct pmem2_badblock *range)
{
	int flags = pmem2_os_open_flags(src->file);

	if (flags < 0)
		return fail_clearing(-flags, src, range);
	return (flags & O_ACCMODE) == O_RDONLY ? fail_clearing(EBADF, src, range) : 0;
}

int pmem2_heal_renew(const struct pmem2_source *src, const struct pmem2_badblock *range)
{
	int ret = pmem2_os_renew(src->file, range->offset, range->length);

	return ret != 0 ? fail_clearing(-ret, src, range) : 0;
}

/* ---- files -------------------------------------------------------------- */

static int examine(struct patient *patient)
{
	const struct pmem2_source *src = patient->src;
	size_t end = patient->range->offset + patient->range->length;
	size_t start;
	struct pmem2_os_stat stat;
	int ret = pmem2_os_stat(src->file, &stat);

	if (ret != 0)
		return fail_clearing(-ret, src, patient->range);
	patient->size = stat.size;
	ret = pmem2_badlist_of_device(src, &patient->device);
	if (ret == 0)
		ret = pmem2_badlist_of_file(src, &patient->device, &patient->bad);
	if (ret != 0)
		return ret;
	start = pmem2_align_down(patient->range->offset, stat.block);
	pmem2_badlist_clip(&patient->bad, &(struct pmem2_badblock){
						  start, pmem2_align_up(end, stat.block) - start});
	return pmem2_badlist_beneath(src, &patient->bad, &patient->device, &patient->beneath,
				     &patient->shared);
}

/* Zeros over a range, but not behind the end, whole pages where it has them. No message. */
static int write_zeros(const struct patient *patient, const struct pmem2_badblock *range)
{
	static const char zeros[4096];
	size_t at = range->offset;
	size_t end = range->offset + range->length;

	if (end > patient->size)
		end = patient->size;
	while (at < end) {
		size_t some = end - at < sizeof(zeros) ? end - at : sizeof(zeros);
		ssize_t written = pmem2_os_write(patient->src->file, zeros, some, at);
		if (written <= 0)
			return written < 0 ? (int)written : -EIO;
		at += (size_t)written;
	}
	return 0;
}

/*
 * Since Linux 6.0, writing whole pages of a DAX file heals them. A page of which a part
 * is bad is lost whole. No message.
 */
static int overwrite(const struct patient *patient)
{
	int flags = pmem2_os_open_flags(patient->src->file);
	int ret = flags < 0 ? flags : 0;

	if (ret == 0 && (flags & O_APPEND) != 0) /* the kernel would write behind the end */
		return -EINVAL;
	for (size_t i = 0; i < patient->bad.count && ret == 0; i++)
		ret = write_zeros(patient, &patient->bad.block[i]);
	if (ret == 0)
		ret = write_zeros(patient, patient->range);
	return ret == 0 ? pmem2_os_sync_file(patient->src->file) : ret;
}

/* 1 when the kernel still lists what it listed, and then the first in `*left`. */
static int is_still_bad(const struct patient *patient, struct pmem2_badblock *left)
{
	struct pmem2_badlist device = {NULL, 0, 0};
	int ret = pmem2_badlist_of_device(patient->src, &device);

	for (size_t i = 0; i < patient->beneath.count && ret == 0; i++) {
		if (pmem2_badlist_find(&device, &patient->beneath.block[i]) != NULL) {
			*left = patient->beneath.block[i];
			ret = 1;
		}
	}
	pmem2_badlist_free(&device);
	return ret;
}

/* 0 when all of it is zeros and good, 1 when not. */
static int try_to_overwrite(const struct patient *patient)
{
	struct pmem2_badblock left;
	int written = overwrite(patient);
	int ret = is_still_bad(patient, &left);

	return ret == 0 && written != 0 ? 1 : ret;
}

/*
 * While the file has the blocks: afterwards somebody else may have written to them. What
 * other files have too, is theirs to give up.
 */
static void clear_beneath(struct patient *patient)
{
	if (patient->shared)
		return;
	for (size_t i = 0; i < patient->beneath.count && patient->refusal == 0; i++)
		patient->refusal = pmem2_region_clear(patient->src, &patient->beneath.block[i]);
}

/* Have the file system put other blocks in the place of the bad ones. */
static int replace(const struct patient *patient)
{
	int ret = 0;

	for (size_t i = 0; i < patient->bad.count && ret == 0; i++)
		ret = pmem2_heal_renew(patient->src, &patient->bad.block[i]);
	if (ret == 0)
		ret = pmem2_heal_renew(patient->src, patient->range);
	if (ret != 0)
		return ret;
	(void)overwrite(patient); /* which heals other blocks that were bad too */
	ret = pmem2_os_sync_file(patient->src->file);
	return ret != 0 ? fail_clearing(-ret, patient->src, patient->range) : 0;
}

static const char *reason(const struct patient *patient)
{
	if (patient->shared)
		return "other files have them too";
	switch (patient->refusal) {
	case 0:
		return "clearing them had no effect";
	case PMEM2_E_CANNOT_READ_BOUNDS:
	case -EPERM:
	case -EACCES:
		return "only root may have them cleared";
	case -ENOTSUP:
		return "its NVDIMMs do not clear them";
	default:
		return "having them cleared failed";
	}
}

/* The old blocks may have stayed bad; and the new ones may be others that are bad. */
static int check_replaced(const struct patient *patient)
{
	struct patient again = {.src = patient->src, .range = patient->range};
	struct pmem2_badblock left = {0, 0};
	int ret = is_still_bad(patient, &left);

	if (ret == 0)
		ret = examine(&again);
	if (ret == 0 && again.beneath.count > 0) {
		left = again.beneath.block[0];
		ret = 1;
	}
	discharge(&again);
	return ret == 1 ? fail_still_bad(patient->src, patient->range, &left, reason(patient))
			: ret;
}

static int heal(struct patient *patient)
{
	int ret = try_to_overwrite(patient);

	if (ret == 1) {
		clear_beneath(patient);
		if (!patient->shared && patient->refusal == 0)
			ret = try_to_overwrite(patient);
	}
	if (ret != 1)
		return ret;
	ret = replace(patient);
	return ret != 0 ? ret : check_replaced(patient);
}

int pmem2_heal_file(const struct pmem2_source *src, const struct pmem2_badblock *range)
{
	struct patient patient = {.src = src, .range = range};
	int ret = check_writable(src, range);

	if (ret == 0)
		ret = examine(&patient);
	if (ret == 0)
		ret = patient.bad.count > 0 ? heal(&patient) : pmem2_heal_renew(src, range);
	discharge(&patient);
	return ret;
}

/* ---- device dax --------------------------------------------------------- */

/* Behind the end of the device is that of somebody else. */
static int check_inside(const struct pmem2_source *src, const struct pmem2_badblock *range)
{
	size_t size;
	int ret = pmem2_source_measure(src, &size);

	if (ret != 0 || pmem2_fits(range->offset, range->length, size))
		return ret;
	return pmem2_fail(range->offset >= size ? PMEM2_E_OFFSET_OUT_OF_RANGE
						: PMEM2_E_LENGTH_OUT_OF_RANGE,
			  "bad blocks: clearing %zu bytes at offset %zu of fd %d reaches past the "
			  "%zu bytes of the device",
			  range->length, range->offset, src->file, size);
}

static int check_healed(const struct pmem2_source *src, const struct pmem2_badblock *range)
{
	struct pmem2_badlist device = {NULL, 0, 0};
	const struct pmem2_badblock *left;
	int ret = pmem2_badlist_of_device(src, &device);

	left = ret == 0 ? pmem2_badlist_find(&device, range) : NULL;
	if (left != NULL)
		ret = fail_still_bad(src, range, left, "clearing them had no effect");
	pmem2_badlist_free(&device);
	return ret;
}

int pmem2_heal_devdax(const struct pmem2_source *src, const struct pmem2_badblock *range)
{
	int ret = check_writable(src, range);

	if (ret == 0)
		ret = check_inside(src, range);
	if (ret == 0)
		ret = pmem2_region_clear(src, range);
	if (ret == 0)
		ret = pmem2_mcsafe_zero(src, range->offset, range->length);
	return ret != 0 ? ret : check_healed(src, range);
}
