/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The public API of libpmem2, in the order in which a program uses it:
 * source, config, reservation, map, flushing, copying, devices, errors.
 *
 * Errors. A function that returns int returns 0, a negative errno value in
 * [-4095, -1], or one of the PMEM2_E_ codes below; never a positive value.
 * Functions list the codes that their callers can do something about; -ENOMEM,
 * and other errno values of the system, may come from all that allocate or ask
 * the system. The manual pages list all.
 * Each failing call sets the calling thread's message (pmem2_errormsg).
 * Unless a function says otherwise, an object pointer that it would have
 * filled in is NULL after a failure, and any other output is untouched.
 *
 * Arguments. Passing NULL where an object is expected is undefined.
 *
 * Threads. Any number of threads may use one source or config that nobody
 * changes; setters and deletes need exclusive use of their object. The getters
 * of a map and the functions that they return may be called from any thread at
 * any time. Mapping into, deleting from and searching one reservation may run
 * concurrently; extending, shrinking and deleting a reservation must not run
 * at the same time as anything else on it. A map that a search returned is valid until
 * somebody deletes it. The error message belongs to the operating-system
 * thread.
 *
 * Signals. The flush, drain, persist, memmove, memcpy and memset functions of
 * the BYTE and CACHE_LINE granularities may be called from signal handlers;
 * nothing else here may.
 *
 * Fork. A child inherits all mappings and may use and delete them without
 * disturbing its parent, also when other threads of the parent were inside the
 * library at the time of the fork.
 */
#ifndef LIBPMEM2_BASE_H
#define LIBPMEM2_BASE_H 1

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Error codes; the numbers are part of the ABI. */
#define PMEM2_E_UNKNOWN (-100000)
#define PMEM2_E_NOSUPP (-100001)
#define PMEM2_E_FILE_HANDLE_NOT_SET (-100003)
#define PMEM2_E_INVALID_FILE_HANDLE (-100004)
#define PMEM2_E_INVALID_FILE_TYPE (-100005)
#define PMEM2_E_MAP_RANGE (-100006)
#define PMEM2_E_MAPPING_EXISTS (-100007)
#define PMEM2_E_GRANULARITY_NOT_SET (-100008)
#define PMEM2_E_GRANULARITY_NOT_SUPPORTED (-100009)
#define PMEM2_E_OFFSET_OUT_OF_RANGE (-100010)
#define PMEM2_E_OFFSET_UNALIGNED (-100011)
#define PMEM2_E_INVALID_ALIGNMENT_FORMAT (-100012)
#define PMEM2_E_INVALID_ALIGNMENT_VALUE (-100013)
#define PMEM2_E_INVALID_SIZE_FORMAT (-100014)
#define PMEM2_E_LENGTH_UNALIGNED (-100015)
#define PMEM2_E_MAPPING_NOT_FOUND (-100016)
#define PMEM2_E_BUFFER_TOO_SMALL (-100017)
#define PMEM2_E_SOURCE_EMPTY (-100018)
#define PMEM2_E_INVALID_SHARING_VALUE (-100019)
#define PMEM2_E_SRC_DEVDAX_PRIVATE (-100020)
#define PMEM2_E_INVALID_ADDRESS_REQUEST_TYPE (-100021)
#define PMEM2_E_ADDRESS_UNALIGNED (-100022)
#define PMEM2_E_ADDRESS_NULL (-100023)
#define PMEM2_E_DEEP_FLUSH_RANGE (-100024)
#define PMEM2_E_INVALID_REGION_FORMAT (-100025)
#define PMEM2_E_DAX_REGION_NOT_FOUND (-100026)
#define PMEM2_E_INVALID_DEV_FORMAT (-100027)
#define PMEM2_E_CANNOT_READ_BOUNDS (-100028)
#define PMEM2_E_NO_BAD_BLOCK_FOUND (-100029)
#define PMEM2_E_LENGTH_OUT_OF_RANGE (-100030)
#define PMEM2_E_INVALID_PROT_FLAG (-100031)
#define PMEM2_E_NO_ACCESS (-100032)
#define PMEM2_E_VM_RESERVATION_NOT_EMPTY (-100033)
#define PMEM2_E_MAP_EXISTS (-100034)
#define PMEM2_E_FILE_DESCRIPTOR_NOT_SET (-100035)
#define PMEM2_E_SOURCE_TYPE_NOT_SUPPORTED (-100036)
#define PMEM2_E_IO_FAIL (-100037)

