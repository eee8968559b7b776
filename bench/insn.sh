#!/bin/sh
# insn.sh - instructions of one malloc and its free, loop and PLT included, per allocator.
#
#	bench/insn.sh [-b BUILD] [-a "ALLOCATOR ..."] [--with NAME=path.so[,VAR=VALUE]...]...
#
# Each case runs under valgrind (cachegrind without its cache model: it counts instructions and,
# unlike memcheck, leaves malloc alone) with N and with 2N iterations; the difference over N is the
# cost of one, free of start-up and of the measuring. The counts repeat to a few parts in a
# thousand, whatever else the machine does. Prints a Markdown table.
# shellcheck disable=SC2046,SC2086,SC1091 # lists of words are split on purpose
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$here/..
chosen='' with=''
while [ $# -gt 0 ]; do
	case $1 in
	-b) build=$2; shift ;;
	-a) chosen=$2; shift ;;
	--with) with="$with $2"; shift ;;
	*) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
	shift
done
. "$here/allocators.sh"
ashbench=$build/bench/ashbench
[ -x "$ashbench" ] || { echo "insn.sh: $ashbench is missing (see -b)" >&2; exit 1; }

count() { # count PATH ARGS: instructions of one run, nothing when it failed
	# ARGS and settings are words: split on purpose.
	said=$(env LD_PRELOAD="$(library "$1")" $(settings "$1") valgrind --tool=cachegrind --cache-sim=no \
		--cachegrind-out-file=/dev/null "$ashbench" $2 2>&1 >/dev/null) || return 0
	printf '%s\n' "$said" | sed -n 's/.*I *refs: *//p' | tr -d ,
}

# What: title, blocks an iteration, iterations, arguments of ashbench with @ for the iterations.
cases='pair 32 B|1|100000|pair 32 @
calloc 32 B|1|100000|pair 32 @ calloc
pair 1000 B|1|100000|pair 1000 @
pair 20000 B|1|20000|pair 20000 @
64 fifo, 64 B|64|3000|burst fifo 64 64 @
grow 100k, free all|100000|4|grow forward 100000 64 @
the same, random|100000|4|grow random 100000 64 @
replace 1k|1|300000|replace 1000 @
replace 100k|1|300000|replace 100000 @'

printf '| allocator |'
echo "$cases" | while IFS='|' read -r title rest; do printf ' %s |' "$title"; done
printf '\n|---|'
echo "$cases" | while read -r line; do printf -- '---|'; done
echo
find_allocators "$build" "$with" "$chosen" | while IFS='=' read -r name path; do
	printf '| %s |' "$name"
	echo "$cases" | while IFS='|' read -r title blocks n args; do
		a=$(count "$path" "${args%@*}$n${args#*@}" </dev/null)
		b=$(count "$path" "${args%@*}$((2 * n))${args#*@}" </dev/null)
		awk -v a="$a" -v b="$b" -v n="$((blocks * n))" 'BEGIN {
			if (a == "" || b == "") printf " failed |"
			else printf " %.1f |", (b - a) / n
		}'
	done
	echo
done
