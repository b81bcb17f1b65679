/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "libpmem2/ext.h"
#include "support.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define PAGE ((size_t)sysconf(_SC_PAGESIZE))

static struct pmem2_config *cfg;

static void create(void)
{
	assert_success(pmem2_config_new(&cfg));
}

static void discard(void)
{
	assert_success(pmem2_config_delete(&cfg));
}

/* A config whose every field differs from the defaults, to notice what a failing setter changes. */
static void fill(void)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->offset = 1;
	cfg->length = 2;
	cfg->sharing = PMEM2_PRIVATE;
	cfg->prot = PMEM2_PROT_EXEC;
	cfg->has_granularity = true;
	cfg->granularity = PMEM2_GRANULARITY_CACHE_LINE;
	cfg->reservation_offset = 3;
}

#define assert_refused(call, code, text)                                                           \
	do {                                                                                       \
		struct pmem2_config before;                                                        \
		fill();                                                                            \
		before = *cfg;                                                                     \
		assert_failure(call, code, text);                                                  \
		ck_assert_mem_eq(cfg, &before, sizeof(before));                                    \
	} while (0)

/* ---- creation and deletion ---------------------------------------------- */

START_TEST(new_config_maps_all_of_the_source_shared_and_writable)
{
	ck_assert_uint_eq(cfg->offset, 0);
	ck_assert_uint_eq(cfg->length, 0);
	ck_assert_int_eq(cfg->sharing, PMEM2_SHARED);
	ck_assert_uint_eq(cfg->prot, PMEM2_PROT_READ | PMEM2_PROT_WRITE);
	ck_assert_ptr_null(cfg->reservation);
}
END_TEST

START_TEST(new_config_requires_a_granularity_to_be_set)
{
	ck_assert(!cfg->has_granularity);
}
END_TEST

START_TEST(delete_sets_the_pointer_to_null)
{
	struct pmem2_config *doomed = NULL;

	assert_success(pmem2_config_new(&doomed));
	ck_assert_ptr_nonnull(doomed);
	assert_success(pmem2_config_delete(&doomed));
	ck_assert_ptr_null(doomed);
}
END_TEST

START_TEST(deleting_null_does_nothing)
{
	struct pmem2_config *none = NULL;

	assert_success(pmem2_config_delete(&none));
	ck_assert_ptr_null(none);
}
END_TEST

/* ---- granularity --------------------------------------------------------- */

START_TEST(constants_are_those_of_the_abi)
{
	ck_assert_int_eq(PMEM2_GRANULARITY_BYTE, 0);
	ck_assert_int_eq(PMEM2_GRANULARITY_CACHE_LINE, 1);
	ck_assert_int_eq(PMEM2_GRANULARITY_PAGE, 2);
	ck_assert_int_eq(PMEM2_SHARED, 0);
	ck_assert_int_eq(PMEM2_PRIVATE, 1);
	ck_assert_uint_eq(PMEM2_PROT_NONE, 0);
	ck_assert_uint_eq(PMEM2_PROT_EXEC, 0x20000000);
	ck_assert_uint_eq(PMEM2_PROT_READ, 0x40000000);
	ck_assert_uint_eq(PMEM2_PROT_WRITE, 0x80000000);
}
END_TEST

START_TEST(flags_of_copies_are_those_of_the_abi)
{
	ck_assert_uint_eq(PMEM2_F_MEM_NODRAIN, 0x01);
	ck_assert_uint_eq(PMEM2_F_MEM_NONTEMPORAL, 0x02);
	ck_assert_uint_eq(PMEM2_F_MEM_TEMPORAL, 0x04);
	ck_assert_uint_eq(PMEM2_F_MEM_WC, 0x08);
	ck_assert_uint_eq(PMEM2_F_MEM_WB, 0x10);
	ck_assert_uint_eq(PMEM2_F_MEM_NOFLUSH, 0x20);
	ck_assert_uint_eq(PMEM2_F_MEM_VALID_FLAGS, 0x3f);
}
END_TEST

START_TEST(bad_block_is_laid_out_as_in_the_abi)
{
	ck_assert_uint_eq(sizeof(struct pmem2_badblock), 2 * sizeof(size_t));
	ck_assert_uint_eq(offsetof(struct pmem2_badblock, offset), 0);
	ck_assert_uint_eq(offsetof(struct pmem2_badblock, length), sizeof(size_t));
}
END_TEST

START_TEST(each_granularity_is_accepted)
{
	assert_success(
		pmem2_config_set_required_store_granularity(cfg, (enum pmem2_granularity)_i));
	ck_assert_int_eq(cfg->granularity, _i);
	ck_assert(cfg->has_granularity);
	ck_assert(!cfg->has_forced);
}
END_TEST

START_TEST(each_granularity_can_be_forced)
{
	assert_success(pmem2_config_set_forced_granularity(cfg, (enum pmem2_granularity)_i));
	ck_assert_int_eq(cfg->forced, _i);
	ck_assert(cfg->has_forced);
	ck_assert(!cfg->has_granularity);
}
END_TEST

