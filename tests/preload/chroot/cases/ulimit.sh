# Programs that get little address space or data, and the errors of those that want more.
# packages: perl gawk sqlite3 xz-utils
within() { limit=$1 size=$2; shift 2; (ulimit $limit $size; exec "$@"); }
seq 60000 >numbers
for size in 16000 32000 64000; do
	for limit in -v -d; do
		echo "$limit $size"
		within $limit $size sort numbers | md5sum
		within $limit $size gawk '{ a[$1 % 5003] += $1 } END { n = asort(a); print n, a[n] }' numbers
		within $limit $size sh -c 'for i in $(seq 3000); do x="$x$i "; done; echo ${#x}'
		within $limit $size perl -e 'my %h; $h{$_ % 9973} .= $_ for 1..50000; print scalar(keys %h), " ", length($h{77}), "\n"'
		within $limit $size sqlite3 :memory: 'with recursive n(x) as (select 1 union all select x + 1 from n where x < 30000) select count(*), sum(x), group_concat(x % 7, "") like "%1234%" from n;'
	done
done
# more than there is: an error, and no crash
status() { "$@" >answer 2>error && echo fine || { code=$?; [ $code -lt 128 ] && echo an error || echo killed; }; }
status within -v 64000 perl -e 'my $x = "x" x 200_000_000; print length $x'
status within -v 64000 gawk 'BEGIN { x = "0123456789"; while (length(x) < 500000000) x = x x; print length(x) }'
status within -v 64000 xz -9 -c numbers
status within -v 200000 xz -3 -c numbers
within -v 64000 sort -S 5M numbers | md5sum
