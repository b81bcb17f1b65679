#!/bin/busybox sh
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=dash
# The first process of the guest: loads the modules and runs /script. Its output goes
# to the second serial port, its exit status to the third. busybox runs its own
# applets first: other programs are named by their paths.
/bin/busybox --install -s /bin
mount -t devtmpfs devtmpfs /dev
mkdir -p /etc /proc /sys /mnt /tmp /run
mount -t proc proc /proc
mount -t sysfs sysfs /sys
ln -s /proc/mounts /etc/mtab
echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd
for module in /modules/*; do
    insmod "$module" || echo "cannot load $module"
done
stty -F /dev/ttyS1 raw
stty -F /dev/ttyS2 raw
/bin/busybox sh -eu /script >/dev/ttyS1
echo $? >/dev/ttyS2
sync
# The ports are still being written.
sleep 0.3
poweroff -f