/* ---- source: what to map ------------------------------------------------ */

struct pmem2_source;

/*
 * Create a source from a file descriptor of a regular file or of a device dax
 * node (/dev/daxX.Y). The descriptor is neither duplicated nor closed: keep it
 * open while the source is used. A mapping outlives both.
 *
 * INVALID_FILE_HANDLE: fd is negative, closed or write-only.
 * INVALID_FILE_TYPE: a directory, pipe, socket, block device or a character
 *                    device other than device dax.
 */
int pmem2_source_from_fd(struct pmem2_source **src, int fd);

/*
 * Create a source of `size` bytes of zeroed anonymous memory. The size is
 * judged when it is mapped.
 */
int pmem2_source_from_anon(struct pmem2_source **src, size_t size);

/*
 * Store the source's descriptor in `*fd`.
 *
 * FILE_DESCRIPTOR_NOT_SET: the source is anonymous.
 */
int pmem2_source_get_fd(const struct pmem2_source *src, int *fd);

/*
 * Store the source's current size in bytes: that of the file now, of the dax
 * device, or the size an anonymous source was created with.
 *
 * INVALID_FILE_HANDLE: the descriptor has been closed.
 * DAX_REGION_NOT_FOUND: the dax device is not described by the kernel.
 * INVALID_SIZE_FORMAT: the kernel's answer for the dax device is no number.
 */
int pmem2_source_size(const struct pmem2_source *src, size_t *size);

/*
 * Store the alignment in bytes that offsets and lengths of mappings need: the
 * page size, that of the huge pages of a file on hugetlbfs, or the alignment of
 * the dax device.
 *
 * DAX_REGION_NOT_FOUND: the dax device is not described by the kernel.
 * INVALID_ALIGNMENT_FORMAT, INVALID_ALIGNMENT_VALUE: the kernel's answer is no
 *             number, or no power of two.
 */
int pmem2_source_alignment(const struct pmem2_source *src, size_t *alignment);

/*
 * Free `*src` and set it to NULL; a pointer to NULL does nothing. Always 0.
 * The descriptor stays open.
 */
int pmem2_source_delete(struct pmem2_source **src);

/*
 * Read or write `size` bytes at `offset` of the source, in full or not at all
 * as far as the return value tells, surviving uncorrectable memory errors. A
 * write is durable on return for device dax; for files it is as durable as
 * pwrite(2). On a device dax source a process-wide SIGBUS handler is installed
 * at first use; it passes on every signal that is not the library's own. A
 * handler that the program installs later must call the earlier one, or media
 * errors reach it instead of being returned. The handler stays to the end, for
 * which the shared library is never unloaded; a plugin that has the archive
 * linked in must not be unloaded after such a call.
 *
 * IO_FAIL: the media reported an error; `buf`, or the range written, is in an
 *          unspecified state.
 * LENGTH_OUT_OF_RANGE: the range does not lie inside the source.
 * SOURCE_TYPE_NOT_SUPPORTED: the source is anonymous.
 * INVALID_FILE_HANDLE: the descriptor has been closed.
 * DAX_REGION_NOT_FOUND, INVALID_SIZE_FORMAT, INVALID_ALIGNMENT_FORMAT,
 *          INVALID_ALIGNMENT_VALUE: as pmem2_source_size and
 *          pmem2_source_alignment have them.
 * NOSUPP: a write to device dax on a CPU for which the library knows no way to
 *          write cache lines back.
 * -EBADF: a write through a descriptor open for reading only; on device dax -EACCES.
 * -EINVAL: a write through a descriptor opened with O_APPEND, which the kernel
 *          would place at the end of the file.
 */
