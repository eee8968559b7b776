# Round trips through the archivers and compressors, in threads where they have them.
# packages: tar gzip bzip2 xz-utils zstd zip unzip p7zip-full cpio lz4
# seconds: 180
mkdir tree
for i in $(seq 130); do
	mkdir -p tree/$((i % 13))
	seq $i $((i * 21)) >tree/$((i % 13))/$i
done
cp "$(command -v dpkg)" tree/program
(cd tree && find . -type f | sort | xargs sha256sum) >sums
check() { (cd "$1" && sha256sum -c --quiet ../sums) && echo "$2: the same"; }
tar --sort=name -cf all.tar tree
for tool in gzip bzip2 xz zstd lz4; do
	tar -c --use-compress-program=$tool -f all.t tree
	mkdir out
	tar -x --use-compress-program=$tool -f all.t -C out
	mv out/tree copy
	check copy $tool
	rm -r out copy
done
xz -T 2 --block-size=200k -k all.tar && xz -l --robot all.tar.xz | awk '$1 == "file" { print ($3 > 1 ? "blocks" : "one block") }'
xz -T 2 -dc all.tar.xz | cmp - all.tar
zstd -q -T2 -19 all.tar && zstd -dc all.tar.zst | cmp - all.tar
zstd -q --train tree/*/* -o dictionary && zstd -q -D dictionary tree/5/5 -c | zstd -q -D dictionary -dc | cmp - tree/5/5
bzip2 -9 <all.tar | bzip2 -d | cmp - all.tar
gzip -9 <all.tar | gzip -d | cmp - all.tar
lz4 -q -9 all.tar all.lz4 && lz4 -q -d all.lz4 -c | cmp - all.tar
zip -qr all.zip tree && unzip -tq all.zip
unzip -q all.zip -d out && mv out/tree copy && check copy zip
rm -r copy
zip -q -d all.zip 'tree/5/*' && unzip -Z1 all.zip | sort | md5sum
7z a -bd -mmt=2 -mx=7 all.7z tree >log && 7z t all.7z >log && grep Ok log
7z x -oout7 all.7z >log && mv out7/tree copy7 && check copy7 7z
(cd tree && find . | sort | cpio -o --quiet -H newc) >all.cpio
mkdir c && (cd c && cpio -id --quiet <../all.cpio) && check c cpio
cpio -t --quiet <all.cpio | md5sum
tar -f all.tar --delete tree/7 && tar -tf all.tar | sort | md5sum
