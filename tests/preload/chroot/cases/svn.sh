# Subversion: commits, branches, a merge and a conflict, over svnserve in threads and over file.
# packages: subversion
# seconds: 120
svnadmin create repo
printf '[general]\nanon-access = write\n' >repo/conf/svnserve.conf
svnserve -d --foreground -T -r /area --listen-host 127.0.0.1 --listen-port 3690 &
wait_for 10 listens 3690
url=svn://127.0.0.1/repo
svn mkdir -q -m layout $url/trunk $url/branches
svn co -q $url/trunk wc
cd wc
for i in $(seq 200); do
	mkdir -p d$((i % 5))
	seq $i 2000 >d$((i % 5))/$i
done
svn add -q d*
svn ci -q -m many
svn cp -q -m branch $url/trunk $url/branches/b
for i in $(seq 15); do
	echo $i >>d1/1
	svn ci -q -m "change $i"
done
svn up -q
svn switch -q $url/branches/b
svn merge -q $url/trunk
svn st -q | grep -v '^ M'
svn ci -q -m merged
svn propset -q svn:ignore '*.o' d2 && svn ci -q -m property && svn propget svn:ignore d2
svn log -q $url | grep -c ^r
svn up -q
svn blame d1/1 | awk '{ print $1 }' | uniq -c | md5sum
svn diff -r 2:HEAD $url/branches/b | sed 's/[(]revision [0-9]*[)]//' | md5sum
cd ..
for i in 1 2 3 4; do
	svn export -q $url/branches/b export$i &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait $pid
done
for i in 1 2 3 4; do
	(cd export$i && find . -type f | sort | xargs cat | sha256sum)
done
svn co -q $url/trunk a && svn co -q file:///area/repo/trunk b
echo one >a/d2/2 && svn ci -q -m one a
echo two >b/d2/2
! svn ci -q -m two b && svn up -q --accept postpone b && svn st b | grep '^C'
svn resolve -q --accept mine-full b/d2/2 && svn ci -q -m mine b && svn cat $url/trunk/d2/2
svnadmin verify -q repo
svnadmin dump -q repo >dump && svnadmin create copy && svnadmin load -q copy <dump
svnlook youngest copy
svnlook tree copy | md5sum
