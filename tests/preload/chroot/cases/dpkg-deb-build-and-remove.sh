# dpkg: a package is built, taken apart, installed over an older one, diverted and purged.
# packages: dpkg
# seconds: 120
# short
build()
{
	mkdir -p $1/DEBIAN $1/usr/share/thing $1/etc
	for i in $(seq 250); do
		seq $i >$1/usr/share/thing/$i
	done
	echo "version $1" >$1/etc/thing.conf
	echo /etc/thing.conf >$1/DEBIAN/conffiles
	cat >$1/DEBIAN/control <<E2
Package: thing
Version: $1
Architecture: all
Maintainer: Nobody <nobody@localhost>
Description: Numbers
$(seq 500 | sed 's/^/ Line /')
E2
	printf '#!/bin/sh\necho "postinst $1 $2"\n' >$1/DEBIAN/postinst
	printf '#!/bin/sh\necho "postrm $1"\n' >$1/DEBIAN/postrm
	chmod 755 $1/DEBIAN/post*
	dpkg-deb --root-owner-group -Z$2 -b $1 thing-$1.deb
}
build 1.0 xz
build 2.0 zstd
build 3.0 gzip
dpkg-deb -I thing-2.0.deb | tail -n 501 | md5sum
dpkg-deb -c thing-1.0.deb | wc -l
dpkg-deb -x thing-2.0.deb out
cmp out/usr/share/thing/200 2.0/usr/share/thing/200
for v in 1.0 2.0 3.0; do
	dpkg -i --force-confnew thing-$v.deb | grep -v Reading
	dpkg-query -W -f '${Package} ${Version} ${Status} ${Conffiles}\n' thing
done
dpkg -L thing | md5sum
dpkg -S /usr/share/thing/77
rm /usr/share/thing/5 && echo x >/usr/share/thing/6
dpkg --verify thing || echo "differs ($?)"
dpkg-divert --add --rename --divert /usr/share/thing/real /usr/share/thing/9
cmp /usr/share/thing/real 3.0/usr/share/thing/9
dpkg-query -W -f '${Package}\n' | wc -l
dpkg --get-selections | md5sum
for i in $(seq 20); do
	dpkg --compare-versions 1.$i lt 1.$((i + 1))~rc1
done
dpkg -r thing | grep -v Reading
cat /etc/thing.conf
dpkg -P thing | grep -v Reading
dpkg-query -s thing 2>&1 | head -n 1
