# Read by every shell test: where things are, and the ways to end.
# make check runs the tests; by hand, from the build directory: sh ../tests/shell/ldd-linked.sh
set -eu
LC_ALL=C
export LC_ALL
unset LD_PRELOAD ASHLAR_CONF MALLOC_CONF GLIBC_TUNABLES MALLOC_ARENA_MAX MALLOC_PERTURB_ \
	MALLOC_TRIM_THRESHOLD_ MAKEFLAGS MFLAGS MAKELEVEL DESTDIR

name=$(basename "$0" .sh)
src=$(cd "$(dirname "$0")/../.." && pwd)
build=${top_builddir:-$(pwd)}
MAKE=${MAKE:-make}

broken() { echo "$name: the test itself is broken: $*" >&2; exit 99; }
fail() { echo "$name: $*" >&2; exit 1; }
skip() { echo "$name: skipped: $*"; exit 77; }

[ -f "$build/tests/shell/config.sh" ] || broken "no build in $build"
. "$build/tests/shell/config.sh"

libs=$build/.libs
soname=libashlar$install_suffix.so.$sonumber
lib=$libs/$soname
archive=$build/libashlar$install_suffix.a
pic_archive=$build/libashlar${install_suffix}_pic.a

tmp=$(mktemp -d) || broken "no temporary directory"
trap 'rm -rf "$tmp"' EXIT

need() { for tool; do command -v "$tool" >/dev/null || skip "no $tool"; done; }

need_shared()
{
	[ "$shared" = yes ] || skip "configured with --disable-shared"
	[ -f "$lib" ] || fail "$lib was not built"
}

need_static()
{
	[ "$static" = yes ] || skip "configured with --disable-static"
	[ -f "$archive" ] || fail "$archive was not built"
	echo 'int main(void) { return 0; }' >"$tmp/static.c"
	$CC -static -o "$tmp/static" "$tmp/static.c" 2>/dev/null ||
		skip "no static C library"
}

# For tests of the library as the replacement of malloc.
need_interposition()
{
	[ -z "$ashlar_prefix" ] || skip "configured with --with-ashlar-prefix"
	no_sanitizer
}

# A sanitizer's runtime takes malloc for itself, and adds names and libraries of its own.
no_sanitizer()
{
	case "$CFLAGS $LDFLAGS" in
	*-fsanitize=*) skip "built with a sanitizer" ;;
	esac
}

# The libraries that ldd shows for a program, one name a line, without the kernel's page and the
# dynamic linker itself.
ldd_names()
{
	LD_LIBRARY_PATH=$libs ldd "$1" >"$tmp/ldd" || fail "ldd $1: $(cat "$tmp/ldd")"
	! grep 'not found' "$tmp/ldd" || fail "a library of $1 was not found"
	awk '$1 !~ /^linux-|^\/.*\/ld-|^ld-/ { print $1 }' "$tmp/ldd" | sort
}

# ldd_path PROGRAM LIBRARY: where LIBRARY is found.
ldd_path() { LD_LIBRARY_PATH=$libs ldd "$1" | awk -v l="$2" '$1 == l { print $3 }'; }
