# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Two buses of the kernel's emulation: interleaved NVDIMMs with dirty-shutdown counts, whose bad
# blocks are injected, found by scrubbing, and cleared.

# interleaved N: the region over N NVDIMMs of the first bus.
interleaved() {
    for region in "$bus"/region*; do
        [ "$(cat "$region/mappings")" != "$1" ] || echo "${region##*region}"
    done
}

# made MODE REGION OPTION...: make a namespace in what is left of the region; its name.
made() {
    mode=$1
    number=$2
    shift 2
    /sbin/ndctl create-namespace -r "region$number" -m "$mode" "$@" |
        sed -n 's/.*"dev":"\(namespace[^"]*\)".*/\1/p'
}

# device NAMESPACE: /dev/dax1.1 or /dev/pmem1.1.
device() {
    /sbin/ndctl list -N -n "$1" | sed -n 's/.*"\(blockdev\|chardev\)":"\([^"]*\)".*/\/dev\/\2/p'
}

# inject NAMESPACE SECTOR COUNT
inject() {
    /sbin/ndctl inject-error "$1" -B "$2" -n "$3" >&2
}

scrub() {
    /sbin/ndctl start-scrub nfit_test.0 >&2
    /sbin/ndctl wait-scrub nfit_test.0 >&2
}

for bus in /sys/bus/nd/devices/ndbus*; do
    [ "$(cat "$bus/provider")" != nfit_test.0 ] || break
done
four=$(interleaved 4)
two=$(interleaved 2)
for verb in disable-region 'init-labels -f' enable-region; do
    # shellcheck disable=SC2086 # words
    /sbin/ndctl $verb -b nfit_test.0 all >&2
done

fsdax=$(made fsdax "$four" -M mem -s 32M)
devdax=$(made devdax "$four" -M mem -a 4096)
pair=$(made fsdax "$two" -M mem)
put_ext4 "$(device "$fsdax")" /mnt/four -o dax
put_ext4 "$(device "$pair")" /mnt/two -o dax
dax=$(device "$devdax")
file=/mnt/four/file

ask fsdax $file
ask devdax "$dax"
ask pair /mnt/two/file
fact dimms-fsdax /sbin/ndctl list -r "region$four" -D -H
fact dimms-pair /sbin/ndctl list -r "region$two" -D -H
fact deep-flush-devdax cat "/sys/bus/nd/devices/region$four/deep_flush"

# As a user who is not root, and may not write deep_flush.
chmod 666 "$dax"
echo '== user ours'
su nobody -c "LD_LIBRARY_PATH=/libraries/ours /bin/answers $dax deep_flush"

# A sector of the second block, and nine from the fourth on. Of device dax two of the
# eleventh page, and one of the last but one.
start=$(sector_of $file 0)
pages=$(($(cat "/sys/bus/dax/devices/${dax##*/}/size") / 4096))
fact start echo "$start"
inject "$fsdax" $((start + 8)) 1
inject "$fsdax" $((start + 24)) 9
inject "$devdax" 80 2
inject "$devdax" $(((pages - 2) * 8)) 1
ask 'not scrubbed' $file bad_blocks
scrub
ask 'file scrubbed' $file bad_blocks
ask 'dax scrubbed' "$dax" bad_blocks
fact media /sbin/ndctl list -b nfit_test.0 -N -M
ask 'bad page of the file' $file read 4096 4096
ask 'good page of the file' $file read 8192 4096
ask 'bad page of dax' "$dax" read 40960 4096
ask 'good page of dax' "$dax" read 36864 4096

echo '== threads ours'
LD_LIBRARY_PATH=/libraries/ours /bin/guard "$dax" 40960 || echo "ended $?"

export LD_LIBRARY_PATH=/libraries/ours
echo '== file cleared in part ours'
/bin/answers $file clear 4096 4096
/bin/answers $file bad_blocks
/bin/answers $file read 4096 4096
echo '== beside it ours'
/bin/answers $file read 0 4096
/bin/answers $file clear 12288 8192
echo '== dax cleared in part ours'
/bin/answers "$dax" clear 40960 1024
/bin/answers "$dax" bad_blocks
/bin/answers "$dax" read 40960 4096
echo '== dax cleared ours'
/bin/answers "$dax" clear $(((pages - 2) * 4096)) 512
scrub
ask 'file scrubbed again' $file bad_blocks
ask 'dax scrubbed again' "$dax" bad_blocks
fact media-cleared /sbin/ndctl list -b nfit_test.0 -N -M

# A bus beside it, of an NVDIMM that says that it could not save its data and is read-only therefore.
other=$(region_by nfit_test.1)
echo 0 >"/sys/bus/nd/devices/region$other/read_only"
put_ext4 "/dev/$(block_of "$other")" /mnt/other
ask other /mnt/other/file
fact dimms-other /sbin/ndctl list -r "region$other" -D -H
