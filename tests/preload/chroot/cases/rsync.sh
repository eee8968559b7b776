# rsync copies trees in one machine and with a daemon, sends changes only, and deletes.
# packages: rsync
# seconds: 120
for i in $(seq 800); do
	mkdir -p tree/$((i % 23))/$((i % 7))
	echo "file $i" >tree/$((i % 23))/$((i % 7))/$i
done
seq 300000 >tree/big
ln -s big tree/link
ln tree/big tree/hard
chmod 600 tree/5/1/* 2>/dev/null || true
find tree -exec touch -h -d '2001-01-01' '{}' +
sum() { (cd "$1" && find . -type f | sort | xargs md5sum | md5sum; find . -printf '%p %m %l\n' | sort | md5sum); }
sum tree
rsync -aHAX tree/ copy/ && sum copy
sed -i '1000s/$/ changed/' copy/big
rm -r copy/7 && echo more >copy/more
rsync -aH --delete --checksum --stats --no-inc-recursive --block-size=700 --no-whole-file tree/ copy/ | grep -E 'Number of (reg|del|created)|Literal|Matched' | sed 's/ (.*//'
sum copy
rsync -ani tree/ copy/ | wc -l
cat >conf <<'E2'
use chroot = yes
uid = root
gid = root
[data]
path = /area/served
read only = no
auth users = anna
secrets file = /area/secrets
[public]
path = /area/tree
E2
mkdir served
echo anna:secret >secrets && echo secret >password && chmod 600 secrets password
rsync --daemon --no-detach --config=conf --address=127.0.0.1 --port=8730 &
wait_for 10 listens 8730
url=rsync://127.0.0.1:8730
rsync $url/ | sort
rsync -a $url/public/ public/ && sum public
rsync -aHz --password-file=password tree/ rsync://anna@127.0.0.1:8730/data/ && sum served
for i in 1 2 3 4; do
	rsync -a --compress-choice=zstd $url/public/ got$i &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait $pid
done
for i in 1 2 3 4; do
	sum got$i
done | sort | uniq -c
seq 10 >>tree/big
rsync -az --no-whole-file --link-dest=../got1 $url/public/ got5/ && sum got5
rsync -a --files-from=- tree few <<'E2'
1/1/1
2/2/2
E2
find few -type f | sort
rsync -a --include='*/' --include='*7' --exclude='*' tree/ seven/ && find seven -type f | wc -l
rsync -a --only-write-batch=batch tree/ served/ && rsync -a --read-batch=batch served/ && sum served
! rsync -a $url/data/ no 2>/dev/null && echo refused
