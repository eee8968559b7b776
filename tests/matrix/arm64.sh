#!/bin/sh
# One library for all page sizes that arm64 has, and for the address spaces of small machines: built
# here, run by qemu's emulation of a process. The tests that need Check are left out, as there is no
# Check for arm64 here.
. "$(dirname "$0")/env.sh"
need aarch64-linux-gnu-gcc qemu-aarch64-static
root=/usr/aarch64-linux-gnu
[ -f $root/lib/ld-linux-aarch64.so.1 ] || skip "no C library for arm64"

# PKG_CONFIG: it would find the Check of this machine
"$src/configure" --host=aarch64-linux-gnu --enable-werror PKG_CONFIG=false
make -j"$jobs"
make -j"$jobs" tests/stress/stress tests/fuzz/fuzz_ops
aarch64-linux-gnu-gcc -g -O1 -fno-builtin -pthread -o program "$src/tests/matrix/arm64.c" -ldl
lib=$build/.libs/libashlar.so.2

# run QEMU-OPTION... PROGRAM ARGUMENT...
run() { echo "$options $*"; timeout 60 qemu-aarch64-static -L $root $options "$@" || fail "$options $*: exit $?"; }
linked() { run -E LD_LIBRARY_PATH="$build/.libs" "$@"; }

for options in '-p 4096' '-p 16384' '-p 65536' \
	'-p 4096 -R 0x8000000000' '-p 16384 -R 0x1000000000' '-p 65536 -R 0x8000000000' \
	'-p 4096 -R 0x100000000'; do
	page_size=${options#-p }
	run -E LD_PRELOAD="$lib" ./program "${page_size%% *}"
	linked tests/stress/.libs/stress --seed 1 --ops 20000 --max-mib 64
	linked tests/stress/.libs/stress --seed 2 --ops 5000 --threads 4 --turnover 500 --trim --max-mib 64
	linked tests/fuzz/.libs/fuzz_ops --random 10 1
done
