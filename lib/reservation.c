/* SPDX-License-Identifier: BSD-3-Clause */
#include "reservation.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "bits.h"
#include "err.h"
#include "export.h"
#include "lock.h"
#include "os.h"
#include "registry.h"
#include "trace.h"

size_t pmem2_reservation_natural_alignment(size_t length)
{
	return length >= 2 * PMEM2_GIB ? PMEM2_GIB : 2 * PMEM2_MIB;
}

static int check_whole_pages(int code, const char *what, size_t value)
{
	size_t page = pmem2_os_page_size();

	if (!pmem2_is_aligned(value, page))
		return pmem2_fail(code,
				  "reservation: %s %zu is not a multiple of the page size %zu",
				  what, value, page);
	return 0;
}

static int check_new(void *addr, size_t size)
{
	size_t page = pmem2_os_page_size();

	if (!pmem2_is_aligned((uintptr_t)addr, page))
		return pmem2_fail(PMEM2_E_ADDRESS_UNALIGNED,
				  "reservation: address %p is not a multiple of the page size %zu",
				  addr, page);
	if (size == 0)
		return pmem2_fail(PMEM2_E_LENGTH_OUT_OF_RANGE,
				  "reservation: size 0, at least one page of %zu bytes is needed",
				  page);
	return check_whole_pages(PMEM2_E_LENGTH_UNALIGNED, "size", size);
}

/*
 * Address space that the system gave us is nobody else's: a map that is registered there was
 * unmapped behind the library's back, and its delete must not unmap ours.
 */
static void own(void *addr, size_t size)
{
	pmem2_registry_evict((uintptr_t)addr, (uintptr_t)addr + size);
}

static int take_space(struct pmem2_vm_reservation *rsv, void *addr, size_t size)
{
	size_t alignment = pmem2_reservation_natural_alignment(size);
	int ret = pmem2_os_reserve(addr, size, alignment, &rsv->addr);

	if (ret == -EEXIST)
		return pmem2_fail(PMEM2_E_MAPPING_EXISTS,
				  "reservation: part of the %zu bytes at %p is in use", size, addr);
	if (ret != 0 && addr == NULL)
		return pmem2_fail_errno(
			-ret, "reservation: taking %zu bytes of address space anywhere", size);
	if (ret != 0)
		return pmem2_fail_errno(
			-ret, "reservation: taking %zu bytes of address space at %p", size, addr);
	own(rsv->addr, size);
	rsv->size = size;
	return 0;
}

static int prepare_lock(void)
{
	int ret = pmem2_lock_prepare();

	if (ret != 0)
		return pmem2_fail_errno(-ret, "reservation: registering a fork handler");
	return 0;
}

PMEM2_API(pmem2_vm_reservation_new)
int pmem2_vm_reservation_new(struct pmem2_vm_reservation **rsv_ptr, void *addr, size_t size)
{
	PMEM2_CALLED(rsv_ptr != NULL, "addr %p, size %zu", addr, size);
	struct pmem2_vm_reservation *rsv;
	int ret;

	*rsv_ptr = NULL;
	ret = check_new(addr, size);
	if (ret != 0)
		return ret;
	ret = prepare_lock();
	if (ret != 0)
		return ret;
	rsv = calloc(1, sizeof(*rsv));
	if (rsv == NULL)
		return pmem2_fail_errno(ENOMEM, "reservation: allocating %zu bytes", sizeof(*rsv));
	RB_INIT(&rsv->claims);
	ret = take_space(rsv, addr, size);
	if (ret != 0) {
		free(rsv);
		return ret;
	}
	PMEM2_TRACE_DONE("reservation %p: %zu bytes at %p", (void *)rsv, rsv->size, rsv->addr);
	*rsv_ptr = rsv;
	return 0;
}

static struct pmem2_claim *claim_of(struct pmem2_span *span)
{
	if (span == NULL)
		return NULL;
	return (struct pmem2_claim *)((char *)span - offsetof(struct pmem2_claim, span));
}

