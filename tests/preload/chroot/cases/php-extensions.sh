# All of PHP's other extensions, with the libraries they bring: loaded together, and put to some work.
# packages: php8.2-cli php8.2-apcu php8.2-ast php8.2-dba php8.2-ds php8.2-enchant php8.2-gnupg php8.2-igbinary
# packages: php8.2-imagick php8.2-imap php8.2-interbase php8.2-ldap php8.2-mailparse php8.2-memcached php8.2-mongodb
# packages: php8.2-msgpack php8.2-mysql php8.2-odbc php8.2-pgsql php8.2-pspell php8.2-redis php8.2-rrd php8.2-snmp
# packages: php8.2-ssh2 php8.2-sybase php8.2-uuid php8.2-xmlrpc php8.2-yaml php8.2-zmq
cat >script.php <<'E2'
<?php
$rows = [];
for ($i = 0; $i < 5000; $i++) $rows["key $i"] = ['n' => $i, 'hash' => sha1("$i"), 'list' => range(0, $i % 7)];
echo 'igbinary ', igbinary_unserialize(igbinary_serialize($rows)) === $rows ? 'same' : 'differs', "\n";
echo 'msgpack ', msgpack_unpack(msgpack_pack($rows)) === $rows ? 'same' : 'differs', "\n";
echo 'yaml ', yaml_parse(yaml_emit($rows)) === $rows ? 'same' : 'differs', "\n";
echo 'bson ', sha1(MongoDB\BSON\fromPHP($rows)), "\n";
echo 'xmlrpc ', sha1(xmlrpc_encode_request('method', $rows)), "\n";
foreach ($rows as $key => $row) apcu_store($key, $row);
echo 'apcu ', apcu_fetch('key 77') === $rows['key 77'] ? 'same' : 'differs', ' ', apcu_cache_info(true)['num_entries'], "\n";
$map = new Ds\Map($rows);
$map->ksort();
$heap = new Ds\PriorityQueue;
foreach ($map as $key => $row) $heap->push($key, $row['n'] * 7 % 5003);
echo 'ds ', $map->skip(100)->key, ' ', $heap->pop(), "\n";
echo 'ast ', sha1(json_encode(ast\parse_file(__FILE__, 90))), "\n";
$db = dba_open('x.db', 'n', 'db4');
foreach ($rows as $key => $row) dba_insert($key, $row['hash'], $db);
echo 'dba ', dba_fetch('key 4321', $db), "\n";
dba_close($db);
$image = new Imagick;
$image->newImage(400, 300, 'white');
$draw = new ImagickDraw;
for ($i = 0; $i < 100; $i++) { $draw->setFillColor("rgb($i,$i,200)"); $draw->rectangle($i * 4, $i, $i * 4 + 3, 299 - $i); }
$image->drawImage($draw);
$image->resizeImage(200, 150, Imagick::FILTER_BOX, 1);
$image->setImageFormat('png');
echo 'imagick ', $image->getImageSignature(), ' ', strlen($image->getImageBlob()) > 100, "\n";
$mail = mailparse_msg_create();
mailparse_msg_parse($mail, "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n");
echo 'mailparse ', implode(' ', mailparse_msg_get_structure($mail)), "\n";
mailparse_msg_free($mail);
echo 'imap ', imap_utf8('=?UTF-8?B?w6l0w6k=?='), ' ', count(imap_rfc822_parse_adrlist('a <a@b.c>, d@e.f', '')), "\n";
echo 'ldap ', ldap_escape('a*(b)', '', LDAP_ESCAPE_FILTER), ' ', ldap_explode_dn('cn=a,dc=b,dc=c', 0)['count'], "\n";
rrd_create('x.rrd', ['--start', '1000000000', '--step', '60', 'DS:a:GAUGE:120:U:U', 'RRA:AVERAGE:0.5:1:500']);
for ($i = 1; $i < 400; $i++) rrd_update('x.rrd', [1000000000 + $i * 60 . ":$i"]);
echo 'rrd ', array_sum(array_filter(rrd_fetch('x.rrd', ['AVERAGE', '--start', '1000000000', '--end', '1000020000'])['data']['a'], 'is_finite')), "\n";
$context = new ZMQContext;
$reply = $context->getSocket(ZMQ::SOCKET_REP);
$reply->bind('tcp://127.0.0.1:5555');
$request = $context->getSocket(ZMQ::SOCKET_REQ);
$request->connect('tcp://127.0.0.1:5555');
for ($i = 0; $i < 500; $i++) { $request->send(str_repeat("$i", $i)); $got = $reply->recv(); $reply->send(strrev($got)); $got = $request->recv(); }
echo 'zmq ', sha1($got), "\n";
echo 'uuid ', uuid_is_valid(uuid_create()) ? 'valid' : 'not', "\n";
foreach (['mysqli', 'pgsql', 'odbc', 'pdo_firebird', 'pdo_dblib', 'snmp', 'pspell', 'enchant', 'redis', 'memcached', 'ssh2', 'gnupg'] as $name)
	echo extension_loaded($name) ? '' : "no $name\n";
try { new PDO('pgsql:host=127.0.0.1;port=1'); } catch (PDOException $e) { echo "pgsql refused\n"; }
try { new PDO('mysql:host=127.0.0.1;port=1'); } catch (PDOException $e) { echo "mysql refused\n"; }
try { (new Redis)->connect('127.0.0.1', 1); } catch (RedisException $e) { echo "redis refused\n"; }
E2
php -d apc.enable_cli=1 script.php
php -m | sort | grep -c .
