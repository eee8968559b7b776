#!/bin/sh
# platform.sh PLATFORM CACHE [short]: builds in the current folder, and tests, for one platform; run by run.sh.
# Whatever begins with FAIL is a failure; the last line is the sum.
set -eu
platform=$1 cache=$2 short=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
src=$(cd "$here/../.." && pwd)
build=$(pwd)
unset LD_PRELOAD ASHLAR_CONF MAKEFLAGS MFLAGS MAKELEVEL DESTDIR

# host: Debian's name for the compiler. qemu: what runs its programs; without one they run here. pages: options for
# qemu, each another machine; the tests that use Check see the first alone.
host= qemu= pages='-p 4096'
case $platform in
i386) host=i686-linux-gnu ;;
# all page sizes, and the address spaces of small machines
arm64) host=aarch64-linux-gnu qemu=qemu-aarch64-static pages='-p 4096,-p 16384,-p 65536'
	[ -n "$short" ] || pages="$pages,-p 4096 -R 0x8000000000,-p 16384 -R 0x1000000000,-p 65536 -R 0x8000000000,-p 4096 -R 0x100000000" ;;
armhf) host=arm-linux-gnueabihf qemu=qemu-arm-static ;;
ppc64el) host=powerpc64le-linux-gnu qemu=qemu-ppc64le-static pages='-p 65536,-p 4096' ;;
riscv64) host=riscv64-linux-gnu qemu=qemu-riscv64-static ;;
s390x) host=s390x-linux-gnu qemu=qemu-s390x-static ;;
musl) ;;
esac
root=/usr/$host
libc=libc.so.6
cc=$host-gcc cxx=$host-g++
[ $platform != musl ] || { cc=musl-gcc cxx=none libc=libc.so; }

skip() { echo "$*"; exit 77; }
for tool in $cc $qemu; do
	command -v "$tool" >/dev/null || skip "no $tool"
done
command -v $cxx >/dev/null || cxx=

# ---- Check, as plain as it can be: its own configure would ask a hundred questions to which POSIX has answers

