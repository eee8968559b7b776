#!/bin/sh
# redis: a server under redis-benchmark, its data structures, Lua, a snapshot (fork) and a restart.
. "$(dirname "$0")/lib.sh"
need redis-server redis-cli redis-benchmark

cli() { redis-cli -s "$PWD/sock" "$@"; }

start()
{
	redis-server --port 0 --unixsocket "$PWD/sock" --dir "$PWD" --save '' --appendonly no \
		--daemonize no --logfile "$PWD/log" --enable-debug-command yes >/dev/null &
	server=$!
	pids="$pids $server"
	trap 'kill $server 2>/dev/null || :' EXIT
	wait_for cli ping
}

work()
{
	start
	redis-benchmark -s "$PWD/sock" -q -n 20000 -c 20 -P 8 -r 5000 -d 100 \
		-t set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset >/dev/null
	cli flushall
	awk 'BEGIN {
		for (i = 0; i < 20000; i++) {
			print "SET key:" i " " i * 7919 % 10007
			print "HSET hash:" i % 100 " f" i " v" i
			print "RPUSH list:" i % 10 " " i
			print "ZADD zset " i * 31 % 977 " m" i % 3000
			if (i % 3 == 0) print "APPEND grow xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			if (i % 7 == 0) print "DEL key:" i / 7
		}
	}' | cli >/dev/null
	state
	cli eval 'local t = {} for i = 1, 20000 do t[i] = "x" .. i end return #table.concat(t)' 0
	cli save
	cat /proc/"$server"/maps >maps
	cli bgsave >/dev/null
	wait_for sh -c "redis-cli -s $PWD/sock info persistence | grep -q rdb_bgsave_in_progress:0"
	cli info persistence | grep rdb_last_bgsave_status
	cli memory purge
	cli memory doctor >/dev/null
	cli shutdown nosave || :
	wait "$server"
	start
	state
	cli shutdown nosave || :
	wait "$server"
	! grep -i -e crash -e 'bug report' log
}

state()
{
	cli dbsize
	cli strlen grow
	cli hlen hash:7
	cli lrange list:3 1990 -1
	cli zrange zset 0 10 withscores
	cli debug digest
}
compare
