#!/bin/sh
# What the dynamic linker must know of the library: it needs libc.so.6 alone, little thread-local
# storage, no writable code, an early constructor, and never to be unloaded.
. "$(dirname "$0")/env.sh"
need_shared
need readelf
no_sanitizer

readelf -dW "$lib" >"$tmp/dynamic"
readelf -lW "$lib" >"$tmp/segments"
readelf -VW "$lib" >"$tmp/versions"
bad=0
wrong() { echo "$name: $*" >&2; bad=1; }

needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$tmp/dynamic" | sort | tr '\n' ' ')
[ "$needed" = "libc.so.6 " ] || wrong "needs: ${needed:-nothing}"

sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' "$tmp/dynamic" | grep -qx "$soname" ||
	wrong "the soname is not $soname"
for flag in INITFIRST NODELETE NOW; do
	grep -q "(FLAGS_1).* $flag" "$tmp/dynamic" || wrong "not linked with $flag"
done
! grep -q '(TEXTREL)\|(RPATH)\|(RUNPATH)' "$tmp/dynamic" || wrong "text relocations, or a run path"

# A bigger block makes dlopen of the library fail, and LD_AUDIT runs with it.
tls=$(awk '$1 == "TLS" { print $6 }' "$tmp/segments")
[ $((${tls:-0})) -le 64 ] || wrong "thread-local storage: $((tls)) bytes, at most 64 allowed"

grep -q 'GNU_STACK .* RW ' "$tmp/segments" || wrong "the stack is not marked as data"
! grep -q ' RWE ' "$tmp/segments" || wrong "a segment is writable and executable"
grep -q GNU_RELRO "$tmp/segments" || wrong "no RELRO"

# Without the note no process that loads us has a shadow stack.
if readelf -h "$lib" | grep -q 'X86-64$'; then
	readelf -nW "$lib" | grep -q SHSTK || wrong "no SHSTK note"
fi

# A library that asks for a newer libc than the system's is fatal where it is preloaded; from 2.34
# on libpthread and libdl are in libc.so.6, so this is the oldest we promise.
newest=$(grep -o 'GLIBC_2\.[0-9]*' "$tmp/versions" | sed 's/.*\.//' | sort -n | tail -n 1)
[ "${newest:-0}" -le 34 ] || wrong "needs GLIBC_2.$newest"

exit $bad