check=$cache/$platform
if ! [ -e "$check/libcheck.a" ]; then
	mkdir -p "$check.new"
	sed 's/@HAVE_FORK@/1/; s/@ENABLE_SUBUNIT@/0/; s/@CHECK_M[A-Z]*_VERSION@/0/' \
		"$cache/source/src/check.h.in" >"$check.new/check.h"
	echo '#include <stdint.h>' >"$check.new/check_stdint.h"
	: >"$check.new/config.h"
	have='PTHREAD UNISTD_H SYS_WAIT_H SYS_TIME_H STDINT_H STDARG_H FORK SIGACTION MKSTEMP GETLINE MALLOC REALLOC
		GETPID GETTIMEOFDAY LIBRT VSNPRINTF SNPRINTF DECL_ALARM DECL_LOCALTIME_R DECL_STRDUP DECL_STRSIGNAL'
	(
		cd "$check.new"
		# shellcheck disable=SC2046 # options
		$cc -O1 -w -D_GNU_SOURCE -DHAVE_CONFIG_H -DENABLE_SUBUNIT=0 $(printf -- '-DHAVE_%s=1 ' $have) \
			-I. -I"$cache/source/src" -I"$cache/source/lib" -c "$cache"/source/src/check*.c
		ar cr libcheck.a ./*.o
	)
	rm -rf "$check"
	mv "$check.new" "$check"
fi

# ---- the build

# CHECK_CFLAGS, CHECK_LIBS: else pkg-config finds this machine's own
set -- --enable-werror PKG_CONFIG=false CHECK_CFLAGS="-I$check" CHECK_LIBS="$check/libcheck.a -lpthread -lrt -lm"
[ -z "$host" ] || set -- "$@" --host="$host"
[ -n "$cxx" ] || set -- "$@" ashlar_cv_cxx=no
if [ $platform = musl ]; then
	# the kernel's headers, which are beside glibc's: musl-gcc looks nowhere near
	mkdir kernel
	ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -dumpmachine)/asm" kernel/
	set -- "$@" CC="$cc" CPPFLAGS="-idirafter $build/kernel"
fi
"$src/configure" "$@"
make -j1
make -j1 check TESTS= # builds them
lib=$build/.libs/libashlar.so.2

# ---- the tests

passed=0 checks=0 failed=0 left_out=
bad() { echo "FAIL: $*"; failed=$((failed + 1)); }

emulator=
if [ -n "$qemu" ]; then
	# For those that Check times; a page of this machine.
	CK_TIMEOUT_MULTIPLIER=8 ASHLAR_TEST_EMULATED=$(getconf PAGESIZE)
	export CK_TIMEOUT_MULTIPLIER ASHLAR_TEST_EMULATED
	emulator="$qemu -L $root"
fi

# emulate PROGRAM ARGUMENT...: on the machine that $page describes, with $environment
page= environment=
emulate()
{
	if [ -n "$emulator" ]; then
		# shellcheck disable=SC2086 # words
		timeout 600 $emulator $page ${environment:+-E "$environment"} "$@"
	else
		# shellcheck disable=SC2086
		timeout 600 env $environment "$@"
	fi
}
run()
{
	echo "== $page $environment $*"
	if emulate "$@"; then
		passed=$((passed + 1))
	else
		bad "$page $environment $*: exit $?"
	fi
}

# Where libtool has put a program, if it was built.
binary() { [ -x "$(dirname "$1")/.libs/$(basename "$1")" ] && echo "$(dirname "$1")/.libs/$(basename "$1")" || echo "$1"; }

page=${pages%%,*}
for source in $(cd "$src" && echo tests/unit/test_*.c tests/api/test_*.c*); do
	program=$(binary "${source%.c*}")
	[ -x "$program" ] || continue
	echo "== $program"
	status=0
	environment=LD_LIBRARY_PATH=$build/.libs
	emulate "$program" >one.log 2>&1 || status=$?
	tr -d '\0' <one.log
	[ $status -ne 77 ] || { left_out="$left_out $(basename "$program")"; continue; }
	counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' one.log)
	[ -n "$counts" ] || { bad "$program: exit $status"; continue; }
	checks=$(echo "$checks $counts" | awk '{ print $1 + $2 - $3 - $4 }')
	[ $status -eq 0 ] || bad "$program: $(grep -E ':[0-9]+:[EF]:' one.log)"
done
[ "$checks" -gt 300 ] || bad "only $checks checks of Check's"

needed=$(objdump -p "$lib" | awk '$1 == "NEEDED" { print $2 }')
[ "$needed" = $libc ] || bad "the library needs" $needed

options=
[ $platform = musl ] || options=-ldl
$cc -g -O1 -fno-builtin -pthread -o program "$here/program.c" $options
$cc -g -O1 -fno-builtin -pthread -static -DALONE -o alone "$here/program.c" libashlar.a
stress=$(binary tests/stress/stress) fuzz=$(binary tests/fuzz/fuzz_ops)
while [ -n "$pages" ]; do
	page=${pages%%,*} pages=${pages#"$page"} pages=${pages#,}
	size=$(echo "$page" | cut -d ' ' -f 2)
	environment=LD_PRELOAD=$lib
	run ./program "$size"
	environment=
	run ./alone "$size"
	environment=LD_LIBRARY_PATH=$build/.libs
	run "$stress" --seed 1 --ops 20000 --max-mib 64
	run "$stress" --seed 2 --ops 5000 --threads 4 --turnover 500 --trim --max-mib 64
	run "$fuzz" --random 10 1
done

# Where nothing is emulated the rest can run as well: scripts that compile, ldd, what a preload must not do. But
# for those that preload the library into this machine's programs, which are no i386's.
if [ $platform = i386 ]; then
	scripts=
	for test in $(make -s print-smoke); do
		case $test in
		*/ldd-preload.sh | */preload-tool.sh | */wrapper.sh | */process.sh | */standdown.sh | */conffile.sh | \
		*/layout.sh)
			left_out="$left_out $(basename "$test")" ;;
		*.sh) scripts="$scripts $test" ;;
		esac
	done
	CXX=$cxx make -k -j1 check TESTS="$scripts tests/fault/inject" check_PROGRAMS= VERBOSE=1 || bad "make check"
	passed=$((passed + $(cat $(find . -name '*.trs') | grep -c '^:test-result: PASS')))
fi

echo "$checks checks and $passed other tests passed${left_out:+, left out:$left_out}"
[ $failed -eq 0 ]
