# A package is built by a user under fakeroot, which has a library of its own preloaded.
# packages: fakeroot dpkg-dev make
# seconds: 120
# short
mkdir -p thing-1.0/debian
cd thing-1.0
cat >debian/control <<'E2'
Source: thing
Maintainer: Nobody <nobody@localhost>
Build-Depends: make

Package: thing
Architecture: all
Description: Numbers
 and nothing else
E2
cat >debian/changelog <<'E2'
thing (1.0) unstable; urgency=low

  * First.

 -- Nobody <nobody@localhost>  Mon, 01 Jan 2001 00:00:00 +0000
E2
cat >debian/rules <<'E2'
#!/usr/bin/make -f
build build-indep build-arch:
	for i in $$(seq 300); do seq $$i >file$$i || exit 1; done
clean:
	rm -f file*
binary binary-indep: build
	mkdir -p debian/thing/DEBIAN debian/thing/usr/share/thing debian/thing/dev
	cp file* debian/thing/usr/share/thing/
	chown 12:34 debian/thing/usr/share/thing/file7
	mknod debian/thing/dev/made c 1 7
	chmod 4755 debian/thing/usr/share/thing/file8
	dpkg-gencontrol -pthing -Pdebian/thing
	dpkg-deb -b debian/thing ..
binary-arch:
E2
chmod 755 debian/rules
chmod 777 ..
chown -R tester ..
as_user dpkg-buildpackage -rfakeroot -b -us -uc -d >../log 2>&1 || { tail ../log; exit 1; }
cd ..
dpkg-deb -c thing_1.0_all.deb | awk '{ print $1, $2 }' | sort | uniq -c
dpkg-deb -c thing_1.0_all.deb | awk '/file7$|file8$|made$/ { print $1, $2, $3 }'
as_user fakeroot -s state sh -c 'touch a b; chown 5:6 a; mknod n b 8 1; id -u; ls -ln a | cut -d " " -f 3,4'
as_user fakeroot -i state sh -c 'ls -ln a b n | cut -d " " -f 1,3,4; tar -cf all.tar --numeric-owner a b n'
tar -tvf all.tar --numeric-owner | awk '{ print $1, $2 }'
stat -c '%U %F' a n
as_user fakeroot sh -c 'for i in $(seq 100); do touch x$i; chown $i x$i; done; ls -ln x* | awk "{ s += \$3 } END { print s }"'
for i in 1 2 3; do
	as_user fakeroot sh -c "seq 3000 >y$i; chown 7 y$i; stat -c %u y$i" >owner$i &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait $pid
done
cat owner?
