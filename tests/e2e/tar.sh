#!/bin/sh
# tar, gzip, xz and zstd: archives there and back, with threads.
. "$(dirname "$0")/lib.sh"
need tar gzip xz zstd

work()
{
	mkdir -p tree/a/b tree/c
	for i in $(seq 1 40); do
		awk -v n="$i" 'BEGIN { for (i = 0; i < n * 100; i++) print i * n % 9973, n }' >tree/a/b/"$i"
		ln -s "../a/b/$i" tree/c/"$i"
	done
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf tree.tar tree
	cksum <tree.tar
	for level in 1 6 9; do
		gzip -n -$level <tree.tar | tee t.gz | cksum
		gzip -dc t.gz | cmp - tree.tar
	done
	for level in 0 6; do
		xz -T2 --block-size=1MiB -$level <tree.tar | tee t.xz | cksum
		xz -T2 -dc t.xz | cmp - tree.tar
	done
	for level in 1 9 16; do
		zstd -q -T2 -$level <tree.tar >t.zst
		zstd -q -dc t.zst | cmp - tree.tar
	done
	zstd -q --single-thread -12 <tree.tar | cksum
	zstd -q --train tree/a/b/* -o dictionary --maxdict=20000
	zstd -q -D dictionary tree/a/b/7 -o seven.zst
	zstd -q -D dictionary -dc seven.zst | cmp - tree/a/b/7
	mkdir out
	tar --use-compress-program='zstd -T2' -cf tree.tar.zst tree
	tar -C out --checkpoint=1 --checkpoint-action=exec='cat /proc/$PPID/maps >maps.tar' \
		-xJf t.xz
	[ ! -f out/maps.tar ] || mv out/maps.tar .
	diff -r tree out/tree
	tar -tf tree.tar.zst | wc -l
	tar -tvf tree.tar | head -n 3
	xz -kc /proc/self/maps >maps.xz
	xz -dc maps.xz >maps.of-xz
	rm maps.xz
}
compare
