#!/bin/sh
# A small process stays small: what it writes to itself, its address space (the limit on locked memory, which
# users have at 8 MiB, counts it all), its mappings, and what its start costs.
. "$(dirname "$0")/env.sh"
grep -q '^Anonymous:' /proc/self/smaps_rollup 2>/dev/null || skip "no smaps_rollup"
compile footprint
footprint=$tmp/footprint

# check CASE FIGURE BOUND
check() { [ "$2" -le "$3" ] || fail "$1: $2, more than $3"; }

# figures LIBRARY COMMAND...: "KiB-written KiB-mapped mappings", each the smallest of 8 runs.
figures()
{
	library=$1
	shift
	for run in 1 2 3 4 5 6 7 8; do
		"$footprint" idle "$library" "$@" || broken "idle $*"
	done | awk '
		{ for (i = 1; i <= 3; i++) if (NR == 1 || $i < least[i]) least[i] = $i }
		END { print least[1], least[2], least[3] }'
}

figures "" sleep 60 >"$tmp/without"
figures "$lib" sleep 60 >"$tmp/with"
read -r dirty size mappings <"$tmp/without"
read -r dirty_with size_with mappings_with <"$tmp/with"
[ "$dirty" -gt 0 ] && [ "$mappings" -gt 0 ] || broken "sleep: $(cat "$tmp/without")"
check private-dirty $((dirty_with - dirty)) 32
most=3
! grep -aq 'LLD [0-9]' "$lib" || most=4 # which gives data that is read-only later a segment of its own
check mappings $((mappings_with - mappings)) $most
check address-space $((size_with)) 8191

figures "$lib" "$footprint" sleep >"$tmp/with"
read -r dirty_with size_with mappings_with <"$tmp/with"
check address-space.program "$size_with" 8191

# Faults and calls, not time: they can be counted, and are what the time goes to.
# start CASE FAULTS PROGRAM...: at most so many more faults, and twelve more calls; an empty library costs 18
# to 22 and 9 of them.
start()
{
	case=$1 most=$2
	shift 2
	"$footprint" start "" "$@" >"$tmp/without" && "$footprint" start "$lib" "$@" >"$tmp/with" ||
		broken "start $*"
	read -r faults calls <"$tmp/without"
	read -r faults_with calls_with <"$tmp/with"
	check "$case.faults" $((faults_with - faults)) "$most"
	[ "$calls" -lt 0 ] || check "$case.calls" $((calls_with - calls)) 12
}
start start.true 32 true # does not allocate
start start.program 48 "$footprint" plain

# As a user: root has no limit. What that user must read is copied to where it may.
as_user=
if [ "$(id -u)" -eq 0 ]; then
	as_user="setpriv --reuid=65534 --regid=65534 --clear-groups"
	$as_user true 2>/dev/null || as_user=none
fi
cp "$lib" "$tmp/library.so"
chmod 755 "$tmp" "$tmp/library.so" "$footprint"
if [ "$as_user" != none ] && $as_user "$footprint" lock >/dev/null 2>&1; then
	lib=$tmp/library.so
	with mlockall $as_user "$footprint" lock
fi
