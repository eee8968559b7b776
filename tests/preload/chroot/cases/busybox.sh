# The tools of busybox, which calls mallopt, and its shell.
# packages: busybox
# short
cat >script <<'E2'
b=busybox
$b seq 60000 | $b awk '{ a[$1 % 503] = a[$1 % 503] $1; s += $1 } END { print length(a[7]), s }'
$b seq 60000 | $b sort -r | $b md5sum
$b seq 60000 | $b sed 's/\(.\)$/\1\1/;/7/d' | $b sha256sum
$b mkdir -p d/e d/f
for i in $($b seq 200); do
	$b seq $i >d/e/$i
done
$b find d -type f | $b sort | $b xargs $b cat | $b sha1sum
$b tar -czf d.tgz d
$b mkdir x
$b tar -xzf d.tgz -C x
$b diff -r d x/d && echo the same
$b tar -cf - d | $b bzip2 | $b bunzip2 | $b tar -tf - | $b wc -l
$b gzip -c script | $b zcat | $b cmp - script && echo gzip
$b echo '2 3 + 4 * p' | $b dc
$b grep -c 1 d/e/150
$b find d -name '1*0' | $b cpio -o -H newc 2>&- | $b cpio -t 2>&- | $b sort | $b sha512sum
$b ls -1 d/e | $b tail -n 2
E2
busybox ash script
mkdir www && busybox seq 100000 >www/numbers
busybox httpd -p 127.0.0.1:8080 -h www
wait_for 10 listens 8080
for i in 1 2 3 4 5; do
	busybox wget -q -O - http://127.0.0.1:8080/numbers >got
	cmp got www/numbers
done
busybox wc -c got
