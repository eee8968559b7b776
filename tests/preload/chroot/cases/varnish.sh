# Varnish: a configuration compiled with gcc, a few hundred files stored and served, ESI and gzip.
# packages: varnish curl python3
mkdir -p www/s out
for i in $(seq 300); do seq "$i" $((i * 11)) >www/s/$i.txt; done
echo '<p><esi:include src="/s/1.txt"/></p><esi:include src="/s/9.txt"/>' >www/page.html
chmod 755 .
cat >conf.vcl <<'E2'
vcl 4.1;
import std;
backend origin { .host = "127.0.0.1"; .port = "8080"; }
sub vcl_recv {
	set req.http.x-name = regsub(std.tolower(req.url), "^/s/([0-9]+).*", "\1");
	if (req.url ~ "^/old/") { return (synth(750, "moved")); }
}
sub vcl_synth {
	if (resp.status == 750) { set resp.status = 301; set resp.http.location = "/new"; return (deliver); }
}
sub vcl_backend_response {
	set beresp.ttl = 60s;
	set beresp.do_gzip = true;
	set beresp.do_esi = bereq.url ~ "html$";
}
sub vcl_deliver {
	set resp.http.x-name = req.http.x-name;
	set resp.http.x-hits = obj.hits;
}
E2
python3 -m http.server --bind 127.0.0.1 --directory www 8080 2>log &
origin=$!
wait_for 10 listens 8080
varnishd -F -a 127.0.0.1:6081 -f /area/conf.vcl -n /tmp/varnish -s default,32m -p feature=+http2 &
server=$!
wait_for 30 listens 6081
for round in 1 2 3 4; do
	[ $((round % 2)) -eq 0 ] || zip=--compressed
	curl -sS --fail --parallel --parallel-max 4 $zip -o 'out/#1.txt' 'http://127.0.0.1:6081/s/[1-300].txt'
	diff -r out www/s
	rm out/*
	zip=
done
curl -sS --compressed http://127.0.0.1:6081/page.html | md5sum
curl -sSi http://127.0.0.1:6081/s/7.txt | tr -d '\r' | grep -iE '^(HTTP|x-name|x-hits)'
curl -sSI http://127.0.0.1:6081/old/x | tr -d '\r' | grep -iE '^(HTTP|location)'
varnishadm -n /tmp/varnish ban 'obj.http.x-name ~ 1' >log
varnishadm -n /tmp/varnish panic.show 2>&1 | head -n 1 # a child that dies is started again
varnishstat -n /tmp/varnish -1 -f MAIN.cache_miss -f MAIN.cache_hit -f MGT.child_panic -f MGT.child_died | awk '{ print $1, $2 }'
kill $server
wait $server
kill $origin