/* Move the bounds, which keeps maps out of the range before it is unmapped. */
static void cut(struct pmem2_vm_reservation *rsv, size_t offset, size_t size)
{
	if (offset == 0)
		rsv->addr = (char *)rsv->addr + size;
	rsv->size -= size;
}

static int fail_not_empty(const struct pmem2_vm_reservation *rsv, const struct pmem2_span *span)
{
	return pmem2_fail(PMEM2_E_VM_RESERVATION_NOT_EMPTY,
			  "reservation: a map lies at offset %zu of the %zu bytes at %p",
			  span->start - (uintptr_t)rsv->addr, rsv->size, rsv->addr);
}

/* The lowest claim whose place is not lost. */
static struct pmem2_span *first_held(struct pmem2_vm_reservation *rsv)
{
	struct pmem2_span *span = pmem2_span_first(&rsv->claims);

	while (span != NULL && claim_of(span)->keeper != NULL)
		span = pmem2_span_next(span);
	return span;
}

/* Return what lies below a lost place, and step over that. */
static int return_up_to(struct pmem2_vm_reservation *rsv, struct pmem2_claim *lost)
{
	size_t length = lost->span.start - (uintptr_t)rsv->addr;
	int ret = length != 0 ? pmem2_os_unmap(rsv->addr, length) : 0;

	if (ret != 0)
		return ret;
	cut(rsv, 0, lost->span.end - (uintptr_t)rsv->addr);
	pmem2_span_remove(&rsv->claims, &lost->span);
	free(lost->keeper);
	return 0;
}

/* After a failure the reservation holds what is not yet returned. */
static int return_all(struct pmem2_vm_reservation *rsv)
{
	struct pmem2_span *lost;
	int ret = 0;

	while (ret == 0 && (lost = pmem2_span_first(&rsv->claims)) != NULL)
		ret = return_up_to(rsv, claim_of(lost));
	if (ret == 0 && rsv->size != 0)
		ret = pmem2_os_unmap(rsv->addr, rsv->size);
	return ret;
}

PMEM2_API(pmem2_vm_reservation_delete)
int pmem2_vm_reservation_delete(struct pmem2_vm_reservation **rsv_ptr)
{
	PMEM2_CALLED(rsv_ptr != NULL && *rsv_ptr != NULL, "rsv_ptr %p", (void *)rsv_ptr);
	struct pmem2_vm_reservation *rsv = *rsv_ptr;
	struct pmem2_span *first;
	int ret;

	pmem2_lock();
	first = first_held(rsv);
	pmem2_unlock();
	if (first != NULL)
		return fail_not_empty(rsv, first);
	ret = return_all(rsv);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "reservation: returning %zu bytes at %p", rsv->size,
					rsv->addr);
	PMEM2_TRACE_DONE("reservation %p", (void *)rsv);
	free(rsv);
	*rsv_ptr = NULL;
	return 0;
}

PMEM2_API(pmem2_vm_reservation_get_address)
void *pmem2_vm_reservation_get_address(struct pmem2_vm_reservation *rsv)
{
	PMEM2_CALLED(rsv != NULL, "rsv %p", (void *)rsv);
	return rsv->addr;
}

PMEM2_API(pmem2_vm_reservation_get_size)
size_t pmem2_vm_reservation_get_size(struct pmem2_vm_reservation *rsv)
{
	PMEM2_CALLED(rsv != NULL, "rsv %p", (void *)rsv);
	return rsv->size;
}

PMEM2_API(pmem2_vm_reservation_extend)
int pmem2_vm_reservation_extend(struct pmem2_vm_reservation *rsv, size_t size)
{
	PMEM2_CALLED(rsv != NULL, "rsv %p, size %zu", (void *)rsv, size);
	char *end = (char *)rsv->addr + rsv->size;
	void *addr;
	int ret = check_whole_pages(PMEM2_E_LENGTH_UNALIGNED, "extension", size);

	if (ret != 0 || size == 0)
		return ret;
	ret = pmem2_os_reserve(end, size, pmem2_os_page_size(), &addr);
	if (ret == -EEXIST)
		return pmem2_fail(
			PMEM2_E_MAPPING_EXISTS,
			"reservation: extension by %zu bytes at %p, part of which is in use", size,
			(void *)end);
	if (ret != 0)
		return pmem2_fail_errno(-ret, "reservation: extension by %zu bytes at %p", size,
					(void *)end);
	own(end, size);
	pmem2_lock();
	rsv->size += size;
	pmem2_unlock();
	PMEM2_TRACE_DONE("reservation %p: %zu bytes at %p", (void *)rsv, rsv->size, rsv->addr);
	return 0;
}