static const struct {
	int value;
	const char *text;
} odd_granularities[] = {
	{-1, "granularity -1 is none of BYTE (0), CACHE_LINE (1), PAGE (2)"},
	{3, "granularity 3 is none of"},
	{9, "granularity 9 is none of"},
	{INT_MAX, "granularity 2147483647 is none of"},
};

START_TEST(unknown_granularity_is_refused_and_changes_nothing)
{
	enum pmem2_granularity odd = (enum pmem2_granularity)odd_granularities[_i].value;

	assert_refused(pmem2_config_set_required_store_granularity(cfg, odd),
		       PMEM2_E_GRANULARITY_NOT_SUPPORTED, odd_granularities[_i].text);
	assert_refused(pmem2_config_set_forced_granularity(cfg, odd),
		       PMEM2_E_GRANULARITY_NOT_SUPPORTED, odd_granularities[_i].text);
}
END_TEST

/* ---- offset and length --------------------------------------------------- */

static const size_t good_offsets[] = {0, 1, 4095, 4096, INT64_MAX};

START_TEST(any_offset_up_to_the_largest_of_files_is_accepted)
{
	assert_success(pmem2_config_set_offset(cfg, good_offsets[_i]));
	ck_assert_uint_eq(cfg->offset, good_offsets[_i]);
}
END_TEST

static const struct {
	size_t value;
	const char *text;
} odd_offsets[] = {
	{(size_t)INT64_MAX + 1, "offset 9223372036854775808 is above the largest file offset "
				"9223372036854775807"},
	{SIZE_MAX, "offset 18446744073709551615 is above"},
};

START_TEST(offset_above_the_largest_of_files_is_refused_and_changes_nothing)
{
	assert_refused(pmem2_config_set_offset(cfg, odd_offsets[_i].value),
		       PMEM2_E_OFFSET_OUT_OF_RANGE, odd_offsets[_i].text);
}
END_TEST

static const size_t lengths[] = {0, 1, 4096, INT64_MAX, (size_t)INT64_MAX + 1, SIZE_MAX};

START_TEST(any_length_is_accepted)
{
	assert_success(pmem2_config_set_length(cfg, 5));
	assert_success(pmem2_config_set_length(cfg, lengths[_i]));
	ck_assert_uint_eq(cfg->length, lengths[_i]);
}
END_TEST

/* ---- sharing and protection ----------------------------------------------- */

START_TEST(each_sharing_is_accepted)
{
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_PRIVATE));
	ck_assert_int_eq(cfg->sharing, PMEM2_PRIVATE);
	assert_success(pmem2_config_set_sharing(cfg, PMEM2_SHARED));
	ck_assert_int_eq(cfg->sharing, PMEM2_SHARED);
}
END_TEST

static const struct {
	int value;
	const char *text;
} odd_sharings[] = {
	{-1, "sharing -1 is neither SHARED (0) nor PRIVATE (1)"},
	{2, "sharing 2 is neither"},
	{INT_MIN, "sharing -2147483648 is neither"},
};

START_TEST(unknown_sharing_is_refused_and_changes_nothing)
{
	enum pmem2_sharing_type odd = (enum pmem2_sharing_type)odd_sharings[_i].value;

	assert_refused(pmem2_config_set_sharing(cfg, odd), PMEM2_E_INVALID_SHARING_VALUE,
		       odd_sharings[_i].text);
}
END_TEST

/* The three flags are the three highest bits. */
START_TEST(every_combination_of_protections_is_accepted)
{
	unsigned prot = (unsigned)_i << 29;

	assert_success(pmem2_config_set_protection(cfg, prot));
	ck_assert_uint_eq(cfg->prot, prot);
}
END_TEST

START_TEST(protection_with_any_other_bit_is_refused_and_changes_nothing)
{
	assert_refused(pmem2_config_set_protection(cfg, 1U << _i), PMEM2_E_INVALID_PROT_FLAG,
		       "that are no PMEM2_PROT_ flag");
	assert_refused(pmem2_config_set_protection(cfg, PMEM2_PROT_READ | 1U << _i),
		       PMEM2_E_INVALID_PROT_FLAG, "that are no PMEM2_PROT_ flag");
}
END_TEST

START_TEST(message_shows_the_protection_and_its_unknown_bits)
{
	assert_failure(pmem2_config_set_protection(cfg, PMEM2_PROT_READ | 5),
		       PMEM2_E_INVALID_PROT_FLAG,
		       "config: protection 0x40000005 has bits 0x5 that");
}
END_TEST

/* ---- reservation ----------------------------------------------------------- */

