# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Count the system calls of each of /libraries, on one of four NVDIMMs each.

# count NAME FILE
count() {
    for library in /libraries/*; do
        echo "== $1 ${library##*/}"
        LD_LIBRARY_PATH=$library /bin/costs "$2"
    done
}

fsdax=$(region_of 0)
namespace "$fsdax" -m fsdax -M mem
put_ext4 "/dev/pmem$fsdax" /mnt/ext4 -o dax
devdax=$(region_of 1)
namespace "$devdax" -m devdax -M mem
count fsdax /mnt/ext4/file
count devdax "/dev/dax$devdax.0"
