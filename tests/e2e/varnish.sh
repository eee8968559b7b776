#!/bin/sh
# varnishd: a cache before nginx, that fills its storage and evicts. Linked with libjemalloc, of which it uses
# malloc and free. It compiles its configuration with the C compiler, on ashlar as well.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need varnishd varnishadm varnishstat nginx curl gcc

get() { curl -s -f --unix-socket "$PWD/sock" "$@"; }
stat() { varnishstat -n "$PWD/varnish" -1 -f "$1" | awk '{ print $2 }'; }

work()
{
	binds_to_ashlar varnishd -V
	mkdir html
	for i in $(seq 1 60); do
		awk -v n="$i" 'BEGIN { for (i = 0; i < 20000; i++) print i * 7919 % 10007, n }' >html/"$i".txt
	done
	cat >nginx.conf <<E1
daemon off;
pid $PWD/nginx.pid;
error_log $PWD/error.log;
$([ "$(id -u)" -ne 0 ] || echo "user root;")
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path $PWD/body;
	proxy_temp_path $PWD/proxy;
	fastcgi_temp_path $PWD/fastcgi;
	uwsgi_temp_path $PWD/uwsgi;
	scgi_temp_path $PWD/scgi;
	server { listen unix:$PWD/backend; root $PWD/html; }
}
E1
	cat >config.vcl <<E1
vcl 4.1;
backend default { .path = "$PWD/backend"; }
sub vcl_backend_response { set beresp.ttl = 1h; set beresp.do_gzip = bereq.url ~ "[05].txt"; }
sub vcl_deliver { set resp.http.x-hits = obj.hits; unset resp.http.age; }
E1
	nginx -p "$PWD" -c "$PWD/nginx.conf" 2>start.log &
	backend=$!
	# none: else, as root, it would become users that the package made, who must read the library
	varnishd -F -j none -n "$PWD/varnish" -f "$PWD/config.vcl" -a "$PWD/sock" -s malloc,6m \
		-p thread_pool_min=10 -t 3600 >log 2>&1 &
	server=$!
	trap 'kill $server $backend 2>/dev/null || :' EXIT
	wait_for get http://x/1.txt || { cat log >&2; return 1; }
	cat /proc/"$server"/maps >maps.manager
	# the child, which serves, is renamed
	child=$(tr -d ' ' </proc/"$server"/task/"$server"/children)
	cat /proc/"$child"/maps >maps.child
	for round in 1 2 3; do
		get 'http://x/[1-60].txt' | cksum
		get --compressed 'http://x/[1-60].txt' | cksum
	done
	for round in 1 2 3 4; do
		(
			get 'http://x/[1-8].txt?[1-12]' | cksum
		) >requests."$round" &
		clients="${clients-} $!"
	done
	# shellcheck disable=SC2086
	wait $clients
	cat requests.*
	get -D headers -o /dev/null http://x/7.txt
	get -D headers -o /dev/null http://x/7.txt
	holds "the cache has it" "$(tr -d '\r' <headers | awk '$1 == "x-hits:" { print $2 }') > 0"
	holds "objects were evicted" "$(stat MAIN.n_lru_nuked) > 0"
	# 6 MB at most; the workspaces of threads and sessions
	holds "the storage is in the heap" \
		"$(heap_kb "$child") * 1024 > $(stat SMA.s0.g_bytes) && $(heap_kb "$child") < 100 * 1024"
	sed 's/1h/2h/' config.vcl >again.vcl
	varnishadm -n "$PWD/varnish" vcl.load again "$PWD/again.vcl" | head -n 1
	varnishadm -n "$PWD/varnish" vcl.use again >/dev/null
	varnishadm -n "$PWD/varnish" ban req.url '~' .
	get http://x/3.txt | cksum
	holds "its child did not die" "$(stat MGT.child_panic) + $(stat MGT.child_died) == 0"
	kill "$server"
	wait "$server"
	kill -QUIT "$backend"
	wait "$backend"
	! grep -i -e panic -e 'not responding' -e signal=6 log
}
compare
