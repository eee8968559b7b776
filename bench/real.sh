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

# For what needs files or a server: a directory of its own, in memory where there is such, gone at the
# end together with the server. From here on only what `serve` starts has the allocator.
temp() {
	library=${LD_PRELOAD:-}
	unset LD_PRELOAD
	server='' stop=TERM
	dir=$(TMPDIR=${TMPDIR:-/dev/shm} mktemp -d 2>/dev/null || TMPDIR='' mktemp -d)
	trap clean EXIT
	trap 'exit 1' HUP INT TERM
}

clean() {
	failed=$?
	[ -z "$server" ] || end || true
	[ $failed = 0 ] || [ ! -f "$dir/log" ] || cat "$dir/log" >&2
	rm -rf "$dir"
}

# It ends before the launcher's 120 seconds, whose kill would leave the directory behind.
serve() {
	timeout --foreground -k 5 90 env ${library:+LD_PRELOAD="$library"} "$@" >"$dir/log" 2>&1 &
	server=$!
}

end() { # the server, in order, as the status tells
	pid=$server server=''
	kill -"$stop" "$pid" # timeout hands it on
	wait "$pid"
}

# apart COMMAND: without the allocator, and what it costs is not in the run's figures: init waits for
# it, not we. So a client's memory cannot hide its server's, nor its processor time be taken for it.
apart() {
	rm -f "$dir/end"
	mkfifo "$dir/end"
	( (
		r=0
		timeout --foreground -k 5 60 "$@" || r=$?
		echo $r >"$dir/end"
	) & )
	read -r r <"$dir/end"
	return "$r"
}

ready() { # ready COMMAND: wait until the server makes it succeed
	tries=0
	until apart "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { echo "real.sh: the server does not answer" >&2; exit 1; }
		sleep 0.1
	done
}

# timed FUNCTION: its time is the workload's, in which then is neither the making of input nor the
# start of a server.
timed() {
	from=$(date +%s.%N)
	"$@"
	echo "$from $(date +%s.%N)" | awk '{ printf "real seconds=%.6f\n", $2 - $1 }'
}

# Throughput of small writes and of long lists.
redis() {
	apart redis-benchmark -s "$dir/s" -q -P 16 -r 200000 -n 400000 -d 100 -t set,lpush >/dev/null
	apart redis-benchmark -s "$dir/s" -q -P 4 -n 4000 -t lrange_300 >/dev/null
	apart redis-cli -s "$dir/s" llen mylist | answer 404000
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
	temp
	serve redis-server --port 0 --unixsocket "$dir/s" --save '' --dir "$dir"
	ready redis-cli -s "$dir/s" ping
	timed redis
	end ;;
*)
	echo "real.sh: no program $1" >&2
	exit 2 ;;
esac
