#!/bin/sh
# The walkthrough of a user: root runs make install, and from then on -lashlar and
# LD_PRELOAD=libashlar.so.2 work, without a word about folders. In a mount namespace with folders of
# its own over those of the system, which stays as it is.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition
need unshare mount ldconfig
[ "$(id -u)" -eq 0 ] || skip "not root"
unshare -m mount -t tmpfs none "$tmp" 2>/dev/null || skip "no right to mount"
case $(command -v "${CC%% *}") in /usr/local/lib*) skip "the compiler is in /usr/local/lib" ;; esac

cat >"$tmp/walk" <<E1
set -eu
cp -a /etc "$tmp/etc"
mkdir -p "$tmp/cache" "$tmp/lib" "$tmp/include" /var/cache/ldconfig /usr/local/lib /usr/local/include
mount --bind "$tmp/etc" /etc
mount --bind "$tmp/cache" /var/cache/ldconfig
mount --bind "$tmp/lib" /usr/local/lib
mount --bind "$tmp/include" /usr/local/include
ldconfig
dirs="prefix=/usr/local exec_prefix=/usr/local libdir=/usr/local/lib includedir=/usr/local/include
	pkgconfigdir=/usr/local/lib/pkgconfig bindir=$tmp/bin mandir=$tmp/man docdir=$tmp/doc"
$MAKE -s -C "$build" install \$dirs >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }

cd "$tmp"
cp "$src/examples/mem_test.c" .
check() { ldd ./mem_test >ldd; grep -q "$soname => /usr/local/lib/$soname " ldd || { cat ldd; exit 1; }; ./mem_test; }
$CC -g -o mem_test mem_test.c -lashlar$install_suffix
check
$CC -g -o mem_test mem_test.c
! ldd ./mem_test | grep libashlar || exit 1
LD_PRELOAD=$soname check
if [ $static = yes ] && $CC -static -o mem_test_c mem_test.c 2>/dev/null; then
	$CC -static -o mem_test mem_test.c -lashlar$install_suffix
	./mem_test
	nm mem_test | grep -q ' T ashlar_'
fi

$MAKE -s -C "$build" uninstall \$dirs >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
! ldconfig -p | grep libashlar || exit 1
E1
unshare -m sh "$tmp/walk" || fail "see above"
