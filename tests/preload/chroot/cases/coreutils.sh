# Sorting, counting, splitting, joining and copying with the coreutils, in threads where they have them.
# packages: coreutils
# short
seq 300000 | awk '{ print ($1 * 7919) % 300007, "line", $1 }' >lines
sort -n lines >sorted
sort -n --parallel=4 -S 1M lines | cmp - sorted # by merging temporary files
sort -k 3,3 -u lines | md5sum
shuf --random-source=lines lines >shuffled
sort -n shuffled | md5sum
cut -d ' ' -f 1 lines | sort | uniq -c | sort -rn -k 1,1 -k 2,2 | head -n 2
seq 1 3 60000 | sort >a
seq 1 7 60000 | sort >b
join a b | wc -l
comm -12 a b | md5sum
tsort <<'E2'
libc ld
bash tinfo
tinfo libc
E2
split -n l/7 lines part-
cat part-* | cmp - lines
wc -l part-* | md5sum
csplit -s -n 4 sorted '/0 line/' '{200}' && ls xx* | wc -l
tac lines | rev | tr a-z A-Z | sha256sum
pr -3 -t a | expand | fold -w 40 | md5sum
fmt -w 50 lines | nl | md5sum
seq 3000 | tr 0-9 a-j | paste -d ' ' - - - >words
ptx -w 60 words | md5sum
factor $(seq 1000000000039 1000000000139) | md5sum
numfmt --to=iec <a | md5sum
base64 lines | base64 -d | cmp - lines
for sum in md5sum sha1sum sha224sum sha384sum sha512sum b2sum cksum sum; do
	$sum lines
done
sha256sum part-* >sums
sha256sum -c --quiet sums
for i in $(seq 300); do
	mkdir -p tree/$((i % 17))/$i
	echo $i >tree/$((i % 17))/$i/file
done
cp -a tree copy
cp -al tree links
(cd tree && find . | sort) >names
(cd copy && find . | sort) | cmp - names
ls -lR --time-style=+ --size tree | awk '/file/ { n++ } END { print n }'
du --inodes -s links | cut -f 1
stat -c '%h %s %A' links/3/3/file
chmod -R go-rwx copy && chown -R tester copy && stat -c '%U %a' copy/5/5
mv copy moved && rm -r tree links
tee x y <lines | cmp - lines && cmp x y
dd if=lines of=block bs=1M count=2 iflag=fullblock status=none && truncate -s 1M block && md5sum block
od -A d -t x4 block | tail -n 1
env -i A=1 B=2 printenv | sort
date -u -d '2000-02-28 +2 days' +%F
expr "$(seq -s + 1 200 | tr -d '\n')" : '.*'
