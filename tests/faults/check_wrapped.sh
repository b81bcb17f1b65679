#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every outside function that libpmem2.a calls is wrapped by the fault tests, or is
# listed here because it cannot fail.
# Usage: check_wrapped.sh NM ARCHIVE WRAPPED...
set -eu

nm=$1
archive=$2
shift 2

cannot_fail="
_GLOBAL_OFFSET_TABLE_ __errno_location __tls_get_addr
__sigsetjmp siglongjmp __longjmp_chk sigaddset sigemptyset raise abort
bcmp memchr memcmp memcpy memmove memset strcasecmp strchr strcmp strlen strncmp strrchr strsep
qsort strtol strtoul strtoull __isoc23_strtol __isoc23_strtoul __isoc23_strtoull strerror strerrordesc_np
dlclose free getauxval secure_getenv sysconf getpagesize pthread_mutex_lock pthread_mutex_unlock
"

# Made to fail in tests/test_ndctl.c.
elsewhere="dlopen dlsym"

called=$("$nm" -u "$archive" | sed -n 's/^ *[Uw] //p' | sort -u | grep -v '^pmem2_' |
	grep -Ev '^__((a|hwa|t|ub|l|m)san|sanitizer|gcov|llvm|start|stop|stack_chk|x86)_' |
	grep -Ev '^_(_sanitizer|ITM_|_gmon)' || true)
if [ -z "$called" ]; then
	echo "$archive calls nothing outside: wrong file?" >&2
	exit 1
fi

status=0
for name in $called; do
	for known in $cannot_fail $elsewhere "$@"; do
		[ "$name" = "$known" ] && continue 2
	done
	echo "$name: called by the library, but tests/faults/faults.c cannot make it fail" >&2
	status=1
done
# With _FORTIFY_SOURCE calls have other names: __NAME_chk, __NAME_2.
plain() {
	sed 's/^__\(.*\)_\(chk\|2\)$/\1/'
}
for name in "$@"; do
	if ! printf '%s\n' "$called" | plain | grep -qx "$(echo "$name" | plain)"; then
		echo "$name: wrapped, but the library does not call it" >&2
		status=1
	fi
done
exit $status
