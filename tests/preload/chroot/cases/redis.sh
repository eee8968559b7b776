# Redis: values of all its types, a load of fifty clients, a copy saved by a child and read back.
# packages: redis-server
# seconds: 120
# short
start() { redis-server --port 0 --unixsocket /tmp/redis --save "" --enable-debug-command yes --logfile /area/log.redis & server=$!; }
redis() { redis-cli -s /tmp/redis "$@"; }
up() { [ "$(redis ping)" = PONG ]; }
start
wait_for 20 up
redis-benchmark -s /tmp/redis -q -n 5000 -r 5000 -d 100 -t set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset >log
redis flushall
seq 30000 | awk '{
	print "SET s" $1 " v" $1 * 7
	print "APPEND long" $1 % 500 " " $1 "," $1 "," $1
	print "HSET h" $1 % 300 " f" $1 " " $1
	print "LPUSH l" $1 % 200 " " $1
	print "SADD set" $1 % 100 " m" $1
	print "ZADD z" $1 % 50 " " $1 % 1000 " m" $1
}' >commands
redis --pipe <commands | tail -n 1
seq 1 3 30000 | sed 's/^/DEL s/' | redis --pipe | tail -n 1
redis dbsize
redis eval 'local t = 0 for i = 0, 299 do for _, v in ipairs(redis.call("hvals", "h" .. i)) do t = t + v end end return t' 0
redis zunionstore all 3 z1 z2 z3
redis sort set7 alpha limit 0 3
redis debug digest >digest
cat digest
[ "$(redis memory usage h7)" -gt 100 ]
redis memory purge
redis memory doctor >log
redis debug reload
redis debug digest | cmp - digest
redis bgsave
redis mset during 1 the 2 save 3
saved() { redis info persistence | tr -d '\r' >info; grep -q ^rdb_bgsave_in_progress:0 info && grep -q ^rdb_last_bgsave_status:ok info; }
wait_for 20 saved
redis shutdown nosave
wait $server
redis-check-rdb dump.rdb | tail -n 1 | sed 's/^\[[^]]*\] //'
start
wait_for 20 up
redis debug digest | cmp - digest
redis shutdown nosave
wait $server
