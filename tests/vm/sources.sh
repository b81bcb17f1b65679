# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Ask each of /libraries and pmem2-explain about one source of every kind.

explain() {
    LD_LIBRARY_PATH=/libraries/ours /bin/pmem2-explain "$@"
}

look() {
    ask "$1" "$2"
    fact "explain-$1" explain --json "$2"
}

# advice_for PATH: the command with which pmem2-explain would improve its granularity.
advice_for() {
    explain "$1" | sed -n '/^  to improve it/{n;s/^ *//p}'
}

# listed NAME REGION: what libndctl tells of the region behind a source.
listed() {
    fact "region-$1" /sbin/ndctl list -R -v -r "region$2"
}

# ask_dax NAME DEVICE: beside each of /libraries, libdaxctl.
ask_dax() {
    look "$1" "/dev/$2"
    fact "dax-$1" /sbin/daxctl list -D -d "$2"
}

fsdax() {
    namespace "$1" -m fsdax -M mem
}

region=$(region_of 0)
fsdax "$region"
put_ext4 "/dev/pmem$region" /mnt/ext4 -o dax
look ext4 /mnt/ext4/file
listed ext4 "$region"
fact explain-directory explain --json /mnt/ext4
umount /mnt/ext4
mount -t ext4 "/dev/pmem$region" /mnt/ext4
fact explain-cached explain --json /mnt/ext4/file
eval "$(advice_for /mnt/ext4/file)" >&2
fact explain-cached-improved explain --json /mnt/ext4/file

region=$(region_of 1)
namespace "$region" -m fsdax -M dev
put_xfs "/dev/pmem$region" /mnt/xfs -o dax
look xfs /mnt/xfs/file
listed xfs "$region"

region=$(region_of 2)
namespace "$region" -m devdax -M mem
ask_dax devdax "dax$region.0"
listed devdax "$region"

region=$(region_of 3)
namespace "$region" -m raw
put_ext4 "/dev/$(block_of "$region")" /mnt/raw
look raw /mnt/raw/file
command=$(advice_for /mnt/raw/file)
umount /mnt/raw
eval "$command" >&2
put_ext4 "/dev/pmem$region" /mnt/raw -o dax
fact explain-raw-improved explain --json /mnt/raw/file

region=$(region_of 4)
namespace "$region" -m sector
put_ext4 "/dev/pmem${region}s" /mnt/sector
look sector /mnt/sector/file

# Two partitions; the second one goes into a volume.
region=$(region_of 5)
fsdax "$region"
pmem=/dev/pmem$region
/sbin/parted -s "$pmem" mklabel gpt mkpart a 2MiB 62MiB mkpart b 62MiB 122MiB >&2
put_ext4 "${pmem}p1" /mnt/partition -o dax
look partition /mnt/partition/file
listed partition "$region"

# A volume of two NVDIMMs in different NUMA nodes.
region=$(region_of 6)
fsdax "$region"
printf '0 122880 linear %s 0\n122880 122880 linear %s 0\n' "${pmem}p2" "/dev/pmem$region" |
    /sbin/dmsetup --noudevrules --noudevsync create volume >&2
put_ext4 /dev/dm-0 /mnt/volume -o dax
look volume /mnt/volume/file

region=$(region_by e820)
put_ext4 "/dev/$(block_of "$region")" /mnt/e820 -o dax
look e820 /mnt/e820/file
umount /mnt/e820
namespace "$region" -m devdax -M mem
ask_dax e820-devdax "dax$region.0"

region=$(region_by virtio-pmem)
put_ext4 "/dev/$(block_of "$region")" /mnt/virtio -o dax
look virtio-pmem /mnt/virtio/file
umount /mnt/virtio
namespace "$region" -m devdax -M mem
ask_dax virtio-devdax "dax$region.0"

mkdir /mnt/tmpfs
mount -t tmpfs tmpfs /mnt/tmpfs
truncate -s 4M /mnt/tmpfs/file
look tmpfs /mnt/tmpfs/file

for dax in /sys/bus/dax/devices/dax*; do
    case $(readlink -f "$dax") in
    *ndbus*) ;;
    *) ask_dax hmem "${dax##*/}" ;;
    esac
done

fact machine explain --json
