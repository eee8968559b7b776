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

# For what needs files or a server: a directory of its own, in memory if that has room, gone at the end
# together with the server. From here on only what `under` or `serve` starts has the allocator.
temp() {
	library=${LD_PRELOAD:-}
	unset LD_PRELOAD
	server='' stop=TERM
	free_kb=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
	[ "${free_kb:-0}" -lt 500000 ] || : "${TMPDIR:=/dev/shm}"
	dir=$(TMPDIR=${TMPDIR:-/tmp} mktemp -d)
	trap clean EXIT
	trap 'exit 1' HUP INT TERM
}

clean() {
	failed=$?
	[ -z "$server" ] || end || true
	[ $failed = 0 ] || [ ! -f "$dir/log" ] || cat "$dir/log" >&2
	rm -rf "$dir"
}

# Everything ends before the launcher's 120 seconds, after which nothing is left in order.
under() {
	timeout --foreground -k 5 100 env ${library:+LD_PRELOAD="$library"} "$@"
}

serve() { # in a process group of its own, which timeout makes
	timeout -k 5 90 env ${library:+LD_PRELOAD="$library"} "$@" >"$dir/log" 2>&1 &
	server=$!
}

end() { # the server, in order, as the status tells
	pid=$server server='' ended=0
	kill -"$stop" "$pid" 2>/dev/null || true # timeout hands it on
	wait "$pid" || ended=$?
	kill -KILL "-$pid" 2>/dev/null || true # workers of a server that was killed
	return $ended
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

redis_server() {
	need redis-server
	need redis-benchmark
	temp
	serve redis-server --port 0 --unixsocket "$dir/s" --save '' --dir "$dir"
	ready redis-cli -s "$dir/s" ping
}

# Throughput of small writes and of long lists.
redis() {
	apart redis-benchmark -s "$dir/s" -q -P 16 -r 200000 -n 400000 -d 100 -t set,lpush >/dev/null
	apart redis-benchmark -s "$dir/s" -q -P 4 -n 4000 -t lrange_300 >/dev/null
	apart redis-cli -s "$dir/s" llen mylist | answer 404000
}

# A gigabyte of strings, then reads at random.
redis_large() {
	apart redis-benchmark -s "$dir/s" -q -P 64 -r 6000000 -n 9000000 -d 100 -t set >/dev/null
	apart redis-benchmark -s "$dir/s" -q -P 64 -r 6000000 -n 3000000 -t get >/dev/null
	apart redis-cli -s "$dir/s" dbsize | awk '{ print ($1 > 4600000 && $1 < 4720000) }' | answer 1
}

# Each key is one of 300000 at random, so 1 - 1/e of those that are asked for are there.
rocksdb() {
	under db_bench --db="$dir/db" --benchmarks=fillrandom,readrandom --num=300000 --reads=200000 \
		--threads=1 --seed=1 --compression_type=lz4 >"$dir/said" 2>"$dir/log"
	awk '/^fillrandom .* 300000 operations/ { n++ }
		/^readrandom .*\([0-9]+ of 200000 found\)/ { sub(/.*\(/, ""); n += $1 > 126000 && $1 < 126800 }
		END { print n + 0 }' "$dir/said" | answer 2
}

nginx_configuration() {
	[ "$(id -u)" != 0 ] || echo 'user root root;' # the directory is ours alone
	cat <<-END
		daemon off;
		worker_processes 1;
		pid $dir/pid;
		events { worker_connections 256; }
		http {
			access_log $dir/access;
			log_not_found off;
			default_type text/html;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			gzip on;
			gzip_min_length 1000;
			server {
				listen unix:$dir/s;
				root $dir/root;
				location /list/ { autoindex on; }
				location ~ \.shtml$ { ssi on; }
			}
		}
	END
}

nginx_files() {
	mkdir -p "$dir/root/list"
	printf 'a small file' >"$dir/root/small.txt"
	seq 1 7 100000 >"$dir/root/page.txt"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		echo '<p><!--# include virtual="/small.txt" --></p>'
	done >"$dir/root/included.shtml"
	(cd "$dir/root/list" && seq -f entry%03.0f 50 | xargs touch)
}

nginx_replies() {
	apart /usr/bin/python3 "$here/replies.py" "$dir/s" "$dir/root" | answer 11520
}

# Transactions of two clients, then the work that one backend does in its own memory.
postgres_work() {
	apart "$pg/pgbench" -h "$dir" -U bench -n -b tpcb-like -c 2 -t 2000 --random-seed=1 \
		postgres >/dev/null 2>>"$dir/log"
	apart "$pg/psql" -h "$dir" -U bench -d postgres -Atq -v ON_ERROR_STOP=1 -f "$here/rows.pgsql" |
		tr '\n' ' ' | answer "$1"
}

# The server refuses to be root; its user may be unable to read the library where it is.
# shellcheck disable=SC2086 # $as is words
postgres() {
	as=
	if [ "$(id -u)" = 0 ]; then
		user=nobody
		! id postgres >/dev/null 2>&1 || user=postgres
		as="setpriv --reuid=$user --regid=$(id -g $user) --clear-groups"
		chown $user "$dir"
		if [ -n "$library" ] && ! $as test -r "$library"; then
			cp "$library" "$dir"
			library=$dir/${library##*/}
		fi
	fi
	stop=INT # "fast": it does not wait for clients that are lost
	apart $as "$pg/initdb" -D "$dir/data" -A trust -U bench -N --no-locale -E UTF8 >/dev/null
	# Small buffers: they are shared, count in each backend, and are not the allocator's.
	serve $as "$pg/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c shared_buffers=2MB \
		-c work_mem=64MB -c fsync=off -c autovacuum=off -c jit=off \
		-c max_parallel_workers_per_gather=0 -c dynamic_shared_memory_type=mmap
	ready "$pg/psql" -h "$dir" -U bench -d postgres -c 'select 1'
	[ -z "$library" ] || grep -qF "$(readlink -f "$library")" "/proc/$(head -n 1 "$dir/data/postmaster.pid")/maps" ||
		{ echo "real.sh: $library is not in the server" >&2; exit 1; }
	apart "$pg/pgbench" -h "$dir" -U bench -i -q postgres >/dev/null 2>&1
	timed postgres_work "$1"
	apart "$pg/psql" -h "$dir" -U bench -d postgres -Atq -c "select count(*), sum(delta) =
		(select sum(abalance) from pgbench_accounts) from pgbench_history" | answer '4000|t'
	end
}

# pack PROGRAM OPTION...: compress with all of the options, decompress with the first; twice.
pack() {
	for _ in 1 2; do
		under "$@" -c <"$dir/in" >"$dir/packed"
		under "$1" "$2" -dc <"$dir/packed" >"$dir/out"
	done
}

pack_and_compare() {
	temp
	seq 1 3 15000000 >"$dir/in"
	timed pack "$@"
	cmp "$dir/in" "$dir/out"
}

# picture CALLER: drawn by what CALLER, under or apart, calls; its size and signature.
picture() {
	"$1" "$convert" -seed 7 -size 1000x800 plasma:red-blue -resize 140% -blur 0x3 \
		'(' -size 1000x800 -seed 3 plasma:fractal -rotate 30 -unsharp 0x2 ')' \
		-gravity center -compose screen -composite -resize 50% -format '%w %h %#' info: >"$dir/out"
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
	redis_server
	timed redis
	end ;;
redis-large)
	redis_server
	timed redis_large
	end ;;
z3-large)
	need z3
	temp
	apart awk -v file="$dir/cnf" -f "$here/clauses.awk"
	under z3 -dimacs "$dir/cnf" | sed -n 1p | answer 's SATISFIABLE' ;;
node)
	need node
	node "$here/objects.js" | answer 132642005 ;;
rocksdb)
	need db_bench
	temp
	timed rocksdb ;;
