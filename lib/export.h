/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PMEM2_API(function), placed before the definition of a public function.
 *
 * In the shared library it gives the function both version nodes that programs
 * ask for: LIBPMEM2_2.0 (the default) and LIBPMEM2_1.0. Only the two aliases carry
 * the public name; the definition itself is renamed, because bfd lets
 * an unversioned definition of the same name push a versioned one aside. A static
 * library cannot have versions: there it is an ordinary visible function.
 *
 * PMEM2_EXT_API is the same for functions that are ours alone, which stand in a
 * node of their own.
 */
#ifndef PMEM2_EXPORT_H
#define PMEM2_EXPORT_H

#ifdef PMEM2_VERSIONED_API

/* clang 14 lacks the symver attribute; gcc's LTO drops the asm directive. */
#if defined(__has_attribute) && __has_attribute(symver)
#define PMEM2_VERSIONED(function, suffix, version)                                                 \
	extern __typeof(function) function##suffix __attribute__((                                 \
		alias(#function "_impl"), visibility("default"), symver(#function version)));
#else
#define PMEM2_VERSIONED(function, suffix, version)                                                 \
	__asm__(".symver " #function #suffix "," #function version);                               \
	extern __typeof(function) function##suffix                                                 \
		__attribute__((alias(#function "_impl"), visibility("default")));
#endif

#define PMEM2_RENAMED(function) extern __typeof(function) function __asm__(#function "_impl");

#define PMEM2_API(function)                                                                        \
	PMEM2_RENAMED(function)                                                                    \
	PMEM2_VERSIONED(function, _v1, "@LIBPMEM2_1.0")                                            \
	PMEM2_VERSIONED(function, _v2, "@@LIBPMEM2_2.0")

#define PMEM2_EXT_API(function)                                                                    \
	PMEM2_RENAMED(function)                                                                    \
	PMEM2_VERSIONED(function, _ext, "@@LIBPMEM2_EXT_1.0")

#else

#define PMEM2_API(function)                                                                        \
	extern __typeof(function) function __attribute__((visibility("default")));
#define PMEM2_EXT_API(function) PMEM2_API(function)

#endif

#endif
