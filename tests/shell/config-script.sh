#!/bin/sh
# ashlar-config and ashlar.pc tell the truth: what they print compiles and links a program that runs.
. "$(dirname "$0")/env.sh"
no_sanitizer

config() { sh "$build/tools/ashlar-config" "$@"; }

[ "$(config --version)" = "$version" ] || fail "--version: $(config --version)"
header=$(sed -n 's/^#define ASHLAR_VERSION_[A-Z]* //p' "$src/include/ashlar/ashlar.h" | paste -s -d .)
[ "${version%%-*}" = "$header" ] || fail "configure.ac says $version, ashlar.h $header"
[ "$(config --revision)" = "$sonumber" ] || fail "--revision: $(config --revision)"
[ "$(config --cc)" = "$CC" ] || fail "--cc: $(config --cc)"
[ "$(config --cflags)" = "$CFLAGS" ] || fail "--cflags: $(config --cflags)"
[ "$(config --version --revision | wc -l)" -eq 2 ] || fail "two options, not two lines"
[ "$(config --help | wc -l)" -gt 10 ] && config --help | grep -q '^Each option but --help' || fail "--help"
case $(config --config) in ' '*) fail "--config begins with a blank" ;; esac
for option in $(config --help | grep -o '^ *--[a-z]*'); do
	config "$option" >/dev/null || fail "$option exits with $?"
done
for option in prefix bindir datadir includedir libdir mandir; do
	case $(config --$option) in
	/*) ;;
	*) fail "--$option is no path: $(config --$option)" ;;
	esac
done
! config >/dev/null 2>&1 || fail "without an option it exits with 0"
! config --nothing >/dev/null 2>&1 || fail "an unknown option exits with 0"

# Install, and build against what is installed.
prefix=$(config --prefix)
$MAKE -s -C "$build" install DESTDIR="$tmp/root" >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
libdir=$tmp/root$(config --libdir)
includedir=$tmp/root$(config --includedir)
cat >"$tmp/user.c" <<E1
#include <ashlar/ashlar.h>
$([ -z "$ashlar_prefix" ] || echo '#include <ashlar/prefixed.h>')
#include <stdlib.h>
int main(void)
{
	void *p = ${ashlar_prefix}malloc(100);
	${ashlar_prefix}free(p);
	return p == NULL;
}
E1
$CC -I"$includedir" -o "$tmp/user" "$tmp/user.c" -L"$libdir" -lashlar"$install_suffix" \
	$(config --libs) 2>"$tmp/err" || fail "with ashlar-config: $(cat "$tmp/err")"
LD_LIBRARY_PATH=$libdir "$tmp/user" || fail "the program built with ashlar-config fails"

command -v pkg-config >/dev/null || skip "no pkg-config"
PKG_CONFIG_PATH=$libdir/pkgconfig
PKG_CONFIG_SYSROOT_DIR=$tmp/root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
pc=ashlar$install_suffix
[ "$(pkg-config --modversion "$pc")" = "$version" ] || fail "pkg-config --modversion $pc"
[ "$(pkg-config --variable=ashlar_prefix "$pc")" = "$ashlar_prefix" ] || fail "ashlar_prefix"
rm "$tmp/user"
$CC -o "$tmp/user" "$tmp/user.c" $(pkg-config --cflags --libs "$pc") 2>"$tmp/err" ||
	fail "with pkg-config: $(cat "$tmp/err")"
LD_LIBRARY_PATH=$libdir "$tmp/user" || fail "the program built with pkg-config fails"