postgres)
	pg=
	for d in /usr/lib/postgresql/*/bin; do
		[ ! -x "$d/pgbench" ] || [ ! -x "$d/initdb" ] || pg=$d
	done
	[ -n "$pg" ] || exit 77
	temp
	postgres '100000|5000073754|row 99999 of 3099969 1000|2052055 99997|1952995 50050002 3041952 100000|999 2696014|200 ' ;;
nginx)
	PATH=$PATH:/usr/sbin # a user's lacks it
	need nginx
	[ -x /usr/bin/python3 ] || exit 77
	temp
	nginx_files
	nginx_configuration >"$dir/conf"
	serve nginx -e stderr -p "$dir" -c "$dir/conf"
	ready test -S "$dir/s"
	timed nginx_replies
	end ;;
xz)
	need xz
	pack_and_compare xz -T2 -2 --block-size=512KiB ;;
zstd)
	need zstd
	pack_and_compare zstd -q -T2 -9 -B1MiB ;;
imagemagick)
	convert=$(command -v magick || command -v convert) || exit 77
	temp
	"$convert" -version 2>/dev/null | grep -q ImageMagick || exit 77
	# Its answer differs from release to release: it is compared with the one under the libc.
	picture apart
	known=$(cat "$dir/out")
	timed picture under
	answer "${known:?}" <"$dir/out" ;;
*)
	echo "real.sh: no program $1" >&2
	exit 2 ;;
esac
