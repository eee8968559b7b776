# PHP and its extensions, which it loads with RTLD_DEEPBIND: each does some work.
# packages: php8.2-cli php8.2-bcmath php8.2-bz2 php8.2-curl php8.2-gd php8.2-gmp php8.2-intl php8.2-mbstring
# packages: php8.2-opcache php8.2-readline php8.2-soap php8.2-sqlite3 php8.2-tidy php8.2-xml php8.2-zip
# short
cat >script.php <<'E2'
<?php
$rows = [];
for ($i = 0; $i < 30000; $i++) $rows["key $i"] = ['n' => $i, 'hash' => sha1("$i"), 'list' => range(0, $i % 7)];
$json = json_encode($rows);
echo 'json ', sha1($json), ' ', json_decode($json, true) === $rows ? 'same' : 'differs', "\n";
echo 'serialize ', unserialize(serialize($rows)) === $rows ? 'same' : 'differs', "\n";
echo 'pcre ', preg_match_all('/"hash":"([a-f]+\d)/', $json), ' ', sha1(preg_replace('/(\d+)([a-f]+)/', '$2$1', $json)), "\n";
echo 'bcmath ', sha1(bcpow('7', '3000')), ' gmp ', sha1(gmp_strval(gmp_pow(7, 3000))), "\n";
echo 'bz2 ', sha1(bzdecompress(bzcompress($json))), ' zlib ', sha1(gzuncompress(gzcompress($json))), "\n";
echo 'mbstring ', sha1(mb_convert_case(mb_convert_encoding(str_repeat("\u{e9}t\u{e9} ", 20000), 'UTF-16', 'UTF-8'), MB_CASE_UPPER, 'UTF-16')), "\n";

$image = imagecreatetruecolor(300, 200);
for ($i = 0; $i < 300; $i++) imageline($image, $i, 0, 299 - $i, 199, imagecolorallocate($image, $i % 256, 255 - $i % 256, 99));
ob_start();
imagepng(imagescale($image, 700, 500));
$png = ob_get_clean();
echo 'gd ', imagesx(imagecreatefromstring($png)), ' ', imagecolorat($image, 150, 100), "\n";

$collator = new Collator('sv_SE');
$words = [];
for ($i = 0; $i < 3000; $i++) $words[] = mb_chr(0xc0 + $i * 7 % 64) . mb_chr(0x61 + $i * 11 % 26);
$collator->sort($words);
echo 'intl ', sha1(implode(',', $words)), ' ', (new NumberFormatter('de', NumberFormatter::SPELLOUT))->format(1234567), "\n";

$db = new PDO('sqlite::memory:');
$db->exec('create table t (a integer primary key, b text)');
$db->beginTransaction();
$insert = $db->prepare('insert into t values (?, ?)');
for ($i = 0; $i < 10000; $i++) $insert->execute([$i, sha1("$i")]);
$db->commit();
echo 'sqlite ', implode(' ', $db->query('select count(*), max(b), sum(a) from t where b < "8"')->fetch(PDO::FETCH_NUM)), "\n";

$document = new DOMDocument;
$root = $document->appendChild($document->createElement('root'));
for ($i = 0; $i < 5000; $i++) $root->appendChild($document->createElement('item', "text $i"))->setAttribute('n', $i % 10);
$xml = $document->saveXML();
echo 'dom ', sha1($xml), ' ', (new DOMXPath($document))->query('//item[@n=3]')->length, ' ', count(simplexml_load_string($xml)->item), "\n";
$style = new XSLTProcessor;
$style->importStylesheet(simplexml_load_string('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/root"><o><xsl:for-each select="item[@n=7]"><i><xsl:value-of select="."/></i></xsl:for-each></o></xsl:template></xsl:stylesheet>'));
echo 'xsl ', sha1($style->transformToXml($document)), "\n";
$tidy = new tidy;
$tidy->parseString(str_repeat('<p>a <b>b<i>c</b>', 500), ['output-xhtml' => true]);
$tidy->cleanRepair();
echo 'tidy ', sha1((string)$tidy), "\n";

$zip = new ZipArchive;
$zip->open('x.zip', ZipArchive::CREATE);
for ($i = 0; $i < 200; $i++) $zip->addFromString("$i.txt", str_repeat("line $i\n", 100));
$zip->close();
$zip->open('x.zip');
echo 'zip ', $zip->numFiles, ' ', sha1($zip->getFromName('123.txt')), "\n";

$curl = curl_init('file:///area/x.json');
file_put_contents('x.json', $json);
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
echo 'curl ', sha1(curl_exec($curl)), "\n";
for ($i = 0; $i < 1000; $i++) readline_add_history("line $i");
echo 'readline ', sha1(implode(',', readline_list_history())), "\n";
$key = openssl_pkey_new(['private_key_bits' => 1024]);
openssl_sign($json, $signature, $key);
echo 'openssl ', openssl_verify($json, $signature, openssl_pkey_get_details($key)['key']), "\n";
$server = new SoapServer(null, ['uri' => 'urn:x']);
$server->addFunction('strrev');
ob_start();
$server->handle('<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><strrev xmlns="urn:x"><s>' . str_repeat('abc', 5000) . '</s></strrev></e:Body></e:Envelope>');
$answer = ob_get_clean();
echo 'soap ', strlen($answer), ' ', sha1($answer), "\n";
E2
php script.php
php -d opcache.enable_cli=1 -d opcache.jit=tracing -d opcache.jit_buffer_size=16M script.php >jit
rm x.zip
USE_ZEND_ALLOC=0 php script.php >malloc
md5sum <jit
md5sum <malloc
