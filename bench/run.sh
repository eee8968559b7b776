#!/bin/sh
# run.sh - every chosen workload under every chosen allocator, interleaved.
#
#	bench/run.sh [-n REPEATS] [-w "LABEL ..."] [-a "ALLOCATOR ..."] [-o DIR] [-b BUILD]
#	             [--with NAME=path.so[,VAR=VALUE]...]... [-l] [-I]
#
# VARs are set in the runs of that peer alone: for one that does not start without them.
# Writes DIR/results.csv, results.md and results.svg. Within one repeat of one workload the
# allocators follow one another (A B C, C B A, B C A, A C B, ...), so that nobody always has the
# same place or follows the same one. Then, if there is valgrind, insn.sh's table goes into results.md too:
# not with -I, and with -w only if the word "instructions" is in it. See README.md.
# shellcheck disable=SC2046,SC2086,SC1091 # lists of words are split on purpose
set -eu

here=$(cd "$(dirname "$0")" && pwd)
repeats=7 out=bench-results build=$here/.. list=no instructions=yes
only='' chosen='' with=''

usage() {
	sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
while [ $# -gt 0 ]; do
	case $1 in
	-n) repeats=$2; shift ;;
	-w) only=$2; shift ;;
	-a) chosen=$2; shift ;;
	-o) out=$2; shift ;;
	-b) build=$2; shift ;;
	-l) list=yes ;;
	-I) instructions=no ;;
	--with) with="$with $2"; shift ;;
	*) usage ;;
	esac
	shift
done

. "$here/allocators.sh"
kept=$(find_allocators "$build" "$with" "$chosen")
if [ $list = yes ]; then
	printf '%s\n' $kept
	sed '/^#/d' "$here/suite"
	exit 0
fi

launch=$build/bench/launch ashbench=$build/bench/ashbench
for p in "$launch" "$ashbench"; do
	[ -x "$p" ] || { echo "run.sh: $p is missing: make bench builds it (or see -b)" >&2; exit 1; }
done

lines() { # of the suite that are wanted, and where groups begin
	grep -v '^#' "$here/suite" | while read -r label args; do
		[ "$label" = = ] || in_list "$label" "$only" || continue
		printf '%s %s\n' "$label" "$args"
	done
}

in_list instructions "$only" || instructions=no
total=$(lines | grep -vc '^= ') || [ $instructions = yes ] || { echo "run.sh: no line of the suite is named $only" >&2; exit 1; }
mkdir -p "$out"
csv=$out/results.csv
echo "group,workload,allocator,repeat,status,seconds,peak_kb,faults,cpu,figures" >"$csv"

one() { # one LABEL ARGS NAME PATH REPEAT
	case $2 in
	!*)
		runs=${2%% *} command=${2#* } quiet=-q
		# What is ours says nothing but, where its own wall time is not the figure, the seconds.
		case $command in @*) command=$here${command#@} quiet='' ;; esac
		set -- "$1" "$quiet -n ${runs#!} $command" "$3" "$4" "$5" ;;
	*)
		set -- "$1" "$ashbench $2" "$3" "$4" "$5" ;;
	esac
	# The arguments are words of the suite file, and settings prints words: split on purpose.
	said=$(env $(settings "$4") "$launch" -t 120 ${4:+-p "$(library "$4")"} $2 2>>"$out/errors.log") || true
	printf '%s\n' "$said" | awk -v g="$group" -v w="$1" -v a="$3" -v r="$5" '
		/^launch / { for (i = 2; i <= NF; i++) { split($i, f, "="); v[f[1]] = f[2] } next }
		/ seconds=/ {
			for (i = 2; i <= NF; i++) {
				split($i, f, "=")
				if (f[1] == "seconds") s = f[2]
				else if (f[1] != "ops" && f[1] != "peak_kb") x = x (x == "" ? "" : " ") $i
			}
		}
		END {
			if (v["status"] == 77) exit # the program is not installed
			if (s == "") s = v["wall"]
			print g "," w "," a "," r "," v["status"] "," s "," v["maxrss_kb"] "," v["faults"] "," \
				v["user"] + v["sys"] "," x
		}' >>"$csv"
}

backwards() {
	reversed=
	for a in "$@"; do reversed="$a $reversed"; done
	echo "$reversed"
}

: >"$out/errors.log"
line=0
lines | while read -r label args || { progress; false; }; do
	if [ "$label" = "=" ]; then
		group=$args
		continue
	fi
	line=$((line + 1))
	set -- $kept
	r=1
	while [ $r -le "$repeats" ]; do
		order="$*"
		if [ $((r % 2)) = 0 ]; then
			order=$(backwards "$@")
			first=$1
			shift
			set -- "$@" "$first"
		fi
		for a in $order; do
			progress "line $line of $total: $label, repeat $r of $repeats:" "${a%%=*}"
			one "$label" "$args" "${a%%=*}" "${a#*=}" $r </dev/null
		done
		r=$((r + 1))
	done
done
if [ "$total" != 0 ]; then
	python3 "$here/table.py" "$csv" --svg "$out/results.svg" >"$out/results.md"
else
	rm -f "$out/results.svg"
	echo '# Results' >"$out/results.md"
fi
if [ $instructions = yes ]; then
	if command -v valgrind >/dev/null; then
		printf '\n## Instructions\n\nOf one malloc and its free or of a realloc, loop and PLT included.\n\n' \
			>>"$out/results.md"
		# Tables of the timing are there already, so what stops this does not cost them.
		set --
		for word in $with; do set -- "$@" --with "$word"; done
		sh "$here/insn.sh" -b "$build" -a "$chosen" -o "$out" "$@" >>"$out/results.md"
	else
		echo "run.sh: no valgrind: instructions are not counted" >&2
	fi
fi
echo "$out/results.md" >&2
