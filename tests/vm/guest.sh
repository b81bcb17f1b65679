# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# What the guest's scripts share; it stands before each of them.

# Where the K-th NVDIMM of the machine is, from 0. QEMU numbers their serial numbers from
# 0x123456; the kernel numbers them and the regions as it pleases.
dimm_id() {
    printf '8680-%02x341200' $((0x56 + $1))
}
region_of() {
    for region in /sys/bus/nd/devices/region*; do
        [ -e "$region/mapping0" ] || continue
        dimm=$(cut -d, -f1 "$region/mapping0")
        if [ "$(cat "/sys/bus/nd/devices/$dimm/nfit/id")" = "$(dimm_id "$1")" ]; then
            echo "${region##*region}"
            return
        fi
    done
    echo "no region of NVDIMM $1" >&2
    return 1
}

# region_by PROVIDER: the number of its first region.
region_by() {
    for bus in /sys/bus/nd/devices/ndbus*; do
        [ "$(cat "$bus/provider")" = "$1" ] || continue
        for region in "$bus"/region*; do
            echo "${region##*region}"
            return
        done
    done
    echo "no region of provider $1" >&2
    return 1
}

# namespace REGION OPTION...: reconfigure the region's namespace.
namespace() {
    region=$1
    shift
    /sbin/ndctl create-namespace -f -e "namespace$region.0" "$@" >&2
}

# The block or character device of a region: pmem1, pmem1s, dax1.0.
block_of() {
    basename "$(echo "/sys/bus/nd/devices/region$1"/*/block/*)"
}

# put_ext4 DEVICE FOLDER [OPTION...], put_xfs likewise: with a file of 4 MiB in it.
put_ext4() {
    /sbin/mkfs.ext4 -q -b 4096 "$1" >&2
    put_file ext4 "$@"
}
put_xfs() {
    /sbin/mkfs.xfs -q -f -m reflink=0 "$1" >&2
    put_file xfs "$@"
}
put_file() {
    type=$1 device=$2 folder=$3
    shift 3
    mkdir -p "$folder"
    mount -t "$type" "$@" "$device" "$folder"
    dd if=/dev/zero of="$folder/file" bs=1M count=4 2>/dev/null
}

# ask NAME FILE [QUESTION [OFFSET LENGTH]]: each of /libraries.
ask() {
    name=$1
    shift
    for library in /libraries/*; do
        echo "== $name ${library##*/}"
        LD_LIBRARY_PATH=$library /bin/answers "$@"
    done
}

# fact NAME WORD...: what a program answers, in one line.
fact() {
    name=$1
    shift
    echo "fact $name $("$@" | tr -d '\n')"
}

# sector_of FILE BLOCK: on the device of its file system.
sector_of() {
    /sbin/filefrag -s -v -b4096 "$1" | tr -d ':.' | awk -v block="$2" '
        $1 ~ /^[0-9]+$/ && $2 <= block && block <= $3 { print ($4 + block - $2) * 8 }'
}