static int check_shrink(const struct pmem2_vm_reservation *rsv, size_t offset, size_t size)
{
	int ret = check_whole_pages(PMEM2_E_OFFSET_UNALIGNED, "offset", offset);

	if (ret == 0)
		ret = check_whole_pages(PMEM2_E_LENGTH_UNALIGNED, "length", size);
	if (ret != 0)
		return ret;
	if (offset >= rsv->size)
		return pmem2_fail(PMEM2_E_OFFSET_OUT_OF_RANGE,
				  "reservation: offset %zu is not below its size %zu", offset,
				  rsv->size);
	if (size == 0 || size > rsv->size - offset)
		return pmem2_fail(
			PMEM2_E_LENGTH_OUT_OF_RANGE,
			"reservation: length %zu at offset %zu, between 1 and %zu is wanted", size,
			offset, rsv->size - offset);
	if (size == rsv->size)
		return pmem2_fail(PMEM2_E_NOSUPP,
				  "reservation: shrinking by all its %zu bytes, delete it instead",
				  size);
	if (offset != 0 && offset + size != rsv->size)
		return pmem2_fail(
			PMEM2_E_NOSUPP,
			"reservation: %zu bytes at offset %zu are neither its head nor the "
			"tail of its %zu bytes",
			size, offset, rsv->size);
	return 0;
}

static void uncut(struct pmem2_vm_reservation *rsv, size_t offset, size_t size)
{
	pmem2_lock();
	if (offset == 0)
		rsv->addr = (char *)rsv->addr - size;
	rsv->size += size;
	pmem2_unlock();
}

PMEM2_API(pmem2_vm_reservation_shrink)
int pmem2_vm_reservation_shrink(struct pmem2_vm_reservation *rsv, size_t offset, size_t size)
{
	PMEM2_CALLED(rsv != NULL, "rsv %p, offset %zu, size %zu", (void *)rsv, offset, size);
	char *start;
	struct pmem2_span *inside;
	int ret = check_shrink(rsv, offset, size);

	if (ret != 0)
		return ret;
	start = (char *)rsv->addr + offset;
	pmem2_lock();
	inside = pmem2_span_find(&rsv->claims, (uintptr_t)start, (uintptr_t)start + size);
	if (inside == NULL)
		cut(rsv, offset, size);
	pmem2_unlock();
	if (inside != NULL)
		return fail_not_empty(rsv, inside);
	ret = pmem2_os_unmap(start, size);
	if (ret != 0) {
		uncut(rsv, offset, size);
		return pmem2_fail_errno(-ret, "reservation: returning %zu bytes at %p", size,
					(void *)start);
	}
	PMEM2_TRACE_DONE("reservation %p: %zu bytes at %p", (void *)rsv, rsv->size, rsv->addr);
	return 0;
}

static int fail_occupied(size_t offset, size_t length)
{
	return pmem2_fail(PMEM2_E_MAPPING_EXISTS,
			  "reservation: part of the %zu bytes at offset %zu is mapped", length,
			  offset);
}

