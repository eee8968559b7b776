#!/bin/sh
# libc's own malloc is never set up: malloc_trim, mallinfo and the rest are ours, by name and through
# libc's handle. (A thread cancelled while libc sets up its heap leaves it half made.)
. "$(dirname "$0")/env.sh"
compile ext -pie -fPIE # where a function's address is its own, not that of a stub in the program

without ext "$tmp/ext"
grep -q "libc's heap: in use" "$tmp/out" || broken "without ashlar there is no heap either"
with ext "$tmp/ext"
[ "$(grep -c "^function of .*$soname" "$tmp/out")" -eq 12 ] && grep -q "libc's heap: none" "$tmp/out" || fail "ext: $(cat "$tmp/out")"
