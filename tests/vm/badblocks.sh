# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Make blocks beneath files bad, in the kernel's list, and ask each of /libraries about them.

# make_bad DISK SECTOR COUNT
make_bad() {
    echo "$2 $3" >"/sys/block/$1/badblocks"
}

ext4=$(region_of 0)
namespace "$ext4" -m fsdax -M mem
put_ext4 "/dev/pmem$ext4" /mnt/ext4 -o dax
cp /mnt/ext4/file /mnt/ext4/healthy
ask 'nothing bad' /mnt/ext4/file bad_blocks

# Two sectors in the middle of the fourth block.
make_bad "pmem$ext4" $(($(sector_of /mnt/ext4/file 3) + 3)) 2
ask 'sectors of a block' /mnt/ext4/file bad_blocks
ask 'file beside it' /mnt/ext4/healthy bad_blocks
ask 'read of the bad block' /mnt/ext4/file read 12288 4096
ask 'read before it' /mnt/ext4/file read 8192 4096
ask 'read into it' /mnt/ext4/file read 8192 4097

# Blocks in reverse order, and a bad range over the end of the one and the start of the other.
reversed=/mnt/ext4/reversed
for block in 1 0; do
    dd if=/dev/zero of=$reversed bs=4096 count=1 seek=$block conv=notrunc 2>/dev/null
done
first=$(sector_of $reversed 0)
second=$(sector_of $reversed 1)
echo "fact distance $((first - second))"
make_bad "pmem$ext4" $((second + 6)) 4
ask 'two extents' $reversed bad_blocks

# What can be cleared here is cleared by writing, which QEMU's NVDIMMs do not offer.
for library in /libraries/*; do
    file=/mnt/ext4/${library##*/}
    dd if=/dev/urandom of="$file" bs=4096 count=4 2>/dev/null
    sector=$(sector_of "$file" 1)
    make_bad "pmem$ext4" "$sector" 8
    for question in 'clear 4096 4096' bad_blocks 'read 4096 4096' 'read 0 4096' 'read 8192 4096'; do
        echo "== clearing: $question ${library##*/}"
        # shellcheck disable=SC2086 # words
        LD_LIBRARY_PATH=$library /bin/answers "$file" $question
    done
    grep -q "^$sector 8" "/sys/block/pmem$ext4/badblocks" && still=yes || still=no
    echo "fact still-bad-${library##*/} $still"
done

xfs=$(region_of 1)
namespace "$xfs" -m fsdax -M dev
put_xfs "/dev/pmem$xfs" /mnt/xfs -o dax
make_bad "pmem$xfs" "$(sector_of /mnt/xfs/file 1)" 16
ask 'blocks of xfs' /mnt/xfs/file bad_blocks

# Beneath a partition; the disk's list counts from the start of the disk.
disk=pmem$(region_of 2)
namespace "${disk#pmem}" -m fsdax -M mem
/sbin/parted -s "/dev/$disk" mklabel gpt mkpart a 2MiB 62MiB mkpart b 62MiB 122MiB >&2
put_ext4 "/dev/${disk}p2" /mnt/partition -o dax
start=$(cat "/sys/block/$disk/${disk}p2/start")
make_bad "$disk" $((start + $(sector_of /mnt/partition/file 2))) 1
make_bad "$disk" $(($(sector_of /mnt/partition/file 5))) 1
ask 'partition' /mnt/partition/file bad_blocks
ask 'read of the partition' /mnt/partition/file read 8192 4096

# Beneath a volume.
printf '0 122880 linear %s 0\n' "/dev/${disk}p1" |
    /sbin/dmsetup --noudevrules --noudevsync create volume >&2
put_ext4 /dev/dm-0 /mnt/volume -o dax
ask 'volume over a bad disk' /mnt/volume/file bad_blocks

# A namespace that is not reconfigured, without DAX.
raw=$(region_of 3)
namespace "$raw" -m raw
put_ext4 "/dev/pmem$raw" /mnt/raw
make_bad "pmem$raw" "$(sector_of /mnt/raw/file 0)" 1
ask 'raw' /mnt/raw/file bad_blocks

# As a user who is not root.
chmod 666 /mnt/xfs/file
for library in /libraries/*; do
    echo "== as an ordinary user ${library##*/}"
    su nobody -c "LD_LIBRARY_PATH=$library /bin/answers /mnt/xfs/file bad_blocks"
done
