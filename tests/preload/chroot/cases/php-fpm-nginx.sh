# nginx and PHP's process manager: some hundred pages in parallel, and no worker that died and was replaced.
# packages: nginx-light php8.2-fpm php8.2-mbstring php8.2-xml php8.2-sqlite3 php8.2-opcache curl
# short
mkdir www out
cat >www/page.php <<'E2'
<?php
$n = (int)$_GET['n'];
$document = new DOMDocument;
$root = $document->appendChild($document->createElement('page'));
for ($i = 0; $i < 300; $i++) $root->appendChild($document->createElement('p', mb_strtoupper("paragraph $i of page $n")));
$db = new PDO('sqlite::memory:');
$db->exec('create table t (a, b)');
for ($i = 0; $i < 100; $i++) $db->exec("insert into t values ($i, $i * $n)");
$root->setAttribute('sum', $db->query('select sum(b) from t')->fetchColumn());
$root->setAttribute('sent', sha1($_POST['data'] ?? ''));
echo $document->saveXML();
E2
cat >fpm.conf <<'E2'
[global]
error_log = /area/fpm.log
[www]
user = www-data
group = www-data
listen = /run/fpm.sock
listen.owner = www-data
pm = dynamic
pm.max_children = 6
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
pm.max_requests = 60
E2
cat >nginx.conf <<'E2'
user www-data;
worker_processes 2;
error_log /area/nginx.log;
events { worker_connections 200; }
http {
	types { text/plain txt; }
	gzip on;
	gzip_types text/plain;
	server {
		listen 127.0.0.1:8080;
		root /area/www;
		location ~ \.php$ {
			include /etc/nginx/fastcgi.conf;
			fastcgi_pass unix:/run/fpm.sock;
		}
	}
}
E2
seq 200000 >www/numbers.txt
head -c 300000 www/numbers.txt >data
php-fpm8.2 -y fpm.conf -c /etc/php/8.2/fpm/php.ini
nginx -c /area/nginx.conf
wait_for 10 listens 8080
curl -sS -f -Z --parallel-max 8 'http://127.0.0.1:8080/page.php?n=[1-400]' -o 'out/#1'
curl -sS -f -Z --parallel-max 8 --compressed 'http://127.0.0.1:8080/page.php?z&n=[1-100]' -o 'out/z#1'
curl -sS -f -Z --parallel-max 8 --data-urlencode data@data 'http://127.0.0.1:8080/page.php?n=[1-50]' -o 'out/p#1'
curl -sS -f -Z --parallel-max 8 --compressed 'http://127.0.0.1:8080/numbers.txt?n=[1-50]' -o 'out/s#1'
ls out | wc -l
cat out/* | md5sum
nginx -c /area/nginx.conf -s quit
! grep -E 'exited (on signal|with code [1-9])' fpm.log nginx.log
