# Apache with the event MPM: threads of two processes serve files, gzip, TLS and CGI.
# packages: apache2 curl openssl perl
# seconds: 120
mkdir www out cgi
for i in $(seq 400); do seq "$i" $((i * 11)) >www/$i.txt; done
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout key -out crt 2>log
cat >cgi/sum <<'E2'
#!/usr/bin/perl
my $body = join '', <STDIN>;
print "Content-Type: text/plain\r\n\r\n", length $body, " ", unpack('%32C*', $body), " $ENV{QUERY_STRING}\n";
E2
chmod 755 cgi/sum .
{
	for module in mpm_event authz_core mime filter deflate dir ssl alias socache_shmcb rewrite cgid headers; do
		echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
	done
	cat <<'E2'
ServerName localhost
PidFile /run/httpd.pid
DefaultRuntimeDir /run
ErrorLog /area/error.log
LogLevel notice
User tester
Group tester
Listen 127.0.0.1:8080
Listen 127.0.0.1:8443
StartServers 2
ServerLimit 2
ThreadsPerChild 16
MaxRequestWorkers 32
TypesConfig /etc/mime.types
DocumentRoot /area/www
AddOutputFilterByType DEFLATE text/plain
ScriptAlias /cgi/ /area/cgi/
ScriptSock /run/cgisock
<Directory /area>
	Require all granted
	Options +ExecCGI
</Directory>
RewriteEngine on
RewriteRule ^/r/([0-9]+)$ /$1.txt
<VirtualHost *:8443>
	SSLEngine on
	SSLCertificateFile /area/crt
	SSLCertificateKeyFile /area/key
</VirtualHost>
E2
} >conf
[ -e /etc/mime.types ] || echo 'text/plain txt' >/etc/mime.types
apache2 -f /area/conf -DFOREGROUND &
server=$!
wait_for 10 listens 8443
fetch()
{
	curl -sS --fail --parallel --parallel-max 16 --cacert crt -o 'out/#1.txt' "$@"
	diff -r out www
	rm out/*
}
for round in 1 2; do
	fetch 'http://127.0.0.1:8080/[1-400].txt'
	fetch --compressed 'http://127.0.0.1:8080/r/[1-400]'
	fetch --compressed 'https://127.0.0.1:8443/[1-400].txt'
	[ $round -ne 1 ] || kill -USR1 $server # new processes; the old ones end when they are done
done
for i in $(seq 20); do curl -sS --data-binary @www/$i.txt "http://127.0.0.1:8080/cgi/sum?$i"; done
kill -TERM $server
wait $server
! grep -E 'exit signal|AH00052' error.log
