#!/bin/sh
# --disable-shared: the archive alone, for programs that embed the allocator.
. "$(dirname "$0")/env.sh"
variant --disable-shared
[ -f libashlar.a ] || fail "no libashlar.a"
[ -z "$(find . -name 'libashlar*.so*')" ] || fail "there is a shared library"
