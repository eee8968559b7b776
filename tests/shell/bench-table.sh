#!/bin/sh
# What bench/table.py makes of a file of results whose answers are known, and that bench/suite asks for
# workloads which exist.
. "$(dirname "$0")/env.sh"
need python3

# Three repeats of three lines; b dies once in the second, and latency is not timed.
cat >"$tmp/results.csv" <<'END'
group,workload,allocator,repeat,status,seconds,peak_kb,faults,cpu,figures
g,one,a<b,1,0,2.0,1000,10,1,
g,one,a<b,2,0,3.0,1000,10,1,
g,one,a<b,3,0,2.5,1000,10,1,
g,one,ashlar,1,0,1.0,2000,10,1,
g,one,ashlar,2,0,1.1,2000,10,1,
g,one,ashlar,3,0,2.5,2000,10,1,
g,one,b,1,0,4.0,500,10,0,
g,one,b,2,0,4.0,500,10,0,
g,one,b,3,0,4.0,500,10,0,
g,two,a<b,1,0,1.0,1000,10,1,
g,two,ashlar,1,0,2.0,2000,10,1,
g,two,b,1,139,0.1,10,10,1,
g,latency,a<b,1,0,1.0,1000,10,1,malloc_p50=20 malloc_max=900 free_p999=70
g,latency,a<b,2,0,1.0,1000,10,1,malloc_p50=22 malloc_max=100 free_p999=70
g,latency,a<b,3,0,1.0,1000,10,1,malloc_p50=24 malloc_max=200 free_p999=70
g,latency,ashlar,1,0,1.0,1000,10,1,malloc_p50=11 malloc_max=400 free_p999=35
g,latency,b,1,0,1.0,1000,10,1,malloc_p50=33 malloc_max=400 free_p999=70
END
python3 "$src/bench/table.py" "$tmp/results.csv" --svg "$tmp/results.svg" >"$tmp/results.md" || fail "table.py failed"

# has TITLE LINE: the section has this line
has()
{
	awk -v title="## $1" '/^## / { within = $0 == title; next } within' "$tmp/results.md" |
		grep -qxF -- "$2" || { cat "$tmp/results.md"; fail "$1: no line $2"; }
}
has "ashlar / each peer" "| g, 2 | time, minima | **1.000** a<b | 1.000 | 0.250 (1) |"
has "ashlar / each peer" "| g, 3 | peak RSS, minima | **2.000** b | 1.587 | 2.000 (2) |"
has "ashlar / best peer of the line" "| one | 0.50 | a<b | 0.44 | a<b | 4.00 | b | 4.00 | b |"
has "ashlar / best peer of the line" "| two | 2.00 | a<b | 2.00 | a<b | 2.00 | a<b | 2.00 | a<b |"
has "ashlar / best peer of the line" "| latency |  |  |  |  | 1.00 | a<b | 1.00 | a<b |"
has "Time" "| one | 1e+03 | 2.00 | **1.00** | 4.00 |"
has "Time" "| two | 1e+03 | **1.00** | 2.00 | failed |"
has "Time" "| g, geomean of 1 | | 2.000 | 1.000 | 4.000 |"
has "Time, medians" "| one | 1.1e+03 | 2.27 | **1.00** | 3.64 |"
has "Time, spread" "| one | 50.0 | 150.0 | 0.0 |"
has "Processor time" "| one | 0 | none | none | none |"
has "Latency of single calls" "| malloc 50 % | 0.50 | 22 (2.00) | **11 (1.00)** | 33 (3.00) |"
has "Latency of single calls" "| malloc max | 2.00 | **200 (1.00)** | 400 (2.00) | 400 (2.00) |"
has "Latency of single calls" "| free 99.9 % | 0.50 | 70 (2.00) | **35 (1.00)** | 70 (2.00) |"
has "Failures" "- two under b: 1 of 1 (status 139)"
! awk '/^## Time/, /^## Peak/' "$tmp/results.md" | grep -q '^| latency' || fail "latency is timed"
python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$tmp/results.svg" || fail "the picture is not XML"

# The means in README.md are those of doc/performance.md, where each cell has both.
for row in 'time 1' 'peak memory 2'; do
	sed -n 's/^| \*\*mean of 47\*\* | \(.*\) |$/\1/p' "$src/doc/performance.md" | tr -d '*' |
		awk -F ' [|] ' -v n="${row##* }" '{ for (i = 1; i <= NF; i++) { split($i, c, " "); printf "| %s ", c[n] } }' \
		>"$tmp/means"
	[ -s "$tmp/means" ] || broken "doc/performance.md has no mean of 47"
	grep -qxF "| ${row% *} $(cat "$tmp/means")|" "$src/README.md" ||
		fail "README.md has other means of ${row% *} than doc/performance.md: $(cat "$tmp/means")"
done

sed '/^[#=]/d' "$src/bench/suite" | while read -r label workload rest; do
	case $workload in
	!*)
		case $rest in
		@/real.sh*) grep -q "^${rest##* })\$" "$src/bench/real.sh" || fail "$label: not in real.sh" ;;
		esac ;;
	*)
		grep -q "^	{\"$workload\"," "$src"/bench/*.c || fail "$label: no workload $workload" ;;
	esac
done
