/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RESOLVER marks every function that runs inside an ifunc resolver. Whatever a
 * sanitizer, profiler or stack protector would add to it crashes there, since
 * nothing is relocated and no thread pointer need exist yet.
 */
#ifndef PMEM2_RESOLVER_H
#define PMEM2_RESOLVER_H

#if defined(__clang__)
#define RESOLVER                                                                                   \
	__attribute__((used, no_instrument_function, no_profile_instrument_function,               \
		       no_stack_protector, disable_sanitizer_instrumentation,                      \
		       no_sanitize("address", "thread", "memory", "undefined", "coverage",         \
				   "safe-stack")))
#else
#define RESOLVER                                                                                   \
	__attribute__((used, no_instrument_function, no_profile_instrument_function,               \
		       no_stack_protector, no_sanitize_address, no_sanitize_thread,                \
		       no_sanitize_undefined, no_sanitize_coverage))
#endif

/* Hides from the compiler that `id` is what it was. */
#define OPAQUE(id) __asm__("" : "+r"(id))

/*
 * A resolver's answer for one row. Compilers would make a table of addresses of many of them,
 * which is not relocated yet.
 */
#define RETURN_IF(id, row, function)                                                               \
	do {                                                                                       \
		OPAQUE(id);                                                                        \
		if (id == row)                                                                     \
			return function;                                                           \
	} while (0);

#endif
