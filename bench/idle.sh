#!/bin/sh
# idle.sh - what a machine full of idle processes costs under every allocator, and starting one.
#
#	bench/idle.sh [--processes N] [-n REPEATS] [-a "ALLOCATOR ..."] [-b BUILD]
#	              [--with NAME=path.so[,VAR=VALUE]...]...
#
# Prints a table. N processes (300), of each kind in KINDS that is installed the same number, all alive at
# a time; the allocators follow one another, REPEATS (3) times in rotated order, and the smallest sum
# counts. All that is started here ends with it, or after two minutes by itself.
# shellcheck disable=SC2046,SC2086,SC1091 # lists of words are split on purpose
set -eu

here=$(cd "$(dirname "$0")" && pwd)
processes=300 repeats=3 chosen='' build=$here/.. with=''

usage() {
	sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
while [ $# -gt 0 ]; do
	case $1 in
	--processes) processes=$2; shift ;;
	-n) repeats=$2; shift ;;
	-a) chosen=$2; shift ;;
	-b) build=$2; shift ;;
	--with) with="$with $2"; shift ;;
	*) usage ;;
	esac
	shift
done
launch=$build/bench/launch
[ -x "$launch" ] || { echo "idle.sh: $launch is missing: make bench-idle builds it (or see -b)" >&2; exit 1; }
grep -q '^Private_Dirty' /proc/self/smaps_rollup || { echo "idle.sh: no smaps_rollup" >&2; exit 77; }

. "$here/allocators.sh"
kept=$(find_allocators "$(cd "$build" && pwd)" "$with" "$chosen")
KINDS='sleep bash perl python3'
kinds=
for kind in $KINDS; do
	[ ! -x "/usr/bin/$kind" ] || kinds="$kinds $kind"
done

tmp=$(mktemp -d)
pids=
# One at a time: some may have ended.
stop() { for pid in $pids; do kill "$pid" 2>/dev/null || :; done; wait 2>/dev/null || :; pids=; }
trap 'stop; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

mkfifo "$tmp/fifo"
exec 9<>"$tmp/fifo" # so that its readers wait for ever

# begin KIND ALLOCATOR: one process, its id in $!. ALLOCATOR is what find_allocators has behind NAME=.
begin() {
	case $1 in
	sleep) set -- "$2" /usr/bin/sleep 120 ;;
	bash) set -- "$2" /usr/bin/bash -c 'read -r -t 120 line' ;;
	perl) set -- "$2" /usr/bin/perl -e 'sleep 120' ;;
	python3) set -- "$2" /usr/bin/python3 -c 'import time; time.sleep(120)' ;;
	esac
	allocator=$1
	shift
	env ${allocator:+LD_PRELOAD="$(library "$allocator")"} $(settings "$allocator") "$@" <"$tmp/fifo" >/dev/null 2>&1 9<&- &
}

# asleep PID: neither waiting for a processor nor for a disk.
asleep() {
	read -r state <"/proc/$1/stat" || return 1
	case $state in *') S '*) return 0 ;; esac
	return 1
}

# memory KIND: private dirty and proportional KiB of its processes, and how many there are.
memory() {
	cat $(sed 's,.*,/proc/&/smaps_rollup,' "$tmp/$1") | awk '
		$1 == "Private_Dirty:" { dirty += $2; n++ }
		$1 == "Pss:" { pss += $2 }
		END { print dirty, pss, n }'
}

# idle NAME ALLOCATOR: all of them at a time.
idle() {
	for kind in $kinds; do : >"$tmp/$kind"; done
	i=0
	while [ $i -lt "$processes" ]; do
		for kind in $kinds; do
			[ $i -lt "$processes" ] || break
			begin "$kind" "$2"
			pids="$pids $!"
			echo $! >>"$tmp/$kind"
			i=$((i + 1))
		done
	done
	tries=0
	for pid in $pids; do
		until asleep "$pid"; do
			tries=$((tries + 1))
			[ $tries -lt 600 ] || { echo "idle.sh: $1: process $pid does not come to rest" >&2; exit 1; }
			sleep 0.05
		done
	done
	sleep 1
	for kind in $kinds; do echo "$1 $kind $(memory $kind)"; done >>"$tmp/memory"
	stop
}

# start_up NAME ALLOCATOR: of /usr/bin/true, the smallest of 200.
start_up() {
	env $(settings "$2") "$launch" -n 200 ${2:+-p "$(library "$2")"} /usr/bin/true | sed "s/^launch/$1/" >>"$tmp/start"
}

calls() {
	if command -v strace >/dev/null; then
		strace -o "$tmp/strace" env -i ${2:+LD_PRELOAD="$(library "$2")"} \
			$(settings "$2") /usr/bin/true
		# From the second execve on.
		echo "$1 $(awk '/^execve/ { n = 0 } /^[a-z]/ { n++ } END { print n }' "$tmp/strace")" >>"$tmp/calls"
	fi
}

: >"$tmp/calls"
set -- $kept
for a in "$@"; do
	# A page of a file that is not yet on the disk would count as dirty.
	[ -z "${a#*=}" ] || sync "$(library "${a#*=}")"
	calls "${a%%=*}" "${a#*=}"
done
r=1
while [ $r -le "$repeats" ]; do
	for a in "$@"; do
		printf '\r%s/%s %-12s' $r "$repeats" "${a%%=*}" >&2
		idle "${a%%=*}" "${a#*=}"
	done
	first=$1
	shift
	set -- "$@" "$first"
	r=$((r + 1))
done
for r in 1 2 3 4 5; do
	for a in "$@"; do start_up "${a%%=*}" "${a#*=}"; done
	first=$1
	shift
	set -- "$@" "$first"
done
printf '\n' >&2

awk -v order="$(for a in $kept; do printf '%s ' "${a%%=*}"; done)" -v kinds="$kinds" -v processes="$processes" '
function least(table, key, v) { if (!(key in table) || v < table[key]) table[key] = v }
FILENAME ~ /memory$/ { least(dirty, $1 " " $2, $3); least(pss, $1 " " $2, $4); count[$2] = $5 }
FILENAME ~ /start$/ {
	for (i = 2; i <= NF; i++) { split($i, f, "="); v[f[1]] = f[2] }
	least(wall, $1, v["wall"]); least(faults, $1, v["faults"])
}
FILENAME ~ /calls$/ { called[$1] = $2 }
END {
	n = split(order, a, " "); m = split(kinds, k, " ")
	print "Private dirty memory, KiB a process; extra over the libc (the first line), MiB; start of true\n"
	printf "| allocator |"
	for (j = 1; j <= m; j++) printf " %s |", k[j]
	printf " %d processes: extra private dirty | extra PSS | start, us | page faults | system calls |\n|---|", processes
	for (j = 1; j <= m + 5; j++) printf "---|"
	print ""
	for (i = 1; i <= n; i++) {
		printf "| %s |", a[i]
		d = p = 0
		for (j = 1; j <= m; j++) {
			key = a[i] " " k[j]
			if (count[k[j]]) printf " %.0f |", dirty[key] / count[k[j]]; else printf " |"
			d += dirty[key]; p += pss[key]
		}
		if (i == 1) { d0 = d; p0 = p }
		printf " %.1f | %.1f | %.0f | %d | %s |\n", (d - d0) / 1024, (p - p0) / 1024, wall[a[i]] * 1e6,
			faults[a[i]], a[i] in called ? called[a[i]] : "-"
	}
}' "$tmp/memory" "$tmp/start" "$tmp/calls"
