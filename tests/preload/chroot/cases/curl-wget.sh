# curl and wget fetch many files at once, whole sites, uploads and TLS from small servers.
# packages: curl wget busybox openssl
mkdir -p www/cgi-bin www/d
for i in $(seq 60); do
	seq $((i * 300)) >www/d/$i
	echo "<a href=d/$i>$i</a>"
done >www/index.html
cat >www/cgi-bin/post <<'E2'
#!/bin/sh
echo 'Content-type: text/plain'
echo
echo "$REQUEST_METHOD ${CONTENT_TYPE%%;*} ${HTTP_COOKIE:-}"
[ "${CONTENT_TYPE%%;*}" = multipart/form-data ] || head -c "${CONTENT_LENGTH:-0}" | md5sum
E2
chmod 755 www/cgi-bin/post
busybox httpd -f -p 127.0.0.1:8080 -h www &
wait_for 10 listens 8080
url=http://127.0.0.1:8080
curl -sS --parallel --parallel-max 20 "$url/d/[1-60]" -o 'got#1'
for i in $(seq 60); do
	cmp got$i www/d/$i
done
cat got* | md5sum
curl -sS "$url/d/[1-60]" | md5sum
curl -sS -I $url/d/7 | tr -d '\r' | grep -i -E 'HTTP|length'
curl -sS -r 10-99 $url/d/60 | md5sum
curl -sS -b a=b -d @www/d/60 $url/cgi-bin/post
curl -sS -F file=@www/d/50 -F x=y $url/cgi-bin/post
curl -sS -w '%{http_code} %{size_download}\n' -o /dev/null $url/nowhere $url/d/1 -o /dev/null
wget -q -r -np -P mirror $url/ && (cd mirror && find . -type f | sort | xargs md5sum | md5sum)
wget -q -i - -O all <<E2
$(seq -f "$url/d/%.0f" 40)
E2
md5sum all
wget -q --post-file=www/d/9 -O - $url/cgi-bin/post
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 9 -subj /CN=localhost -addext subjectAltName=DNS:localhost
(cd www && openssl s_server -accept 8443 -cert ../cert -key ../key -WWW -quiet >&2) &
wait_for 10 listens 8443
for i in 10 20 30; do
	curl -sS --cacert cert --resolve localhost:8443:127.0.0.1 https://localhost:8443/d/$i | cmp - www/d/$i
	wget -q --ca-certificate=cert -O w https://localhost:8443/d/$i && cmp w www/d/$i && echo TLS
done
! curl -sS https://localhost:8443/ >&2 && echo refused
seq 5000 >local && curl -sS file:///area/local | md5sum
