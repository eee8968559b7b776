#!/bin/sh
# --with-install-suffix: two builds side by side in one folder.
. "$(dirname "$0")/env.sh"
mkdir -p plain suffixed
(cd plain && "$src/configure" --prefix="$build/p" && make -j"$jobs" && make install) >log 2>&1 ||
	{ tail log; fail "the build without a suffix"; }
before=$(cd p && find . ! -type d -exec md5sum {} + | grep -v '/s\?bin/\|/share/' | sort)
build=$build/suffixed
cd "$build"
variant --with-install-suffix=-other --prefix="$build/../p"
make install
cd ../p
[ -f lib/libashlar-other.so.2 ] && [ -f lib/pkgconfig/ashlar-other.pc ] &&
	[ -f lib/libashlar-other.a ] || fail "not installed under the suffixed name"
readelf -dW lib/libashlar-other.so.2 | grep -q 'SONAME.*\[libashlar-other\.so\.2\]' || fail "the soname"
after=$(find . ! -type d -exec md5sum {} + | grep -v '/s\?bin/\|/share/\|-other' | sort)
[ "$before" = "$after" ] || fail "the suffixed build touched the other's files"
