#!/bin/sh
# huge.sh - what huge pages bring to large heaps, and what they cost: the same program with and without.
#
#	bench/huge.sh [-n REPEATS] [-b BUILD] [-a "ALLOCATOR ..."] [--with NAME=path.so[,VAR=VALUE]...]...
#
# Prints a Markdown table: processor time (of the hash table, only the lookups) and peak RSS of programs with
# heaps of 350 MB and more, with small pages (prctl(PR_SET_THP_DISABLE)) and as the system gives them; minimum
# of REPEATS (5) interleaved runs.
# shellcheck disable=SC2046,SC2086,SC1091 # lists of words are split on purpose
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$here/.. repeats=5 chosen=ashlar with=''
while [ $# -gt 0 ]; do
	case $1 in
	-n) repeats=$2; shift ;;
	-b) build=$2; shift ;;
	-a) chosen=$2; shift ;;
	--with) with="$with $2"; shift ;;
	*) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
	shift
done
launch=$build/bench/launch
[ -x "$launch" ] || { echo "huge.sh: $launch is missing: make bench-huge builds it (or see -b)" >&2; exit 1; }
. "$here/allocators.sh"
kept=$(find_allocators "$(cd "$build" && pwd)" "$with" "$chosen")

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

run() { # run NAME ALLOCATOR PROGRAM PAGES ARGS
	row=$1,$3,$4 allocator=$2 pages=$4
	shift 4
	[ "$pages" = huge ] || set -- -s "$@"
	status=0
	env $(settings "$allocator") "$launch" -t 300 ${allocator:+-p "$(library "$allocator")"} "$@" >"$tmp/said" 2>&1 ||
		status=$?
	case $status in
	0) awk -v row="$row" '/=/ { for (i = 2; i <= NF; i++) { split($i, f, "="); v[f[1]] = f[2] } }
		END {
			lookups = v["lookup_ns"] * (v["ops"] - v["live"]) / 1e9
			print row "," (lookups ? lookups : v["user"] + v["sys"]) "," v["maxrss_kb"]
		}' "$tmp/said" >>"$tmp/rows" ;;
	77) ;; # not installed
	*) echo "huge.sh: $row: exit $status" >&2 ;;
	esac
}

: >"$tmp/rows"
r=1
while [ $r -le "$repeats" ]; do
	for a in $kept; do
		for pages in small huge; do
			progress "$r/$repeats" "${a%%=*},$pages"
			run "${a%%=*}" "${a#*=}" table $pages "$build/bench/ashbench" table 6000000 40000000
			run "${a%%=*}" "${a#*=}" z3 $pages "$here/real.sh" z3-large
			run "${a%%=*}" "${a#*=}" redis $pages "$here/real.sh" redis-large
		done
	done
	r=$((r + 1))
done
progress
echo '| | program | seconds, small pages | huge pages | ratio | MB, small pages | huge pages | ratio |'
echo '|---|---|---|---|---|---|---|---|'
awk -F, '
	function least(a, key, value) { if (!(key in a) || value < a[key]) a[key] = value }
	!(($1, $2) in seen) { seen[$1, $2] = 1; row[++n] = $1 SUBSEP $2 }
	{ least(time, $1 SUBSEP $2 SUBSEP $3, $4); least(peak, $1 SUBSEP $2 SUBSEP $3, $5 / 1024) }
	END {
		for (i = 1; i <= n; i++) {
			split(row[i], name, SUBSEP)
			s = row[i] SUBSEP "small"; h = row[i] SUBSEP "huge"
			if ((s in time) && (h in time))
				printf "| %s | %s | %.2f | %.2f | %.2f | %.0f | %.0f | %.3f |\n", name[1], name[2],
					time[s], time[h], time[h] / time[s], peak[s], peak[h], peak[h] / peak[s]
		}
	}' "$tmp/rows"