int pmem2_source_pread_mcsafe(struct pmem2_source *src, void *buf, size_t size, size_t offset);
int pmem2_source_pwrite_mcsafe(struct pmem2_source *src, void *buf, size_t size, size_t offset);

/* ---- reservation: where to map ------------------------------------------ */

struct pmem2_map;
struct pmem2_vm_reservation;

/* The reserved range's first address, and its length in bytes. */
void *pmem2_vm_reservation_get_address(struct pmem2_vm_reservation *rsv);
size_t pmem2_vm_reservation_get_size(struct pmem2_vm_reservation *rsv);

/*
 * Reserve `size` bytes of inaccessible address space, at `addr` exactly or,
 * when `addr` is NULL, wherever there is room. Both are multiples of the page
 * size.
 *
 * ADDRESS_UNALIGNED, LENGTH_UNALIGNED: not multiples of the page size.
 * LENGTH_OUT_OF_RANGE: `size` is 0.
 * MAPPING_EXISTS: something is mapped in the range at `addr`.
 */
int pmem2_vm_reservation_new(struct pmem2_vm_reservation **rsv_ptr, void *addr, size_t size);

/*
 * Return the address space, free `*rsv_ptr` and set it to NULL. Places that the
 * reservation has lost (see pmem2_map_delete) stay as they are.
 *
 * VM_RESERVATION_NOT_EMPTY: a map lies inside; nothing was changed.
 */
int pmem2_vm_reservation_delete(struct pmem2_vm_reservation **rsv_ptr);

/*
 * Grow the reservation by `size` bytes at its end, in place.
 *
 * LENGTH_UNALIGNED: `size` is not a multiple of the page size.
 * MAPPING_EXISTS: the address space behind the reservation is in use.
 */
int pmem2_vm_reservation_extend(struct pmem2_vm_reservation *rsv, size_t size);

/*
 * Give back `size` bytes at `offset`, which must be the reservation's head or
 * tail, and not all of it. After dropping the head the address moves up, and
 * offsets count from the new start.
 *
 * OFFSET_UNALIGNED, LENGTH_UNALIGNED: not multiples of the page size.
 * OFFSET_OUT_OF_RANGE, LENGTH_OUT_OF_RANGE: not inside the reservation, or
 *              `size` is 0.
 * NOSUPP: the middle, or the whole.
 * VM_RESERVATION_NOT_EMPTY: a map, or a place that the reservation has lost,
 *              lies in the range.
 */
int pmem2_vm_reservation_shrink(struct pmem2_vm_reservation *rsv, size_t offset, size_t size);

/*
 * Find the map with the lowest address that intersects `len` bytes at
 * `reserv_offset`; a `len` of 0 asks for the map that holds that one byte.
 *
 * MAPPING_NOT_FOUND: there is none; `*map` is NULL.
 */
int pmem2_vm_reservation_map_find(struct pmem2_vm_reservation *rsv, size_t reserv_offset,
				  size_t len, struct pmem2_map **map);

/*
 * The neighbours by address of `map`, which lies in `rsv`; the first and the
 * last map of `rsv`.
 *
 * MAPPING_NOT_FOUND: there is none; the output is NULL.
 */
int pmem2_vm_reservation_map_find_prev(struct pmem2_vm_reservation *rsv, struct pmem2_map *map,
				       struct pmem2_map **prev_map);
int pmem2_vm_reservation_map_find_next(struct pmem2_vm_reservation *rsv, struct pmem2_map *map,
				       struct pmem2_map **next_map);
int pmem2_vm_reservation_map_find_first(struct pmem2_vm_reservation *rsv, struct pmem2_map **map);
int pmem2_vm_reservation_map_find_last(struct pmem2_vm_reservation *rsv, struct pmem2_map **map);

