# nginx: a master with four workers serves small files, a large one, gzip and TLS, also through its own proxy.
# packages: nginx-light curl openssl
# seconds: 120
# short
mkdir -p www/s out
for i in $(seq 400); do seq "$i" $((i * 11)) >www/s/$i.txt; done
seq 2000000 >www/large.txt
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout key -out crt 2>log
cat >conf <<'E2'
worker_processes 4;
user tester;
error_log /area/error.log notice;
events { worker_connections 256; }
http {
	access_log off;
	gzip on;
	gzip_types text/plain;
	types { text/plain txt; }
	proxy_cache_path /tmp/cache keys_zone=c:1m;
	server {
		listen 127.0.0.1:8080;
		listen 127.0.0.1:8443 ssl http2;
		ssl_certificate /area/crt;
		ssl_certificate_key /area/key;
		root /area/www;
		location /proxy/ { proxy_pass http://127.0.0.1:8080/; proxy_cache c; proxy_cache_valid 200 1m; }
	}
}
E2
chmod 755 .
nginx -c /area/conf -g 'daemon off; pid /run/pid;' &
server=$!
wait_for 10 listens 8443

# each URL, eight at a time; then compared with what is served
fetch()
{
	curl -sS --fail --parallel --parallel-max 8 --cacert crt -o 'out/#1.txt' "$@"
	diff -r out www/s
	rm out/*
}
for round in 1 2 3; do
	fetch 'http://127.0.0.1:8080/s/[1-400].txt'
	fetch --compressed 'http://127.0.0.1:8080/s/[1-400].txt'
	fetch 'https://127.0.0.1:8443/s/[1-400].txt'
	fetch 'http://127.0.0.1:8080/proxy/s/[1-400].txt'
	[ $round -ne 1 ] || kill -HUP $server # new workers; the old ones end when they are done
done
curl -sS --fail --cacert crt --compressed https://127.0.0.1:8443/large.txt | md5sum
md5sum <www/large.txt
curl -sS --range 1000-1999 http://127.0.0.1:8080/large.txt | md5sum
curl -sS -o log -w '%{http_code}\n' http://127.0.0.1:8080/none
kill -QUIT $server
wait $server
# A worker that dies is started again: only the log tells.
! grep -E 'exited on signal|alert' error.log
