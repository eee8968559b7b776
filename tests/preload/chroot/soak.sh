#!/bin/sh
# Two systems side by side under the same load, one on ashlar, one without: servers and workers that live as
# long as the run, and short programs, while the library is replaced again and again by a copy that is renamed.
# Needs root, mmdebstrap and namespaces.
#
#   tests/preload/chroot/soak.sh [--minutes N] [--every SECONDS] [--samples FILE]   from the build folder
#
#   --minutes N        how long (30)
#   --every SECONDS    between two replacements (60)
#   --samples FILE     keep what both systems reported
#
# Fails when a program ends that should not, an answer differs from the first one or from the other system's,
# or a process that lives as long grows more, after the first third, than the one without the library, plus
# 2 MiB, plus a twentieth of its size.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${top_builddir:-$(pwd)}
. "$here/root.sh"

usage() { sed -n '/^# *tests.*soak\.sh/,/^# *--samples/s/^# \{0,1\}//p' "$0"; exit "$1"; }
minutes=30 every=60 samples=
while [ $# -gt 0 ]; do
	case $1 in
	--minutes) minutes=$2; shift ;;
	--every) every=$2; shift ;;
	--samples) samples=$2; shift ;;
	--help) usage 0 ;;
	*) usage 2 >&2 ;;
	esac
	shift
done

need_namespaces soak
library=$build/.libs/libashlar.so.2
[ -f "$library" ] || { echo "soak: no $library" >&2; exit 99; }

peer_packages=
make_root "${ASHLAR_CHROOT_CACHE:-/var/cache/ashlar-chroot}" "$here/soak/load.sh" || { echo "soak: no root" >&2; exit 99; }

work=$(mktemp -d)
pids=
# unshare does not listen to other signals; all in its namespaces goes with it
trap 'for pid in $pids; do kill -9 "$pid" 2>/dev/null || :; done; wait; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
{
	echo "seconds=$((minutes * 60)) every=$every"
	cat "$here/soak/load.sh"
} >"$work/load.sh"

# run NAME LIBRARY PRELOAD
run()
{
	mkdir "$work/$1.scratch"
	unshare --mount --pid --net --ipc --uts --fork --kill-child \
		sh "$here/enter.sh" "$root" "$work/$1.scratch" "$2" "$3" $((minutes * 60 + 300)) "$work/load.sh" \
		>"$work/$1" 2>"$work/$1.err" </dev/null &
	pids="$pids $!"
}
run none '' ''
run ashlar "$library" '/usr/$LIB/libashlar.so.2'
bad=0
for pid in $pids; do
	wait "$pid" || { echo "soak: ended with $?"; bad=1; }
done
pids=
[ -z "$samples" ] || (cd "$work" && sed 's/^/none /' none && sed 's/^/ashlar /' ashlar) >"$samples"
[ $bad -eq 0 ] || { tail -n 20 "$work"/*.err "$work/none" "$work/ashlar"; exit 1; }
if grep -E '^ashlar: |ERROR: ld\.so' "$work/ashlar.err"; then bad=1; fi

awk -v seconds=$((minutes * 60)) '
# The median of the samples of a process from second `from` to `to`.
function median(world, who, from, to,    n, i, j, v, t) {
	n = 0
	for (i = 1; i <= count[world]; i++)
		if (name[world, i] == who && at[world, i] >= from && at[world, i] <= to) {
			t = kib[world, i]
			for (j = n++; j > 0 && v[j] > t; j--) v[j + 1] = v[j]
			v[j + 1] = t
		}
	return n ? v[int((n + 1) / 2)] : -1
}
FNR == 1 { world = FILENAME; sub(/.*\//, "", world) }
$1 == "BAD" { print world ": " $0; bad++ }
$1 == "library" { replaced = $2 }
$1 == "answer" { sum[world, $2] = $3; times[world, $2] = $4; asked[$2] = 1; answers[world] += $4 }
# Processes of one name are one.
$1 == "rss" {
	sub(/\..*/, "", $3)
	if ($3 == last[world] && $2 == second[world]) kib[world, count[world]] += $4
	else {
		i = ++count[world]
		name[world, i] = $3; at[world, i] = $2; kib[world, i] = $4
		last[world] = $3; second[world] = $2; lived[$3] = 1
	}
}
END {
	for (a in asked)
		if (sum["none", a] != sum["ashlar", a] || !times["none", a]) {
			print "another answer: " a; bad++
		}
	print answers["none"] " answers without, " answers["ashlar"] " with the library, which was replaced " replaced " times"
	print "| | answers without | with |\n|---|---|---|"
	for (a in asked) print "| " a " | " times["none", a] " | " times["ashlar", a] " |"
	print "\n| KiB resident | without, after a third | at the end | with, after a third | at the end | |\n|---|---|---|---|---|---|"
	for (p in lived) {
		for (w = 1; w <= 2; w++) {
			world = w == 1 ? "none" : "ashlar"
			old[w] = median(world, p, seconds / 3, seconds / 2)
			new[w] = median(world, p, seconds * 5 / 6, seconds - 2)
		}
		fits = old[1] > 0 && old[2] > 0 && new[2] > 0 && new[2] - old[2] <= new[1] - old[1] + 2048 + old[2] / 20
		if (!fits) bad++
		print "| " p " | " old[1] " | " new[1] " | " old[2] " | " new[2] " | " (fits ? "" : "grows") " |"
	}
	exit bad > 0
}' "$work/none" "$work/ashlar" || bad=1
[ $bad -eq 0 ] && echo "soak: passed" || echo "soak: failed"
exit $bad
