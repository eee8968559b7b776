# HAProxy in front of two lighttpd, with compression, TLS and a change of servers at run time.
# packages: haproxy lighttpd curl openssl netcat-openbsd
mkdir www out
for i in $(seq 400); do seq "$i" $((i * 11)) >www/$i.txt; done
chmod 755 .
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout key -out crt 2>log
cat key crt >pem
for port in 8001 8002; do
	cat >conf.$port <<-E2
	server.document-root = "/area/www"
	server.bind = "127.0.0.1"
	server.port = $port
	server.username = "tester"
	mimetype.assign = ( ".txt" => "text/plain" )
	E2
	lighttpd -D -f conf.$port &
	servers="${servers:-} $!"
done
cat >haproxy.cfg <<'E2'
global
	nbthread 4
	stats socket /run/admin mode 600 level admin
defaults
	mode http
	timeout connect 5s
	timeout client 20s
	timeout server 20s
frontend f
	bind 127.0.0.1:8080
	bind 127.0.0.1:8443 ssl crt /area/pem alpn h2,http/1.1
	compression algo gzip
	compression type text/plain
	http-request set-header X-Long %[path,sha1,hex]
	default_backend b
backend b
	balance roundrobin
	server one 127.0.0.1:8001
	server two 127.0.0.1:8002
E2
haproxy -c -f haproxy.cfg
haproxy -db -f haproxy.cfg &
proxy=$!
wait_for 10 listens 8001
wait_for 10 listens 8002
wait_for 10 listens 8443
fetch()
{
	curl -sS --fail --parallel --parallel-max 8 --cacert crt --compressed -o 'out/#1.txt' "$@"
	diff -r out www
	rm out/*
}
fetch 'http://127.0.0.1:8080/[1-400].txt'
fetch 'https://127.0.0.1:8443/[1-400].txt'
echo 'disable server b/two' | nc -UN /run/admin >log
fetch 'http://127.0.0.1:8080/[1-400].txt'
echo 'show stat' | nc -UN /run/admin | awk -F, '$1 == "b" { print $2, $8, $18 }'
for server in $servers; do
	kill -INT "$server"
	wait "$server"
done
kill -USR1 $proxy # when all is done
wait $proxy