/* ---- config: how to map ------------------------------------------------- */

struct pmem2_config;

/*
 * Create a config: offset 0, length 0 (to the end of the source), shared,
 * readable and writable, in no reservation. The required granularity must be
 * set before mapping. One config may serve any number of mappings.
 */
int pmem2_config_new(struct pmem2_config **cfg);

/* Free `*cfg` and set it to NULL; a pointer to NULL does nothing. Always 0. */
int pmem2_config_delete(struct pmem2_config **cfg);

/*
 * The unit in which a store becomes durable, from the strongest promise to the
 * weakest.
 *
 * BYTE: a store is durable once it is visible to other threads (CPU caches lie
 *       inside the power-fail protected domain, or the memory is private).
 * CACHE_LINE: a store is durable once its cache lines are written back.
 * PAGE: a store is durable once its pages are synchronised with msync(2).
 */
enum pmem2_granularity {
	PMEM2_GRANULARITY_BYTE,
	PMEM2_GRANULARITY_CACHE_LINE,
	PMEM2_GRANULARITY_PAGE
};

/*
 * Set the weakest granularity that the program can work with.
 *
 * GRANULARITY_NOT_SUPPORTED: `g` is none of the three; nothing was changed.
 */
int pmem2_config_set_required_store_granularity(struct pmem2_config *cfg, enum pmem2_granularity g);

/*
 * Set the offset in bytes into the source; its alignment is checked when
 * mapping. Anonymous sources ignore it.
 *
 * OFFSET_OUT_OF_RANGE: above INT64_MAX; nothing was changed.
 */
int pmem2_config_set_offset(struct pmem2_config *cfg, size_t offset);

/* Set the length in bytes; 0 reaches to the end of the source. Always 0. */
int pmem2_config_set_length(struct pmem2_config *cfg, size_t length);

enum pmem2_sharing_type {
	PMEM2_SHARED, /* stores reach the source */
	PMEM2_PRIVATE /* stores stay in this process; granularity BYTE */
};

/* INVALID_SHARING_VALUE: neither of the two; nothing was changed. */
int pmem2_config_set_sharing(struct pmem2_config *cfg, enum pmem2_sharing_type type);

#define PMEM2_PROT_EXEC (1U << 29)
#define PMEM2_PROT_READ (1U << 30)
#define PMEM2_PROT_WRITE (1U << 31)
#define PMEM2_PROT_NONE 0

/* INVALID_PROT_FLAG: a bit other than the three is set; nothing was changed. */
int pmem2_config_set_protection(struct pmem2_config *cfg, unsigned prot);

/*
 * Map at `offset` bytes into `rsv`, or, when `rsv` is NULL, at an address of
 * the library's choice again. The reservation must outlive the mapping.
 * Always 0; the range is checked when mapping.
 */
int pmem2_config_set_vm_reservation(struct pmem2_config *cfg, struct pmem2_vm_reservation *rsv,
				    size_t offset);

/* ---- map ---------------------------------------------------------------- */

/*
 * Describe memory that the caller has mapped, so that the functions below can
 * be used on it. Nothing about `addr`, `len` and `gran` is verified against
 * `src`. Deleting the map leaves the memory mapped. After a failure `*map` is
 * untouched.
 *
 * MAP_EXISTS: the range overlaps a live map.
 * MAP_RANGE: the range reaches beyond the address space.
 * GRANULARITY_NOT_SUPPORTED: `gran` is none of the three.
 */
int pmem2_map_from_existing(struct pmem2_map **map, const struct pmem2_source *src, void *addr,
			    size_t len, enum pmem2_granularity gran);

