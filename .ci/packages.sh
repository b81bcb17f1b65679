# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by examples/run and tests/run: the Debian packages that this project
# needs, and the function that installs those that are missing.

packages_root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=.ci/progress.sh
source "$packages_root/progress.sh"

# shellcheck disable=SC2034 # the arrays are read by the scripts that source this
packages_build=(gcc libc6-dev meson ninja-build pkg-config libbsd-dev libndctl-dev libdaxctl-dev)
# shellcheck disable=SC2034
packages_tests=(
    # building and running the tests; binutils has gold, nm, objdump and readelf
    check clang g++ libclang-rt-14-dev lld llvm binutils cmake valgrind gcovr git python3 file
    # looking at instructions and comparing with PMDK's library
    libzydis-dev libpmem2 libpmem2-dev abigail-tools
    # formatting and static analysis
    clang-format clang-tidy cppcheck shellcheck
    # formatting manual pages
    mandoc groff-base
    # drawing what the benchmarks measured
    gnuplot-nox
    # packages for distributions
    build-essential dpkg-dev debhelper fakeroot lintian blhc libpmem2-debug rpm nix-bin
    # other CPUs and another C library; Debian's cross builds ask for a C++ compiler
    g++-aarch64-linux-gnu g++-powerpc64le-linux-gnu g++-riscv64-linux-gnu
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
    gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross clang-19 lld-19 qemu-user musl-tools
    # a machine without operating system
    bochs bochs-term bochsbios isolinux syslinux-common xorriso
    # a virtual machine with NVDIMMs, and what runs in it
    qemu-system-x86 busybox-static ndctl daxctl e2fsprogs xfsprogs parted dmsetup
    # modules for its kernel
    make gcc-12 libelf1 xz-utils
)

# Print those of the named packages that are not installed.
missing_packages() {
    local name state
    for name in "$@"; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) || state=
        [[ $state == installed ]] || printf '%s\n' "$name"
    done
}

# ensure_packages NAME...: install the packages that are missing.
ensure_packages() {
    local missing log as_root=() status=0
    if ! command -v dpkg-query >/dev/null; then
        printf 'not a Debian system; taking for granted what these packages hold: %s\n' "$*"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    if ! command -v apt-get >/dev/null; then
        printf 'missing packages, and no apt-get to install them: %s\n' "${missing[*]}" >&2
        return 1
    fi
    if ((EUID)); then
        if ! command -v sudo >/dev/null; then
            printf 'missing packages, and neither root nor sudo: %s\n' "${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    printf 'installing with apt-get%s: %s\n' "${as_root:+, through sudo}" "${missing[*]}"
    log=$(mktemp)
    "${as_root[@]}" true &&
        run_quietly 'reading the package lists' "$log" "${as_root[@]}" apt-get -q update &&
        run_quietly 'installing' "$log" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get -qy --no-install-recommends install "${missing[@]}" || status=$?
    rm -f "$log"
    return "$status"
}
