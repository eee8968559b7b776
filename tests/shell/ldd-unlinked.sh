#!/bin/sh
# A program that does not ask for ashlar does not get it: the libc's allocator stays the default.
. "$(dirname "$0")/env.sh"
need_shared

$CC -g -o "$tmp/mem_test" "$src/examples/mem_test.c" -L"$libs"

names=$(ldd_names "$tmp/mem_test" | tr '\n' ' ')
[ "$names" = "libc.so.6 " ] || fail "ldd shows: $names"

LD_LIBRARY_PATH=$libs LD_DEBUG=bindings "$tmp/mem_test" >"$tmp/bindings" 2>&1 || fail "mem_test failed"
grep -q "binding file $tmp/mem_test .* to .*/libc\.so\.6 .*symbol \`malloc'" "$tmp/bindings" ||
	fail "mem_test's malloc is not the C library's"
! grep -q libashlar "$tmp/bindings" || fail "libashlar was loaded"
