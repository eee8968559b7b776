#!/bin/sh
# LD_PRELOAD puts an unlinked program on ashlar, and libc itself with it.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition

$CC -g -o "$tmp/mem_test" "$src/examples/mem_test.c"
LD_LIBRARY_PATH=$libs
export LD_LIBRARY_PATH

names=$(LD_PRELOAD=$soname ldd_names "$tmp/mem_test" | tr '\n' ' ')
[ "$names" = "$soname libc.so.6 " ] || fail "ldd shows: $names"

# By the name alone, as it is found in the system's library directories, and by its path.
for preload in "$soname" "$lib"; do
	LD_PRELOAD=$preload LD_DEBUG=bindings "$tmp/mem_test" >"$tmp/bindings" 2>&1 ||
		fail "LD_PRELOAD=$preload mem_test failed"
	for symbol in malloc free; do
		grep -q "binding file $tmp/mem_test .* to $lib .*symbol \`$symbol'" "$tmp/bindings" ||
			fail "LD_PRELOAD=$preload: mem_test's $symbol is not ashlar's"
	done
	# Nobody but ashlar may reach the libc's own.
	! grep "to .*/libc\.so\.6 .*symbol \`\(malloc\|calloc\|realloc\|free\)'" "$tmp/bindings" |
		grep -v "binding file $lib" || fail "LD_PRELOAD=$preload: the libc's own is still used"
done

LD_PRELOAD=$lib cat /proc/self/maps >"$tmp/maps"
grep -q "/$(basename "$(readlink -f "$lib")")\$" "$tmp/maps" || fail "the library is not mapped"
# Had the libc's allocator served anything, there would be a [heap].
! grep -q '\[heap\]' "$tmp/maps" || fail "the libc's heap is in use under LD_PRELOAD"