/*
 * Map `src` as `cfg` asks. `src` and `cfg` may be deleted, and the descriptor
 * closed, once this returns. After a failure `*map_ptr` is NULL and nothing
 * stays mapped; a range inside a reservation is reserved as before.
 *
 * The address is a multiple of 2 MiB (of 1 GiB for contents of 2 GiB and more)
 * unless a reservation fixes it. The environment variable
 * PMEM2_FORCE_GRANULARITY (BYTE, CACHE_LINE, PAGE) overrides the granularity of
 * shared mappings of files and devices. BYTE and CACHE_LINE are not obeyed on a
 * CPU for which the library knows no way to write cache lines back.
 *
 * GRANULARITY_NOT_SET: the config lacks the required granularity.
 * GRANULARITY_NOT_SUPPORTED: the mapping would be weaker than required.
 * OFFSET_UNALIGNED, LENGTH_UNALIGNED: not multiples of the source alignment.
 * SRC_DEVDAX_PRIVATE: a private mapping of device dax.
 * SOURCE_EMPTY: the source has no bytes.
 * MAP_RANGE: offset and length do not lie inside the source.
 * LENGTH_OUT_OF_RANGE, MAPPING_EXISTS, ADDRESS_UNALIGNED: the place in the
 *             reservation is too small, in use, or not aligned as device dax
 *             needs.
 * NO_ACCESS: the descriptor does not allow the protection.
 * INVALID_FILE_HANDLE: the descriptor has been closed.
 * DAX_REGION_NOT_FOUND, INVALID_SIZE_FORMAT, INVALID_ALIGNMENT_FORMAT,
 *             INVALID_ALIGNMENT_VALUE: as pmem2_source_size and
 *             pmem2_source_alignment have them.
 * NOSUPP: the system does not support such a mapping (ENOTSUP).
 * -ENODEV: the file system does not support mapping.
 */
int pmem2_map_new(struct pmem2_map **map_ptr, const struct pmem2_config *cfg,
		  const struct pmem2_source *src);

/*
 * Unmap, free `*map_ptr` and set it to NULL. A range inside a reservation
 * becomes reserved again. After a failure the map is as it was, but for
 * MAPPING_EXISTS.
 *
 * A map whose memory somebody else has unmapped is dead once another map or
 * reservation of this library has taken part of its place: no search finds it,
 * and deleting it unmaps nothing. Inside a reservation its place is lost then:
 * it is neither mapped nor unmapped again.
 *
 * -ENOMEM: the system lacks the memory to split what it keeps of the address
 *          space.
 * MAPPING_EXISTS: the memory is unmapped, but other memory has appeared in the
 *          range inside the reservation meanwhile. The map is dead, and is
 *          to be deleted again.
 */
int pmem2_map_delete(struct pmem2_map **map_ptr);

/* First address, length in bytes as asked for, and granularity of a map. */
void *pmem2_map_get_address(struct pmem2_map *map);
size_t pmem2_map_get_size(struct pmem2_map *map);
enum pmem2_granularity pmem2_map_get_store_granularity(struct pmem2_map *map);

/* ---- flushing ----------------------------------------------------------- */

/*
 * Make the stores to [ptr, ptr + size) durable: persist = flush, then drain.
 * Between flush and drain other stores and flushes may be placed.
 *
 * At PAGE granularity flush and persist are the same function and drain does
 * nothing; pages outside every live map are skipped; when the operating system
 * cannot write a page back, the program is stopped with a message, because the
 * caller could not be told. errno is preserved.
 */
typedef void (*pmem2_persist_fn)(const void *ptr, size_t size);
typedef void (*pmem2_flush_fn)(const void *ptr, size_t size);
typedef void (*pmem2_drain_fn)(void);

/*
 * The fastest functions of this CPU for the granularity of `map`. They are the same for
 * all maps of one granularity, never NULL, and stay valid when the map is
 * deleted.
 */
pmem2_persist_fn pmem2_get_persist_fn(struct pmem2_map *map);
pmem2_flush_fn pmem2_get_flush_fn(struct pmem2_map *map);
pmem2_drain_fn pmem2_get_drain_fn(struct pmem2_map *map);

