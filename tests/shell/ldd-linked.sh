#!/bin/sh
# A program linked with -lashlar runs on ashlar, and needs nothing but it and libc.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition

$CC -g -o "$tmp/mem_test" "$src/examples/mem_test.c" -L"$libs" -lashlar"$install_suffix"

names=$(ldd_names "$tmp/mem_test" | tr '\n' ' ')
[ "$names" = "$soname libc.so.6 " ] || fail "ldd shows: $names"
path=$(ldd_path "$tmp/mem_test" "$soname")
[ "$path" = "$lib" ] || fail "$soname is found as $path"

LD_LIBRARY_PATH=$libs "$tmp/mem_test" || fail "mem_test failed"
LD_LIBRARY_PATH=$libs LD_DEBUG=bindings "$tmp/mem_test" 2>&1 |
	grep -q "binding file $tmp/mem_test .* to $lib .*symbol \`malloc'" ||
	fail "mem_test's malloc is not ashlar's"
