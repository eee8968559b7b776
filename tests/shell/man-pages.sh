#!/bin/sh
# The manual pages format without a warning, and tell of every name and option there is.
. "$(dirname "$0")/env.sh"
need groff

for page in "$src"/doc/*.[1-9]; do
	groff -ww -man -Tutf8 -z "$page" 2>"$tmp/warnings" || fail "$page does not format"
	[ ! -s "$tmp/warnings" ] || fail "$(cat "$tmp/warnings")"
done

text() { groff -man -rHY=0 -Tascii -P-cbou "$src/doc/$1"; }

text ashlar.3 >"$tmp/ashlar.3"
missing=$(awk '/^# \[/ { section = $2 } /^#|^$/ || section == "[cxx]" { next } { print }' \
	"$src/tests/exports.txt" | while read -r symbol; do
	grep -qw -- "$symbol" "$tmp/ashlar.3" || echo "$symbol"
done)
[ -z "$missing" ] || fail "not in ashlar.3: $missing"

# whatis finds what NAME names
sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' "$tmp/ashlar.3" | grep -o '[a-z][a-z0-9_]*(' | tr -d '(' | sort -u >"$tmp/functions"
[ "$(wc -l <"$tmp/functions")" -gt 15 ] || broken "the SYNOPSIS of ashlar.3 was not understood"
sed '/^\.SH LIBRARY/,$d' "$src/doc/ashlar.3" | tr -c 'a-z0-9_' '\n' | sort -u >"$tmp/named"
missing=$(comm -23 "$tmp/functions" "$tmp/named")
[ -z "$missing" ] || fail "not in NAME of ashlar.3: $missing"

# The table of options and the page's list of keys are the same, in both directions.
sed -n 's/^	{"\([a-z_]*\)", [A-Z0-9]*,.*/\1/p' "$src/lib/os/conf.c" | sort >"$tmp/table"
[ "$(wc -l <"$tmp/table")" -ge 20 ] || broken "the table of options in lib/os/conf.c was not understood"
sed -n '/^OPTIONS$/,/^FILES$/s/^ \{7\}\([a-z_]*\): *[^ ].*/\1/p' "$tmp/ashlar.3" | sort >"$tmp/page"
diff "$tmp/table" "$tmp/page" || fail "options: in lib/os/conf.c only (<), or in ashlar.3 only (>)"

text ashlar-config.1 >"$tmp/ashlar-config.1"
for page in ashlar.sh.1 ashlar-preload.8; do
	text $page >"$tmp/$page"
	for option in --help --version; do
		grep -q "^ *$option\(,.*\)*\$" "$tmp/$page" || fail "not described in $page: $option"
	done
done

options=$(sh "$build/tools/ashlar-config" --help | grep -o '^ *--[a-z]*')
[ -n "$options" ] || broken "ashlar-config --help lists nothing"
for option in $options; do
	grep -q -- "$option" "$tmp/ashlar-config.1" || fail "not in ashlar-config.1: $option"
done
