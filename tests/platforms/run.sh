#!/bin/sh
# One source for every machine: the library and its tests built with Debian's cross compilers and run, by qemu's
# emulation of a process where the processor is another one; and with another C library. doc/platforms.md has
# what came of it.
#
#   tests/platforms/run.sh [OPTION]... [PLATFORM]...
#
#   --short         the few that differ most, not five minutes: what CI runs
#   --jobs N        platforms at a time (the number of processors)
#   --logs FOLDER   keep there what each platform said, in PLATFORM.log
#   --packages      say which Debian packages the platforms need, and do nothing
#
# A line for each platform. 0: all passed; 77: nothing could be run; 1: something failed. The sources must not be
# configured in place.
#
# Debian has the Check library of no other machine beside this one's, but its source: that is fetched once and
# kept, with what was compiled of it, in $ASHLAR_PLATFORMS_CACHE (/var/cache/ashlar-platforms).
#
# packages: binutils dpkg-dev gcc make qemu-user-static
# packages i386: g++-i686-linux-gnu libc6-i386 lib32stdc++6
# packages arm64: g++-aarch64-linux-gnu
# packages armhf: g++-arm-linux-gnueabihf
# packages riscv64: g++-riscv64-linux-gnu
# packages ppc64el: g++-powerpc64le-linux-gnu
# packages s390x: g++-s390x-linux-gnu
# packages musl: musl-tools linux-libc-dev
set -eu
here=$(cd "$(dirname "$0")" && pwd)

usage() { sed -n '/^# *tests.*run\.sh/,/^# *--packages/s/^# \{0,1\}//p' "$0"; exit "$1"; }
short='i386 arm64 s390x musl' all="$short armhf ppc64el riscv64"
platforms= is_short= jobs=$(getconf _NPROCESSORS_ONLN) logs= only_packages=
while [ $# -gt 0 ]; do
	case $1 in
	--short) is_short=short platforms=$short ;;
	--jobs) jobs=$2; shift ;;
	--logs) logs=$2; shift ;;
	--packages) only_packages=1 ;;
	--help) usage 0 ;;
	-*) usage 2 >&2 ;;
	*) platforms="$platforms $1" ;;
	esac
	shift
done
: "${platforms:=$all}"
for platform in $platforms; do
	grep -q "^# packages $platform:" "$0" || { echo "platforms: no such platform: $platform" >&2; exit 2; }
done
if [ -n "$only_packages" ]; then
	for platform in $platforms; do
		sed -n "s/^# packages\( $platform\)\{0,1\}: *//p" "$0"
	done | tr ' ' '\n' | sort -u
	exit
fi

[ -x "$here/../../configure" ] || { echo "platforms: no configure in the sources: ./autogen.sh makes it" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
logs=${logs:-$work}
mkdir -p "$logs"
cache=${ASHLAR_PLATFORMS_CACHE:-/var/cache/ashlar-platforms}
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || cache=$work/cache
export here work logs cache is_short

if ! sh "$here/../../tools/debian-source.sh" check "$cache/source" >"$logs/check.log" 2>&1; then
	echo "platforms: skipped: no source of Check:" "$(tail -n 1 "$logs/check.log")"
	exit 77
fi
# shellcheck disable=SC2016 # the inner shell's own
printf '%s\n' $platforms | xargs -P "$jobs" -n 1 sh -c '
	start=$(date +%s) status=0
	mkdir "$work/$1"
	(cd "$work/$1" && exec sh "$here/platform.sh" "$1" "$cache" $is_short) >"$logs/$1.log" 2>&1 || status=$?
	rm -rf "${work:?}/$1"
	case $status in
	0) result=$(tail -n 1 "$logs/$1.log") ;;
	77) result="skipped: $(tail -n 1 "$logs/$1.log")" ;;
	*) result="FAILED, $(grep -c "^FAIL" "$logs/$1.log") times; $(tail -n 1 "$logs/$1.log")" ;;
	esac
	echo "$1: $result, $(($(date +%s) - start)) s"
	echo $status >"$work/$1.status"' sh

worst=77
for platform in $platforms; do
	case $(cat "$work/$platform.status") in
	0) [ $worst -eq 1 ] || worst=0 ;;
	77) ;;
	*)
		worst=1
		[ "$logs" != "$work" ] || { grep -A 10 '^FAIL' "$logs/$platform.log" || tail -n 30 "$logs/$platform.log"; }
		;;
	esac
done
exit $worst
