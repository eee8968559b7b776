#!/bin/sh
# php: arrays, strings, regular expressions, JSON, sorting. Without the extensions that are modules
# (php-extensions.sh).
. "$(dirname "$0")/lib.sh"
need php

work()
{
	cat >work.php <<'E1'
<?php
mt_srand(42);
$count = [];
for ($i = 0; $i < 120000; $i++) {
	$k = '';
	for ($n = mt_rand(1, 8); $n > 0; $n--)
		$k .= chr(97 + mt_rand(0, 5));
	$count[$k] = ($count[$k] ?? 0) + 1;
}
ksort($count);
$text = json_encode($count);
echo count($count), ' ', strlen($text), ' ', hash('sha256', $text), "\n";
echo json_decode($text, true) === $count ? "same\n" : "not the same\n";
echo preg_match_all('/a+b[^"]*/', $text), ' ', strlen(preg_replace('/[a-c]+/', '<$0>', $text)), "\n";
arsort($count);
echo array_sum(array_slice($count, 0, 100)), "\n";
echo strlen(serialize($count)), ' ', md5(serialize(unserialize(serialize($count)))), "\n";
$rows = [];
for ($i = 0; $i < 40000; $i++)
	$rows[] = ['id' => $i, 'key' => mt_rand(), 'list' => range(0, $i % 20)];
usort($rows, fn($a, $b) => $a['key'] <=> $b['key'] ?: $a['id'] <=> $b['id']);
echo md5(json_encode($rows)), "\n";
$s = '';
for ($i = 0; $i < 300000; $i++)
	$s .= $i % 10;
echo md5($s), ' ', md5(strrev($s)), "\n";
$l = new SplDoublyLinkedList();
for ($i = 0; $i < 50000; $i++)
	$l->push(new ArrayObject([$i]));
echo $l->count(), ' ', gc_collect_cycles() >= 0, "\n";
file_put_contents('maps', file_get_contents('/proc/self/maps'));
E1
	php -n work.php
}
compare
