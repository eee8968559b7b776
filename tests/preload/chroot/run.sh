#!/bin/sh
# A Debian on ashlar: real programs in a chroot whose /etc/ld.so.preload names the library, each doing
# real work; what it prints must be what it prints without. Needs root, mmdebstrap and namespaces.
#
#   tests/preload/chroot/run.sh [OPTION]... [CASE]...   from the build folder
#
#   --short        only the cases marked so, some ten minutes: what CI runs
#   --peers        the allocators that Debian ships beside ours, in the same run
#   --with NAME=FILE   another library (its name in the table)
#   --jobs N       cases at a time (the number of processors)
#   --results FILE NAME,CASE,RESULT,SECONDS for each (results.csv in the folder of the run)
#   --table        at the end, the results as a table
#
# The root holds what the chosen cases need. It is kept in $ASHLAR_CHROOT_CACHE (/var/cache/ashlar-chroot)
# for the next run that asks for the same packages. The machine's own /etc/ld.so.preload is never touched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${top_builddir:-$(pwd)}
. "$here/root.sh"

usage() { sed -n '/^# *tests.*run\.sh/,/^# *--table/s/^# \{0,1\}//p' "$0"; exit "$1"; }
short= peers= with= jobs=$(getconf _NPROCESSORS_ONLN) results= table= chosen=
while [ $# -gt 0 ]; do
	case $1 in
	--short) short=1 ;;
	--peers) peers=1 ;;
	--with) with="$with $2"; shift ;;
	--jobs) jobs=$2; shift ;;
	--results) results=$2; shift ;;
	--table) table=1 ;;
	--help) usage 0 ;;
	-*) usage 2 >&2 ;;
	*) chosen="$chosen $1" ;;
	esac
	shift
done

need_namespaces chroot

# NAME|FILE TO COPY|PRELOAD, one a line; the first is no preload at all
allocators="none||
ashlar|$build/.libs/libashlar.so.2|/usr/\$LIB/libashlar.so.2"
peer_packages=
if [ -n "$peers" ]; then
	peer_packages='libjemalloc2 libtcmalloc-minimal4 libmimalloc2.0'
	allocators="$allocators
jemalloc||/usr/\$LIB/libjemalloc.so.2
tcmalloc||/usr/\$LIB/libtcmalloc_minimal.so.4
mimalloc||/usr/\$LIB/libmimalloc.so.2.0"
fi
for other in $with; do
	allocators="$allocators
${other%%=*}|${other#*=}|/usr/\$LIB/$(basename "${other#*=}")"
done

cases=
for file in "$here"/cases/*.sh; do
	name=$(basename "$file" .sh)
	case " $chosen " in
	'  ') [ "$name" != lib ] && { [ -z "$short" ] || grep -q '^# short$' "$file"; } || continue ;;
	*" $name "*) ;;
	*) continue ;;
	esac
	cases="$cases $name"
done
[ -n "$cases" ] || { echo "chroot: no such case:$chosen" >&2; exit 2; }

make_root "${ASHLAR_CHROOT_CACHE:-/var/cache/ashlar-chroot}" $(printf "$here/cases/%s.sh " $cases) || { echo "chroot: no root" >&2; exit 99; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: "${results:=$work/results.csv}"
: >"$results"
export here root work results allocators

# one CASE: with each allocator
cat >"$work/one" <<'E2'
set -u
case=$1
file=$here/cases/$case.sh
seconds=$(sed -n 's/^# seconds: *//p' "$file")
mkdir "$work/$case"
echo "$allocators" | while IFS='|' read -r name library preload; do
	out=$work/$case/$name
	mkdir "$out.scratch"
	start=$(date +%s)
	unshare --mount --pid --net --ipc --uts --fork --kill-child \
		sh "$here/enter.sh" "$root" "$out.scratch" "$library" "$preload" "${seconds:-60}" "$case" \
		>"$out" 2>"$out.err" </dev/null
	status=$?
	took=$(($(date +%s) - start))
	if [ "$name" = none ]; then
		if [ $status -ne 0 ]; then
			echo "none,$case,not run,$took" >>"$results"
			echo "$case: does not work without a preload either ($status)"
			tail -n 5 "$out" "$out.err"
			exit
		fi
		result=pass
	elif [ $status -eq 124 ] || [ $status -eq 137 ]; then
		result=hangs
	elif [ $status -ne 0 ] || ! cmp -s "$out" "$work/$case/none"; then
		result=FAILS
	elif grep -E '^ashlar: |ERROR: ld\.so' "$out.err" >&2; then
		result=complains
	else
		result=pass
	fi
	echo "$name,$case,$result,$took" >>"$results"
	echo "$case, $name: $result, $took s"
	if [ "$result" != pass ] && [ "$name" = ashlar ]; then
		diff "$work/$case/none" "$out" | head -n 20
		tail -n 20 "$out.err"
	fi
	rmdir "$out.scratch"
done
E2
printf '%s\n' $cases | xargs -P "$jobs" -n 1 sh "$work/one"

sort -o "$results" "$results"
if [ -n "$table" ]; then
	awk -F, '
	!($1 in col) && $1 != "none" { col[$1] = 1; names[++n] = $1 }
	{ r[$2, $1] = $3; if (!($2 in row)) { row[$2] = 1; cases[++m] = $2 } }
	END {
		printf "| case |"; for (i = 1; i <= n; i++) printf " %s |", names[i]
		printf "\n|---|"; for (i = 1; i <= n; i++) printf "---|"; print ""
		for (j = 1; j <= m; j++) {
			printf "| %s |", cases[j]
			for (i = 1; i <= n; i++) {
				s = r[cases[j], names[i]]
				printf " %s |", s == "" ? "not run" : s == "pass" ? s : "**" s "**"
			}
			print ""
		}
	}' "$results"
fi
bad=$(awk -F, '$1 == "ashlar" && $3 != "pass" || $3 == "not run"' "$results")
good=$(awk -F, '$1 == "ashlar" && $3 == "pass"' "$results" | wc -l)
echo "$good passed, $(printf '%s' "$bad" | grep -c .) failed"
[ -z "$bad" ]