/*
 * Flags for copying and filling. NODRAIN: the caller drains later. NOFLUSH:
 * the caller flushes and drains later. NONTEMPORAL or WC: bypass the cache.
 * TEMPORAL or WB: leave the data in the cache. Hints beyond what they promise
 * are not binding.
 */
#define PMEM2_F_MEM_NODRAIN (1U << 0)
#define PMEM2_F_MEM_NONTEMPORAL (1U << 1)
#define PMEM2_F_MEM_TEMPORAL (1U << 2)
#define PMEM2_F_MEM_WC (1U << 3)
#define PMEM2_F_MEM_WB (1U << 4)
#define PMEM2_F_MEM_NOFLUSH (1U << 5)
#define PMEM2_F_MEM_VALID_FLAGS                                                                    \
	(PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NONTEMPORAL | PMEM2_F_MEM_TEMPORAL | PMEM2_F_MEM_WC |   \
	 PMEM2_F_MEM_WB | PMEM2_F_MEM_NOFLUSH)

/*
 * Copy `len` bytes (the ranges may overlap), or fill with the low byte of `c`.
 * With no flag the bytes are durable on return. When `pmemdest` and `len` are
 * multiples of 8, each aligned 8-byte word is stored whole. Returns `pmemdest`.
 * Copying a range onto itself flushes it.
 */
typedef void *(*pmem2_memmove_fn)(void *pmemdest, const void *src, size_t len, unsigned flags);
typedef void *(*pmem2_memcpy_fn)(void *pmemdest, const void *src, size_t len, unsigned flags);
typedef void *(*pmem2_memset_fn)(void *pmemdest, int c, size_t len, unsigned flags);

pmem2_memmove_fn pmem2_get_memmove_fn(struct pmem2_map *map);
pmem2_memcpy_fn pmem2_get_memcpy_fn(struct pmem2_map *map);
pmem2_memset_fn pmem2_get_memset_fn(struct pmem2_map *map);

/* ---- RAS: flushing deeper, device identity, bad blocks ------------------ */

/*
 * Flush [ptr, ptr + size) of `map` past the power-fail protected domain, so
 * that it survives the failure of that protection. On a private mapping there
 * is nothing to flush, and 0 is returned.
 *
 * DEEP_FLUSH_RANGE: the range does not lie inside the map.
 * DAX_REGION_NOT_FOUND: the device has no known region.
 * NOSUPP: the map is anonymous, or the region offers no deep flush.
 * A negative errno: it was not done; on device dax usually only root may have it done.
 */
int pmem2_deep_flush(struct pmem2_map *map, void *ptr, size_t size);

/*
 * The identity of the device behind a source: the ids of its DIMMs in region
 * order, one string; of a volume over several regions, each DIMM once. With `id`
 * NULL, stores the bytes needed (with the final NUL) in `*len`; else `*len` is the
 * capacity of `id`.
 *
 * BUFFER_TOO_SMALL: `*len` is too small; `id` is untouched.
 * NOSUPP: the source is anonymous or on no region, the region has no DIMM or one
 *         without an id, or this machine lacks libndctl or libdaxctl.
 */
int pmem2_source_device_id(const struct pmem2_source *src, char *id, size_t *len);

/*
 * The sum of the unsafe-shutdown counts of the DIMMs behind a source; of a volume over
 * several regions, each DIMM once.
 *
 * NOSUPP: the source is anonymous or on no region, the region has no DIMM or one
 *         that keeps no count, or this machine lacks libndctl or libdaxctl.
 */
int pmem2_source_device_usc(const struct pmem2_source *src, uint64_t *usc);

/*
 * The NUMA node of the region behind a source, -1 when it belongs to none. A file on
 * a volume over several regions: their common node, -1 when they have none.
 *
 * DAX_REGION_NOT_FOUND: no region is behind the source.
 * NOSUPP: the source is anonymous.
 */