START_TEST(null_reservation_cancels_the_one_set_before)
{
	struct pmem2_vm_reservation *rsv = NULL;
	struct pmem2_source *src = NULL;
	struct pmem2_map *map = NULL;

	assert_success(pmem2_vm_reservation_new(&rsv, NULL, PAGE));
	assert_success(pmem2_source_from_anon(&src, PAGE));
	assert_success(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE));
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, 0));
	assert_success(pmem2_config_set_vm_reservation(cfg, NULL, 0));
	assert_success(pmem2_map_new(&map, cfg, src));
	ck_assert_ptr_ne(pmem2_map_get_address(map), pmem2_vm_reservation_get_address(rsv));
	assert_success(pmem2_vm_reservation_delete(&rsv));
	assert_success(pmem2_map_delete(&map));
	pmem2_source_delete(&src);
}
END_TEST

static const size_t places[] = {0, 1, 4096, SIZE_MAX};

START_TEST(place_in_a_reservation_is_not_judged_yet)
{
	struct pmem2_vm_reservation *rsv = NULL;

	assert_success(pmem2_vm_reservation_new(&rsv, NULL, PAGE));
	assert_success(pmem2_config_set_vm_reservation(cfg, rsv, places[_i]));
	ck_assert_ptr_eq(cfg->reservation, rsv);
	ck_assert_uint_eq(cfg->reservation_offset, places[_i]);
	assert_success(pmem2_vm_reservation_delete(&rsv));
}
END_TEST

/* ---- use -------------------------------------------------------------------- */

START_TEST(one_config_serves_several_maps_and_sources)
{
	struct pmem2_source *file = pmem2_test_source(pmem2_test_file(PAGE));
	struct pmem2_source *anon = NULL;
	struct pmem2_map *maps[3] = {NULL, NULL, NULL};

	assert_success(pmem2_source_from_anon(&anon, 2 * PAGE));
	assert_success(pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE));
	assert_success(pmem2_map_new(&maps[0], cfg, file));
	assert_success(pmem2_map_new(&maps[1], cfg, file));
	assert_success(pmem2_map_new(&maps[2], cfg, anon));
	ck_assert_uint_eq(pmem2_map_get_size(maps[0]), PAGE);
	ck_assert_uint_eq(pmem2_map_get_size(maps[1]), PAGE);
	ck_assert_uint_eq(pmem2_map_get_size(maps[2]), 2 * PAGE);
	for (int i = 0; i < COUNT(maps); i++)
		assert_success(pmem2_map_delete(&maps[i]));
	pmem2_source_delete(&anon);
	pmem2_source_delete(&file);
}
END_TEST

/* ---- the suite ---------------------------------------------------------------- */

static void add_setters(TCase *tcase)
{
	tcase_add_loop_test(tcase, each_granularity_can_be_forced, PMEM2_GRANULARITY_BYTE,
			    PMEM2_GRANULARITY_PAGE + 1);
	tcase_add_loop_test(tcase, each_granularity_is_accepted, PMEM2_GRANULARITY_BYTE,
			    PMEM2_GRANULARITY_PAGE + 1);
	tcase_add_loop_test(tcase, unknown_granularity_is_refused_and_changes_nothing, 0,
			    COUNT(odd_granularities));
	tcase_add_loop_test(tcase, any_offset_up_to_the_largest_of_files_is_accepted, 0,
			    COUNT(good_offsets));
	tcase_add_loop_test(tcase, offset_above_the_largest_of_files_is_refused_and_changes_nothing,
			    0, COUNT(odd_offsets));
	tcase_add_loop_test(tcase, any_length_is_accepted, 0, COUNT(lengths));
	tcase_add_test(tcase, each_sharing_is_accepted);
	tcase_add_loop_test(tcase, unknown_sharing_is_refused_and_changes_nothing, 0,
			    COUNT(odd_sharings));
	tcase_add_loop_test(tcase, every_combination_of_protections_is_accepted, 0, 8);
	tcase_add_loop_test(tcase, protection_with_any_other_bit_is_refused_and_changes_nothing, 0,
			    29);
	tcase_add_test(tcase, message_shows_the_protection_and_its_unknown_bits);
	tcase_add_test(tcase, null_reservation_cancels_the_one_set_before);
	tcase_add_loop_test(tcase, place_in_a_reservation_is_not_judged_yet, 0, COUNT(places));
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("config");

	tcase_add_checked_fixture(tcase, create, discard);
	tcase_add_test(tcase, new_config_maps_all_of_the_source_shared_and_writable);
	tcase_add_test(tcase, new_config_requires_a_granularity_to_be_set);
	tcase_add_test(tcase, delete_sets_the_pointer_to_null);
	tcase_add_test(tcase, deleting_null_does_nothing);
	tcase_add_test(tcase, constants_are_those_of_the_abi);
	tcase_add_test(tcase, flags_of_copies_are_those_of_the_abi);
	tcase_add_test(tcase, bad_block_is_laid_out_as_in_the_abi);
	add_setters(tcase);
	tcase_add_test(tcase, one_config_serves_several_maps_and_sources);
	suite_add_tcase(suite, tcase);
	return suite;
}