/* Under the lock: the address that the claim gets, or the reason why it gets none. */
static int place_claim(struct pmem2_vm_reservation *rsv, size_t offset, size_t length,
		       size_t alignment, struct pmem2_claim *claim)
{
	size_t pages = pmem2_align_up(length, pmem2_os_page_size());

	if (pages < length || !pmem2_fits(offset, pages, rsv->size))
		return pmem2_fail(
			PMEM2_E_LENGTH_OUT_OF_RANGE,
			"reservation: %zu bytes at offset %zu do not fit into its %zu bytes",
			length, offset, rsv->size);
	claim->span.start = (uintptr_t)rsv->addr + offset;
	claim->span.end = claim->span.start + pages;
	claim->content_end = claim->span.start + length;
	if (!pmem2_is_aligned(claim->span.start, alignment))
		return pmem2_fail(PMEM2_E_ADDRESS_UNALIGNED,
				  "reservation: address %p at offset %zu is not a multiple of the "
				  "source alignment %zu",
				  (void *)((char *)rsv->addr + offset), offset, alignment);
	if (pmem2_span_find(&rsv->claims, claim->span.start, claim->span.end) != NULL)
		return fail_occupied(offset, length);
	claim->settler = NULL;
	claim->keeper = NULL;
	pmem2_span_add(&rsv->claims, &claim->span);
	return 0;
}

int pmem2_reservation_claim(struct pmem2_vm_reservation *rsv, size_t offset, size_t length,
			    size_t alignment, struct pmem2_claim *claim, void **addr)
{
	int ret = check_whole_pages(PMEM2_E_OFFSET_UNALIGNED, "offset", offset);

	if (ret != 0)
		return ret;
	pmem2_lock();
	ret = place_claim(rsv, offset, length, alignment, claim);
	if (ret == 0)
		*addr = (char *)rsv->addr + offset;
	pmem2_unlock();
	return ret;
}

void pmem2_reservation_settle(struct pmem2_claim *claim, const struct pmem2_registered *settler)
{
	pmem2_lock();
	claim->settler = settler;
	pmem2_unlock();
}

void pmem2_reservation_release(struct pmem2_vm_reservation *rsv, struct pmem2_claim *claim)
{
	pmem2_lock();
	PMEM2_INVARIANT(pmem2_span_find(&rsv->claims, claim->span.start, claim->span.end) ==
			&claim->span);
	pmem2_span_remove(&rsv->claims, &claim->span);
	pmem2_unlock();
}

void pmem2_reservation_lose(struct pmem2_claim *claim, void *keeper)
{
	pmem2_lock();
	claim->keeper = keeper;
	pmem2_unlock();
}

static bool is_settled(const struct pmem2_claim *claim)
{
	return claim->settler != NULL && claim->settler->live;
}

static struct pmem2_claim *find_settled(struct pmem2_vm_reservation *rsv, uintptr_t start,
					uintptr_t end)
{
	struct pmem2_claim *claim = claim_of(pmem2_span_find(&rsv->claims, start, end));

	while (claim != NULL && (!is_settled(claim) || claim->content_end <= start))
		claim = claim_of(pmem2_span_next(&claim->span));
	return claim != NULL && claim->span.start < end ? claim : NULL;
}

struct pmem2_claim *pmem2_reservation_find(struct pmem2_vm_reservation *rsv, size_t offset,
					   size_t length)
{
	struct pmem2_claim *claim = NULL;
	size_t reach = length == 0 ? 1 : length;

	pmem2_lock();
	if (offset < rsv->size) {
		uintptr_t start = (uintptr_t)rsv->addr + offset;
		if (reach > rsv->size - offset)
			reach = rsv->size - offset;
		claim = find_settled(rsv, start, start + reach);
	}
	pmem2_unlock();
	return claim;
}

struct pmem2_claim *pmem2_reservation_next(struct pmem2_vm_reservation *rsv,
					   struct pmem2_claim *claim)
{
	pmem2_lock();
	do
		claim = claim_of(claim != NULL ? pmem2_span_next(&claim->span)
					       : pmem2_span_first(&rsv->claims));
	while (claim != NULL && !is_settled(claim));
	pmem2_unlock();
	return claim;
}

struct pmem2_claim *pmem2_reservation_prev(struct pmem2_vm_reservation *rsv,
					   struct pmem2_claim *claim)
{
	pmem2_lock();
	do
		claim = claim_of(claim != NULL ? pmem2_span_prev(&claim->span)
					       : pmem2_span_last(&rsv->claims));
	while (claim != NULL && !is_settled(claim));
	pmem2_unlock();
	return claim;
}