int pmem2_source_numa_node(const struct pmem2_source *src, int *numa_node);

struct pmem2_badblock_context;

/* A range of the file or device, in bytes. */
struct pmem2_badblock {
	size_t offset;
	size_t length;
};

/*
 * Collect the bad blocks of a source that the kernel knows now. The descriptor
 * must stay open until the context is deleted. A source on no NVDIMM that sysfs
 * tells of has none.
 *
 * CANNOT_READ_BOUNDS: where the device lies is kept from this user, usually from all but
 *         root: of device dax always, of a sector-mode namespace (BTT) if anything in its
 *         region is bad.
 * NOSUPP: the source is anonymous, or on its file system's realtime device; or it is on a
 *         device-mapper volume or a BTT, and something beneath that is bad; or there is no
 *         libndctl or libdaxctl on this machine.
 * A negative errno: sysfs, the extents of the file or the kernel's list cannot be read.
 */
int pmem2_badblock_context_new(struct pmem2_badblock_context **bbctx,
			       const struct pmem2_source *src);

/*
 * The next bad block: of a file in whole blocks of its file system and by ascending
 * offset, of device dax in multiples of 512 bytes.
 *
 * NO_BAD_BLOCK_FOUND: there is no further one; `*bb` is untouched.
 */
int pmem2_badblock_next(struct pmem2_badblock_context *bbctx, struct pmem2_badblock *bb);

/* Free `*bbctx` and set it to NULL; a pointer to NULL does nothing. */
void pmem2_badblock_context_delete(struct pmem2_badblock_context **bbctx);

/*
 * Replace a range by zeros on good media, whether it was bad or not. The
 * contents are lost. A file needs a writable descriptor and keeps its size;
 * what the range has beyond the end of the file is passed over.
 *
 * A block of a file system that is bad in part is cleared whole. It is healed by
 * writing (Linux 6.0 and later; not through a descriptor with O_APPEND); failing that, the
 * NVDIMMs are told to clear it, which takes root; failing that, the file gets another block.
 * What other files have of the same bad range stays as it is.
 *
 * OFFSET_OUT_OF_RANGE, LENGTH_OUT_OF_RANGE: above INT64_MAX, or past the end of device dax.
 * NOSUPP: device dax on no NVDIMM region, or on a region whose NVDIMMs cannot be asked.
 * CANNOT_READ_BOUNDS: where the device dax lies is kept from this user; root may know.
 * -EBADF: the descriptor is open for reading only.
 * -EINVAL: a length of 0.
 * -EIO: the sectors that the message names, of the device beneath, stay bad. The file has good
 *         blocks in their place, unless it was given some that are bad too.
 * -ENXIO: the NVDIMMs did not clear all of a range of device dax.
 * IO_FAIL: the NVDIMMs cleared it, and storing the zeros met a bad block again.
 * DAX_REGION_NOT_FOUND, INVALID_SIZE_FORMAT, INVALID_ALIGNMENT_FORMAT,
 *         INVALID_ALIGNMENT_VALUE: as pmem2_source_size and pmem2_source_alignment have them.
 */
int pmem2_badblock_clear(struct pmem2_badblock_context *bbctx, const struct pmem2_badblock *bb);

/* ---- errors ------------------------------------------------------------- */

/*
 * The text of the calling thread's last failure; empty when it had none, never
 * NULL. The pointer is the same for a thread's whole life and its text lasts
 * until the next failure.
 */
const char *pmem2_errormsg(void);

/*
 * The errno value that comes closest to a return value of this library: 0 for
 * 0, the errno of a negative errno, ENOTSUP for NOSUPP, EINVAL otherwise.
 */
int pmem2_err_to_errno(int err);

/* Print the formatted text, ": ", the last message and a newline on stderr. */
#if defined(__GNUC__)
void pmem2_perror(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
#else
void pmem2_perror(const char *format, ...);
#endif

#ifdef __cplusplus
}
#endif

#endif
