/* SPDX-License-Identifier: BSD-3-Clause */
#include "reason.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#define BYTE PMEM2_GRANULARITY_BYTE
#define CACHE_LINE PMEM2_GRANULARITY_CACHE_LINE
#define PAGE PMEM2_GRANULARITY_PAGE

static const struct {
	struct pmem2_reason reason;
	const char *sentence;
} sentences[] = {
	{{.cause = PMEM2_CAUSE_NOT_SHARED},
	 "BYTE holds: of anonymous memory and of a private mapping nothing outlives the process"},
	{{.cause = PMEM2_CAUSE_CALLER, .granularity = CACHE_LINE},
	 "CACHE_LINE is what pmem2_map_from_existing was told"},
	{{.cause = PMEM2_CAUSE_ENVIRONMENT, .granularity = BYTE, .refusal = EOPNOTSUPP},
	 "the environment variable PMEM2_FORCE_GRANULARITY forces BYTE (the system refused a "
	 "synchronous DAX mapping: " TEXT_EOPNOTSUPP ")"},
	{{.cause = PMEM2_CAUSE_CONFIG, .granularity = PAGE, .synchronous = true},
	 "the config forces PAGE (the system granted a synchronous DAX mapping)"},
	{{.cause = PMEM2_CAUSE_NO_WRITEBACK, .granularity = PAGE, .possible = true},
	 "PAGE is all there is: the library knows no way for programs to write cache lines back "
	 "on this CPU"},
	{{.cause = PMEM2_CAUSE_NO_WRITEBACK,
	  .granularity = PAGE,
	  .disobeyed = PMEM2_CAUSE_ENVIRONMENT},
	 "device dax cannot be made durable: the library knows no way for programs to write cache "
	 "lines back on this CPU, for which reason the environment variable "
	 "PMEM2_FORCE_GRANULARITY is not obeyed"},
	{{.cause = PMEM2_CAUSE_NO_WRITEBACK,
	  .granularity = PAGE,
	  .possible = true,
	  .disobeyed = PMEM2_CAUSE_CONFIG},
	 "PAGE is all there is: the library knows no way for programs to write cache lines back "
	 "on this CPU, for which reason the config is not obeyed"},
	{{.cause = PMEM2_CAUSE_NO_MAP_SYNC, .granularity = PAGE, .refusal = EINVAL},
	 "PAGE is all there is: the system refused a synchronous DAX mapping (MAP_SYNC: Invalid "
	 "argument)"},
	{{.cause = PMEM2_CAUSE_EXPLICIT_FLUSH, .granularity = PAGE, .provider = "virtio-pmem"},
	 "device dax over provider \"virtio-pmem\" cannot be made durable: its region needs a "
	 "flush call that device dax does not offer"},
	{{.cause = PMEM2_CAUSE_REGION_UNREADABLE, .granularity = CACHE_LINE, .error = EACCES},
	 "CACHE_LINE is what is known to hold: the region that might promise more could not be "
	 "read from sysfs: Permission denied"},
	{{.cause = PMEM2_CAUSE_REALTIME_DEVICE, .granularity = CACHE_LINE},
	 "CACHE_LINE is what is known to hold: the file lies on the realtime device of its file "
	 "system, of which no NVDIMM region was identified"},
	{{.cause = PMEM2_CAUSE_REALTIME_DEVICE, .granularity = CACHE_LINE, .error = EIO},
	 "CACHE_LINE is what is known to hold: whether the file lies on the realtime device of "
	 "its file system could not be found out: " TEXT_EIO},
	{{.cause = PMEM2_CAUSE_NO_REGION, .granularity = CACHE_LINE},
	 "CACHE_LINE is what is known to hold: no NVDIMM region was identified that would promise "
	 "persistent CPU caches"},
	{{.cause = PMEM2_CAUSE_NO_CPU_CACHE, .granularity = CACHE_LINE, .provider = "e820"},
	 "CACHE_LINE is all there is: the region (provider \"e820\") does not promise persistent "
	 "CPU caches (persistence_domain cpu_cache)"},
	{{.cause = PMEM2_CAUSE_CPU_CACHE, .provider = "ACPI.NFIT"},
	 "BYTE holds: the region (provider \"ACPI.NFIT\") promises persistent CPU caches "
	 "(persistence_domain cpu_cache)"},
};

#define SENTENCES ((int)(sizeof(sentences) / sizeof(sentences[0])))

START_TEST(cause_is_put_into_a_sentence)
{
	struct pmem2_reason_words words;
	char sentence[512] = "";

	pmem2_reason_put(&sentences[_i].reason, &words);
	for (int i = 0; i < PMEM2_REASON_PIECES; i++)
		strcat(sentence, words.piece[i]);
	ck_assert_str_eq(sentence, sentences[_i].sentence);
}
END_TEST

START_TEST(sentence_and_refusal_fit_into_a_message)
{
	const char *const longest = "granularity CACHE_LINE is required, but ";

	ck_assert_uint_le(strlen(longest) + strlen(sentences[_i].sentence), 255);
}
END_TEST

START_TEST(refusal_is_what_is_required_and_the_sentence)
{
	char message[512];

	snprintf(message, sizeof(message), "granularity CACHE_LINE is required, but %s",
		 sentences[_i].sentence);
	assert_failure(pmem2_reason_refuse(&sentences[_i].reason, CACHE_LINE),
		       PMEM2_E_GRANULARITY_NOT_SUPPORTED, message);
	ck_assert_uint_eq(strlen(pmem2_errormsg()), strlen(message));
}
END_TEST

/* Programs compiled with an older header must find what they know. */
START_TEST(causes_have_the_numbers_of_the_abi)
{
	static const enum pmem2_granularity_cause causes[] = {
		PMEM2_CAUSE_NONE,
		PMEM2_CAUSE_NOT_SHARED,
		PMEM2_CAUSE_CALLER,
		PMEM2_CAUSE_ENVIRONMENT,
		PMEM2_CAUSE_CONFIG,
		PMEM2_CAUSE_NO_WRITEBACK,
		PMEM2_CAUSE_NO_MAP_SYNC,
		PMEM2_CAUSE_EXPLICIT_FLUSH,
		PMEM2_CAUSE_REGION_UNREADABLE,
		PMEM2_CAUSE_REALTIME_DEVICE,
		PMEM2_CAUSE_NO_REGION,
		PMEM2_CAUSE_NO_CPU_CACHE,
		PMEM2_CAUSE_CPU_CACHE,
	};

	for (int i = 0; i < (int)(sizeof(causes) / sizeof(causes[0])); i++)
		ck_assert_int_eq(causes[i], i);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("reason");
	TCase *tests = tcase_create("reason");

	tcase_add_loop_test(tests, cause_is_put_into_a_sentence, 0, SENTENCES);
	tcase_add_loop_test(tests, sentence_and_refusal_fit_into_a_message, 0, SENTENCES);
	tcase_add_loop_test(tests, refusal_is_what_is_required_and_the_sentence, 0, SENTENCES);
	tcase_add_test(tests, causes_have_the_numbers_of_the_abi);
	suite_add_tcase(suite, tests);
	return suite;
}
