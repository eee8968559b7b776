# Squid: a proxy that fetches, keeps in memory and serves again a few hundred files, to several clients at once.
# packages: squid curl python3
mkdir -p www/s out
for i in $(seq 300); do seq "$i" $((i * 11)) >www/s/$i.txt; done
seq 500000 >www/large.txt
chmod 755 .
cat >squid.conf <<'E2'
http_port 127.0.0.1:3128
http_access allow localhost
cache_mem 32 MB
maximum_object_size_in_memory 512 KB
access_log stdio:/tmp/access.log
cache_log /tmp/cache.log
pid_filename /tmp/squid.pid
netdb_filename none
refresh_pattern . 60 100% 60
shutdown_lifetime 1 seconds
visible_hostname chroot
pinger_enable off
E2
python3 -m http.server --bind 127.0.0.1 --directory www 8080 2>log &
origin=$!
squid -N -f /area/squid.conf &
server=$!
wait_for 20 listens 8080
wait_for 20 listens 3128
for round in 1 2 3; do
	curl -sS --fail --parallel --parallel-max 4 -x http://127.0.0.1:3128 -o 'out/#1.txt' 'http://127.0.0.1:8080/s/[1-300].txt'
	diff -r out www/s
	rm out/*
done
curl -sS -x http://127.0.0.1:3128 http://127.0.0.1:8080/large.txt | md5sum
curl -sS -x http://127.0.0.1:3128 -o log -w '%{http_code}\n' http://127.0.0.1:8080/none
kill $server
wait $server
kill $origin
[ $(grep -c HIT /tmp/access.log) -gt 100 ]
! grep -E 'FATAL|assertion|Starting Squid.*restart' /tmp/cache.log
