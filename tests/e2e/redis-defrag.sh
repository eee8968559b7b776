#!/bin/sh
# redis: active defragmentation. Debian's server has none, as it asks for a jemalloc of redis's own (with
# je_get_defrag_hint): so redis is built, from the source in Debian's archive, with <ashlar/jemalloc.h> in
# place of jemalloc's header and linked with ashlar. Filled, thinned, and then it moves what is left together.
: "${ASHLAR_E2E_TIMEOUT:=600}"
export ASHLAR_E2E_TIMEOUT
. "$(dirname "$0")/lib.sh"
need gcc make redis-cli
need_source redis

cp -R "$source" "$tmp/redis"
# MALLOC=libc: else the Makefile builds the jemalloc that comes with redis
make -C "$tmp/redis/src" -j"$(getconf _NPROCESSORS_ONLN)" redis-server MALLOC=libc OPTIMIZATION=-O1 DEBUG= \
	BUILD_TLS=no USE_SYSTEMD=no \
	CFLAGS="-w -DUSE_JEMALLOC $jemalloc_flags" \
	LDFLAGS="-Wl,--no-as-needed -L$tmp -l:libashlar.so.2 -Wl,-rpath,$tmp" >"$tmp/build.log" 2>&1 ||
	{ show "$tmp/build.log" "make"; fail "redis does not build with <ashlar/jemalloc.h>"; }

cd "$tmp"
cli() { redis-cli -s "$tmp/sock" "$@"; }
info() { cli info "$1" | tr -d '\r' | awk -F: -v name="$2" '$1 == name { print $2 }'; }

"$tmp/redis/src/redis-server" --port 0 --unixsocket "$tmp/sock" --dir "$tmp" --save '' --appendonly no \
	--daemonize no --logfile "$tmp/log" --enable-debug-command yes >/dev/null &
server=$!
pids=$server
wait_for cli ping || { show log "the server's log"; fail "redis does not start"; }
grep -qF "$lib" /proc/$server/maps || fail "the server is without ashlar"

# Strings of one size, hashes, lists and sets; of each fifth is left.
cli debug populate 400000 key 200 >/dev/null
cli eval 'for i = 1, 40000 do
		local s = string.rep("x", i % 97)
		redis.call("HSET", "hash:" .. i % 500, "field:" .. i, s)
		redis.call("RPUSH", "list:" .. i % 100, s .. i)
		redis.call("ZADD", "zset:" .. i % 50, i, "m" .. s .. i)
		redis.call("SADD", "set:" .. i % 1000, s .. i)
	end' 0 >/dev/null
cli eval 'for i = 0, 399999 do
		if i % 5 > 0 then redis.call("DEL", "key:" .. i) end
	end
	for i = 1, 1000 do
		if i % 5 > 0 then redis.call("DEL", "hash:" .. i, "set:" .. i, "zset:" .. i) end
	end' 0 >/dev/null
cli memory purge >/dev/null
sleep 0.5
digest=$(cli debug digest)
before=$(rss_kb $server)
ratio=$(info memory allocator_frag_ratio)
awk "BEGIN { exit !($ratio > 2) }" || fail "nothing to be done: a ratio of $ratio"

[ "$(cli config set active-defrag-ignore-bytes 1mb active-defrag-threshold-lower 5 \
	active-defrag-cycle-min 25 active-defrag-cycle-max 75)" = OK ] || fail "config set"
said=$(cli config set activedefrag yes)
[ "$said" = OK ] || fail "activedefrag: $said"
# Not 1: some blocks redis never asks about, and their slabs stay.
is_low()
{
	now=$(info memory allocator_frag_ratio)
	awk "BEGIN { exit !($now < 1.25) }"
}
wait_for is_low || fail "the ratio was $ratio and is still $now, $(info stats active_defrag_hits) blocks moved"
hits=$(info stats active_defrag_hits)
[ "$hits" -gt 50000 ] || fail "only $hits blocks were moved"
cli config set activedefrag no >/dev/null
[ "$(cli debug digest)" = "$digest" ] || fail "the data changed"
cli memory purge >/dev/null
sleep 0.5
after=$(rss_kb $server)
[ "$after" -lt $((before / 2)) ] || fail "resident are $after kB, and were $before"
cli shutdown nosave || :
wait $server || fail "the server ended with $?"
! grep -i -e crash -e 'bug report' log
echo "$name: ratio $ratio, then $now; resident $before kB, then $after; $hits blocks moved"
