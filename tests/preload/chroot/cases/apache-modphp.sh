# Apache with PHP in its own processes: some hundred pages in parallel, and no child that died.
# packages: apache2 libapache2-mod-php8.2 php8.2-mbstring php8.2-xml php8.2-sqlite3 php8.2-gd curl
mkdir out
cat >/var/www/html/page.php <<'E2'
<?php
$n = (int)$_GET['n'];
$document = new DOMDocument;
$root = $document->appendChild($document->createElement('page'));
for ($i = 0; $i < 300; $i++) $root->appendChild($document->createElement('p', mb_strtoupper("paragraph $i of page $n")));
$db = new PDO('sqlite::memory:');
$db->exec('create table t (a, b)');
for ($i = 0; $i < 100; $i++) $db->exec("insert into t values ($i, $i * $n)");
$root->setAttribute('sum', $db->query('select sum(b) from t')->fetchColumn());
$image = imagecreatetruecolor(100, 100);
imagefilledellipse($image, 50, 50, $n % 100, 60, 0xff0000);
$root->setAttribute('point', imagecolorat($image, 50 + $n % 50, 50));
$root->setAttribute('sent', sha1($_POST['data'] ?? ''));
echo $document->saveXML();
E2
seq 60000 >/var/www/html/numbers.txt
seq 40000 >data
cat >>/etc/apache2/apache2.conf <<'E2'
ServerName localhost
<IfModule mpm_prefork_module>
	StartServers 3
	MinSpareServers 1
	MaxSpareServers 4
	MaxRequestWorkers 6
	MaxConnectionsPerChild 80
</IfModule>
E2
sed -i 's/^Listen 80/Listen 127.0.0.1:8081/' /etc/apache2/ports.conf
sed -i 's/\*:80/*:8081/' /etc/apache2/sites-enabled/*
apachectl start
wait_for 10 listens 8081
for round in 1 2; do
	curl -sS -f -Z --parallel-max 6 'http://127.0.0.1:8081/page.php?n=[1-300]' -o "out/$round#1"
	curl -sS -f -Z --parallel-max 6 --data-urlencode data@data 'http://127.0.0.1:8081/page.php?n=[1-50]' -o "out/p$round#1"
	curl -sS -f -Z --parallel-max 6 --compressed 'http://127.0.0.1:8081/numbers.txt?n=[1-50]' -o "out/s$round#1"
	[ $round = 2 ] || apachectl graceful
done
ls out | wc -l
cat out/* | md5sum
apachectl stop
! grep -E 'exit signal|Segmentation|Abort' /var/log/apache2/error.log
