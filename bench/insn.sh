#!/bin/sh
# insn.sh - instructions of one malloc and its free or of a realloc, loop and PLT included, per allocator.
#
#	bench/insn.sh [-b BUILD] [-a "ALLOCATOR ..."] [--with NAME=path.so[,VAR=VALUE]...]... [-o DIR]
#
# Each case runs under valgrind (cachegrind without its cache model: it counts instructions and,
# unlike memcheck, leaves malloc alone) with N and with 2N iterations; the difference over that of the
# operations is the cost of one, free of start-up and of the measuring. The counts repeat to a few parts in a
# thousand, whatever else the machine does. Prints a Markdown table; with -o also DIR/insn.csv and
# DIR/insn.md.
# shellcheck disable=SC2046,SC2086,SC1091 # lists of words are split on purpose
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$here/..
chosen='' with='' out=''
while [ $# -gt 0 ]; do
	case $1 in
	-b) build=$2; shift ;;
	-a) chosen=$2; shift ;;
	-o) out=$2; shift ;;
	--with) with="$with $2"; shift ;;
	*) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
	shift
done
. "$here/allocators.sh"
ashbench=$build/bench/ashbench
[ -x "$ashbench" ] || { echo "insn.sh: $ashbench is missing (see -b)" >&2; exit 1; }

count() { # count PATH ARGS: instructions and operations of one run, nothing when it failed
	# ARGS and settings are words: split on purpose.
	said=$(env LD_PRELOAD="$(library "$1")" $(settings "$1") valgrind --tool=cachegrind --cache-sim=no \
		--cachegrind-out-file=/dev/null "$ashbench" $2 2>&1) || return 0
	printf '%s\n' "$said" | awk '
		/I *refs: / { gsub(/,/, ""); instructions = $NF }
		/ ops=/ { sub(/.* ops=/, ""); ops = $1 }
		END { print instructions, ops }'
}

# What: title, iterations, arguments of ashbench with @ for the iterations.
cases='pair 32 B|100000|pair 32 @
calloc 32 B|100000|pair 32 @ calloc
pair 1000 B|100000|pair 1000 @
pair 20000 B|20000|pair 20000 @
64 fifo of 64 B|3000|burst fifo 64 64 @
64 lifo of 64 B|3000|burst lifo 64 64 @
grow 100k then free all|4|grow forward 100000 64 @
grow 100k then free at random|4|grow random 100000 64 @
replace 1k|300000|replace 1000 @
replace 100k|300000|replace 100000 @
realloc by 16 B to 1 KiB|10|realloc-small 200 1024 @
phases|4|phases 4 @'

kept=$(find_allocators "$build" "$with" "$chosen")
if [ -n "$out" ]; then
	mkdir -p "$out"
else
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
	trap 'exit 1' HUP INT TERM
fi

echo "allocator,case,instructions" >"$out/insn.csv"
total=$(echo "$cases" | wc -l)
for a in $kept; do
	name=${a%%=*} k=0
	echo "$cases" | while IFS='|' read -r title n args; do
		k=$((k + 1))
		progress "instructions under $name, case of $total:" $k
		one=$(count "${a#*=}" "${args%@*}$n${args#*@}" </dev/null)
		two=$(count "${a#*=}" "${args%@*}$((2 * n))${args#*@}" </dev/null)
		echo "$one $two" | awk -v a="$name" -v t="$title" '{
			print a "," t "," (NF == 4 ? sprintf("%.1f", ($3 - $1) / ($4 - $2)) : "failed")
		}'
		[ $k != "$total" ] || progress
	done
done >>"$out/insn.csv"

awk -F , 'NR > 1 {
	if (!($1 in row)) order[++rows] = $1
	if (!($2 in seen)) { seen[$2]; head = head " " $2 " |"; rule = rule "---|" }
	row[$1] = row[$1] " " $3 " |"
}
END {
	print "| allocator |" head "\n|---|" rule
	for (i = 1; i <= rows; i++) print "| " order[i] " |" row[order[i]]
}' "$out/insn.csv" >"$out/insn.md"
cat "$out/insn.md"
