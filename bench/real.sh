#!/bin/sh
# real.sh NAME - one real program on fixed input; its answer is compared with the known one, so that
# a wrong run fails. Exit status 77: the program is not installed. Input and programs: real/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)/real

need() {
	command -v "$1" >/dev/null || exit 77
}

answer() { # answer TEXT: what came on stdin is TEXT
	got=$(cat)
	[ "$got" = "$1" ] || { echo "real.sh: answer is $got, not $1" >&2; exit 1; }
}

# Redis on a socket of its own: throughput of small writes and of long lists, then a clean stop.
redis() {
	dir=$(mktemp -d)
	redis-server --port 0 --unixsocket "$dir/s" --save '' --dir "$dir" >"$dir/log" &
	trap 'kill $! 2>/dev/null || true; rm -rf "$dir"' EXIT
	# The clients are the harness: they run on the libc's allocator.
	unset LD_PRELOAD
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		redis-cli -s "$dir/s" ping >/dev/null 2>&1 && break
		sleep 0.1
	done
	redis-benchmark -s "$dir/s" -q -P 16 -r 200000 -n 400000 -d 100 -t set,lpush >/dev/null
	redis-benchmark -s "$dir/s" -q -P 4 -n 4000 -t lrange_300 >/dev/null
	redis-cli -s "$dir/s" llen mylist | answer 404000
	redis-cli -s "$dir/s" shutdown nosave
	wait
}

case $1 in
lua)
	need lua
	lua "$here/trees.lua" | answer '780972 65535' ;;
sqlite)
	need sqlite3
	sqlite3 -batch :memory: ".read $here/table.sql" | tr '\n' ' ' |
		answer '250000|12500280517|row 99999 of 2f4d41 1000 249992|6207292 125003|3235294 ' ;;
python)
	[ -x /usr/bin/python3 ] || exit 77
	PYTHONMALLOC=malloc /usr/bin/python3 "$here/objects.py" | answer 5455846 ;;
perl)
	need perl
	perl "$here/hash.pl" | answer '5997779 14998 1009 679980' ;;
ruby)
	need ruby
	ruby "$here/objects.rb" | answer 12963269 ;;
g++)
	need g++
	g++ -std=c++17 -fsyntax-only "$here/templates.cc" ;;
gs)
	need gs
	gs -q -dBATCH -dNOPAUSE -sDEVICE=bbox "$here/pages.ps" 2>&1 | sed -n '$p' |
		answer '%%HiResBoundingBox: 20.393999 19.799999 579.635982 746.513977' ;;
z3)
	need z3
	z3 "$here/puzzle.smt2" | answer unsat ;;
redis)
	need redis-server
	need redis-benchmark
	redis ;;
*)
	echo "real.sh: no program $1" >&2
	exit 2 ;;
esac
