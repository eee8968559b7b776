#!/bin/sh
# enter.sh ROOT SCRATCH LIBRARY PRELOAD SECONDS CASE: one case in its own world. Run by run.sh as process 1
# of new namespaces: nothing that happens here is seen outside, and all of it ends with this script.
# ROOT is not written to. LIBRARY (if not empty) is copied into it, PRELOAD written into its
# /etc/ld.so.preload. The case's output and exit status are this script's. A CASE with a slash in it is a file,
# which is copied.
set -eu
root=$1 scratch=$2 library=$3 preload=$4 seconds=$5 case=$6
here=$(cd "$(dirname "$0")" && pwd)
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/at"
at=$scratch/at
mount -t overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$at"
mount -t proc proc "$at/proc"
mount -t sysfs -o ro sysfs "$at/sys"
mount -t tmpfs -o mode=755 tmpfs "$at/dev"
for device in null zero full random urandom tty; do
	: >"$at/dev/$device"
	mount --bind "/dev/$device" "$at/dev/$device"
done
mkdir "$at/dev/pts" "$at/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$at/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$at/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$at/tmp"
mount -t tmpfs -o mode=755 tmpfs "$at/run"
mkdir -p "$at/run/lock" "$at/cases" "$at/area"
ln -s pts/ptmx "$at/dev/ptmx"
ln -s /proc/self/fd "$at/dev/fd"
for n in 0:stdin 1:stdout 2:stderr; do
	ln -s "/proc/self/fd/${n%:*}" "$at/dev/${n#*:}"
done
mount --bind "$here/cases" "$at/cases"
mount -o remount,bind,ro "$at/cases"
script=/cases/$case.sh
case $case in
*/*) script=/area/${case##*/}; cp "$case" "$at$script" ;;
esac
ip link set lo up
hostname chroot
echo '127.0.0.1 localhost chroot' >"$at/etc/hosts"

if [ -n "$library" ]; then
	folder=$(dirname "$(find "$root/usr/lib" -name libc.so.6 | head -n 1)")
	cp "$library" "$at${folder#"$root"}/"
fi
if [ -n "$preload" ]; then
	echo "$preload" >"$at/etc/ld.so.preload"
	chroot "$at" /bin/cat /proc/self/maps >"$scratch/maps"
	grep -q "/$(basename "$preload")" "$scratch/maps" || { echo "$preload is not in use"; exit 1; }
fi

# Not chroot: the kernel gives no user namespaces to processes inside one, and browsers want them.
cd "$at"
mkdir -p mnt
pivot_root . mnt
chroot . umount -l /mnt

# Output through a file: a daemon that outlives the case must not hold up a pipe.
status=0
/usr/bin/env -i PATH="$PATH" HOME=/area TERM=xterm LC_ALL=C.UTF-8 TZ=UTC \
	timeout -k 5 "$seconds" sh -c 'cd /area && . /cases/lib.sh && . "$1"' sh "$script" \
	</dev/null || status=$?
exit $status
