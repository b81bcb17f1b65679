/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each call that an operation makes is made to fail in turn, the nth in the nth
 * run of the test, every time in a process of its own.
 */
#include <errno.h>
#include <string.h>

#include "fake_sysfs.h"
#include "faults.h"
#include "operations.h"
#include "support.h"

/* No function gives it a meaning of its own. */
#define ERROR EMFILE

struct footprint {
	size_t allocations;
	size_t descriptors;
	size_t bytes;
};

static struct footprint measure(void)
{
	/* The descriptors first: only looking at them makes the C library allocate. */
	return (struct footprint){
		.descriptors = pmem2_test_open_descriptors(),
		.bytes = pmem2_test_under_valgrind() ? 0 : pmem2_test_mapped_bytes(),
		.allocations = faults_live_allocations(),
	};
}

static void assert_footprint(const char *name, const char *when, struct footprint before)
{
	struct footprint now = measure();

	ck_assert_msg(now.allocations == before.allocations, "%s: %zu allocations, %zu %s", name,
		      before.allocations, now.allocations, when);
	ck_assert_msg(now.descriptors == before.descriptors, "%s: %zu descriptors, %zu %s", name,
		      before.descriptors, now.descriptors, when);
	ck_assert_msg(pmem2_test_under_valgrind() ||
			      now.bytes - faults_refused_bytes() == before.bytes,
		      "%s: %zu bytes mapped, %zu %s", name, before.bytes, now.bytes, when);
}

static int expected_result(const struct operation *op, const char *victim, unsigned nth)
{
	for (const struct exception *e = op->exceptions; e->victim != NULL; e++)
		if (strcmp(e->victim, victim) == 0 && nth >= e->from && nth <= e->to)
			return e->result;
	return strcmp(victim, "malloc") == 0 || strcmp(victim, "calloc") == 0 ? -ENOMEM : -ERROR;
}

static void check_failure(const struct operation *op, struct world *world, const char *victim)
{
	pmem2_test_check_message(op->name, "");
	ck_assert_msg(op->kept == NULL || op->kept(world), "%s: promises broken when %s fails",
		      op->name, victim);
}

static void check_success(const struct operation *op, const struct world *world, const char *victim)
{
	ck_assert_msg(op->achieved == NULL || op->achieved(world),
		      "%s: returned 0, but has not done it (%s failed)", op->name, victim);
}

static void act_again(const struct operation *op, struct world *world)
{
	int ret = op->act(world);

	ck_assert_msg(ret == op->result, "%s: %d (%s) when repeated", op->name, ret,
		      pmem2_errormsg());
}

/* The operation has returned `ret` because `victim` failed, which must have left no trace. */
static void finish(const struct operation *op, struct world *world, const char *victim, int ret,
		   struct footprint before)
{
	if (victim == NULL)
		victim = "no call";
	if (ret == -ERROR) /* munmap or not: the object is still there */
		faults_forget_refused();
	if (ret != 0) {
		check_failure(op, world, victim);
		assert_footprint(op->name, victim, before);
		faults_release_refused();
		act_again(op, world);
	}
	if (op->result == 0)
		check_success(op, world, victim);
}

static void walk(const struct operation *op, unsigned nth)
{
	struct footprint start = measure();
	struct footprint before;
	struct world world;
	const char *victim;
	int ret, wanted;

	op->prepare(&world);
	before = measure();
	pmem2_test_spoil_message();
	faults_arm(nth, NULL, ERROR);
	ret = op->act(&world);
	victim = faults_disarm();
	ck_assert_msg(nth <= op->calls || victim == NULL, "%s: makes %u calls or more", op->name,
		      nth);
	wanted = victim != NULL ? expected_result(op, victim, nth) : op->result;
	ck_assert_msg(ret == wanted, "%s: %d (%s) instead of %d when call %u, %s, fails", op->name,
		      ret, pmem2_errormsg(), wanted, nth, victim != NULL ? victim : "none");
	finish(op, &world, victim, ret, before);
	world_tear_down(&world);
	assert_footprint(op->name, "after the end", start);
	faults_release_refused();
}

START_TEST(each_failing_call_is_reported_and_leaves_nothing_behind)
{
	unsigned nth = (unsigned)_i;
	const struct operation *op = operations;

	while (nth > op->calls) {
		nth -= op->calls + 1;
		op++;
	}
	walk(op, nth + 1);
}
END_TEST

static const struct operation *operation_named(const char *name)
{
	for (size_t i = 0; i < operations_count; i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	ck_abort_msg("no operation is named %s", name);
}

START_TEST(errno_values_with_a_meaning_are_told_as_their_codes)
{
	const struct operation *op = operation_named(meanings[_i].operation);
	struct footprint before;
	struct world world;
	const char *victim;
	int ret;

	op->prepare(&world);
	before = measure();
	pmem2_test_spoil_message();
	faults_arm(1, meanings[_i].victim, meanings[_i].error);
	ret = op->act(&world);
	victim = faults_disarm();
	ck_assert_msg(victim != NULL, "%s: never called %s", op->name, meanings[_i].victim);
	ck_assert_msg(ret == meanings[_i].result, "%s: %d (%s) instead of %d when %s gives %d",
		      op->name, ret, pmem2_errormsg(), meanings[_i].result, victim,
		      meanings[_i].error);
	finish(op, &world, victim, ret, before);
	world_tear_down(&world);
}
END_TEST

static int runs(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < operations_count; i++)
		count += operations[i].calls + 1;
	return (int)count;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("faults");
	TCase *walks = tcase_create("walks");

	tcase_add_unchecked_fixture(walks, fake_sysfs_make, fake_sysfs_remove);
	tcase_add_loop_test(walks, each_failing_call_is_reported_and_leaves_nothing_behind, 0,
			    runs());
	tcase_add_loop_test(walks, errno_values_with_a_meaning_are_told_as_their_codes, 0,
			    (int)meanings_count);
	suite_add_tcase(suite, walks);
	return suite;
}
