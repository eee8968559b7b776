# Read by each script of the matrix: one way to configure ashlar, built without a warning, tried with
# the shell tests and a few of the others, and with what the script adds for its option.
# test.sh runs them; by hand: sh tests/matrix/prefix.sh (the sources must not be configured in place).
set -eu
name=$(basename "$0" .sh)
src=$(cd "$(dirname "$0")/../.." && pwd)
# test.sh, which runs several variants at a time, sets how many jobs each may have
jobs=${ASHLAR_MATRIX_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}
unset LD_PRELOAD ASHLAR_CONF MALLOC_CONF MAKEFLAGS MFLAGS MAKELEVEL DESTDIR

fail() { echo "$name: $*" >&2; exit 1; }
skip() { echo "$name: skipped: $*"; exit 77; }
need() { for tool; do command -v "$tool" >/dev/null || skip "no $tool"; done; }

if [ -n "${ASHLAR_MATRIX_DIR:-}" ]; then
	build=$ASHLAR_MATRIX_DIR/$name
else
	build=$(mktemp -d)
	trap 'rm -rf "$build"' EXIT
fi
mkdir -p "$build"
cd "$build"

# variant CONFIGURE-ARGUMENT...
variant()
{
	build "$@"
	smoke
}

build()
{
	"$src/configure" --enable-werror "$@"
	make -j"$jobs"
}

# What each variant must pass: all that the shell tests say of the library, and the API.
smoke() { check "$(make -s print-smoke)"; }

# check TESTS: these, and no program built but theirs, which their results depend on
check() { make -j"$jobs" check TESTS="$1" check_PROGRAMS= VERBOSE=1; }
