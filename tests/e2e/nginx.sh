#!/bin/sh
# nginx: files large and small, compressed and plain, over many connections.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need nginx curl gzip

get() { curl -s -f --unix-socket "$PWD/sock" "$@"; }

work()
{
	mkdir html
	for i in 1 2 3 4 5; do
		awk -v n="$i" 'BEGIN { for (i = 0; i < 10 ^ n; i++) print i * 7919 % 10007, n }' \
			>html/"$i".txt
	done
	cat >nginx.conf <<E1
daemon off;
worker_processes 2;
pid $PWD/pid;
error_log $PWD/error.log;
$([ "$(id -u)" -ne 0 ] || echo "user root;")
events { worker_connections 512; }
http {
	access_log $PWD/access.log;
	client_body_temp_path $PWD/body;
	proxy_temp_path $PWD/proxy;
	fastcgi_temp_path $PWD/fastcgi;
	uwsgi_temp_path $PWD/uwsgi;
	scgi_temp_path $PWD/scgi;
	gzip on;
	gzip_types text/plain;
	default_type text/plain;
	server {
		listen unix:$PWD/sock;
		root $PWD/html;
		location /again/ { proxy_pass http://unix:$PWD/sock:/; }
		location /say { return 200 "\$arg_word \$request_method\n"; }
	}
}
E1
	nginx -p "$PWD" -c "$PWD/nginx.conf" 2>start.log &
	server=$!
	trap 'kill $server 2>/dev/null || :' EXIT
	wait_for get http://x/1.txt || { cat start.log error.log >&2; return 1; }
	for i in 1 2 3 4 5; do
		get http://x/"$i".txt | cksum
		get --compressed http://x/"$i".txt | cksum
		get --compressed http://x/again/"$i".txt | cksum
	done
	get "http://x/say?word=hello"
	get -r 100-199 http://x/4.txt | cksum
	for round in 1 2 3 4; do
		(
			urls=
			for i in $(seq 1 50); do urls="$urls http://x/$((i % 4 + 1)).txt"; done
			# shellcheck disable=SC2086 # a list
			get $urls | cksum
			# shellcheck disable=SC2086
			get --compressed $urls | cksum
		) >requests."$round" &
		clients="${clients-} $!"
	done
	# shellcheck disable=SC2086
	wait $clients
	cat requests.*
	cat /proc/"$server"/maps >maps.master
	for worker in $(cat /proc/"$server"/task/*/children); do
		cat /proc/"$worker"/maps >maps.worker
	done
	kill -HUP "$server"
	sleep 0.3
	get http://x/3.txt | cksum
	kill -QUIT "$server"
	wait "$server"
	! grep -e alert -e emerg error.log
}
compare
