# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Tell what the files hold after the power was cut in the round before, then write
# them anew until it is cut again. The first round makes the file systems.
export LD_LIBRARY_PATH=/libraries/ours
round=$(sed 's/.*round=\([0-9]*\).*/\1/' /proc/cmdline)

# device K: of the K-th NVDIMM.
device() {
    echo "/dev/pmem$(region_of "$1")"
}

make_all() {
    for number in 0 1 2 3 4; do
        namespace "$(region_of $number)" -m fsdax -M mem
    done
    for number in 0 1 3 4; do
        /sbin/mkfs.ext4 -q -b 4096 "$(device $number)" >&2
    done
    /sbin/mkfs.xfs -q -f -m reflink=0 "$(device 2)" >&2
}

# mount_at NAME TYPE K OPTIONS; metadata of what is neglected is not written on the way.
mount_at() {
    mkdir -p "/mnt/$1"
    mount -t "$2" -o "$4" "$(device "$3")" "/mnt/$1"
}

# The blocks of the files are allocated by the writers.
make_file() {
    rm -f "$1"
    truncate -s 48M "$1"
    sync
}

[ "$round" != 0 ] || make_all
mount_at ext4-dax ext4 0 dax
mount_at ext4 ext4 1 defaults
mount_at xfs-dax xfs 2 dax
mount_at neglected-dax ext4 3 dax,commit=300
mount_at neglected ext4 4 commit=300
for folder in /mnt/*; do
    [ "$round" = 0 ] || /bin/writer verify "$folder/file" $((round - 1))
    make_file "$folder/file"
done
for file in /mnt/ext4-dax/file /mnt/ext4/file /mnt/xfs-dax/file; do
    /bin/writer write $file "$round" &
done
for file in /mnt/neglected-dax/file /mnt/neglected/file; do
    /bin/writer neglect $file "$round" &
done
wait
echo 'all written'
sleep 600
