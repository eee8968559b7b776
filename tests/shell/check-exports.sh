#!/bin/sh
# The library exports exactly the names of tests/exports.txt, and none has a version.
. "$(dirname "$0")/env.sh"
need_shared
need readelf
no_sanitizer

awk -v prefix="$ashlar_prefix" -v cxx="$cxx" '
/^# \[/ { section = $2; next }
/^#|^$/ { next }
section == "[public]" { print prefix $1; next }
section == "[libc]" { if (prefix == "") print $1; next }
section == "[cxx]" { if (prefix == "" && cxx == "yes") print $1; next }
section == "[own]" { print $1; next }
{ print "no section:", $1; exit 1 }' "$src/tests/exports.txt" | sort >"$tmp/expected"
[ "$(wc -l <"$tmp/expected")" -gt 10 ] || broken "tests/exports.txt was not understood"
[ -z "$(uniq -d "$tmp/expected")" ] || broken "twice in tests/exports.txt: $(uniq -d "$tmp/expected")"

# The mangled names have the type that size_t is.
if readelf -h "$lib" | grep -q 'Class: *ELF32'; then
	sed -i 's/^\(_Zn[wa]\)m/\1j/; s/^\(_Zd[la]Pv\)m/\1j/' "$tmp/expected"
	sort -o "$tmp/expected" "$tmp/expected"
fi

$NM -D --defined-only "$lib" | awk '{ print $NF }' | sort >"$tmp/exported"

if ! diff "$tmp/expected" "$tmp/exported" >"$tmp/diff"; then
	sed -n 's/^</missing:/p; s/^>/not in tests\/exports.txt:/p' "$tmp/diff"
	fail "the exported names are not those of tests/exports.txt"
fi

# A version would make the dynamic linker pass over our malloc (see lib/ashlar.map).
! grep '@' "$tmp/exported" || fail "exported names with a version"
! readelf -dW "$lib" | grep '(VERDEF)' || fail "the library defines symbol versions"
