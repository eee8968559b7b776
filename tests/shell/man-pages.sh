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

# The table of options and the page's list of keys are the same, in both directions.
sed -n 's/^	{"\([a-z_]*\)", [A-Z0-9]*,.*/\1/p' "$src/lib/os/conf.c" | sort >"$tmp/table"
[ "$(wc -l <"$tmp/table")" -ge 20 ] || broken "the table of options in lib/os/conf.c was not understood"
sed -n '/^OPTIONS$/,/^FILES$/s/^ \{7\}\([a-z_]*\): *[^ ].*/\1/p' "$tmp/ashlar.3" | sort >"$tmp/page"
diff "$tmp/table" "$tmp/page" || fail "options: in lib/os/conf.c only (<), or in ashlar.3 only (>)"

text ashlar-config.1 >"$tmp/ashlar-config.1"
options=$(sh "$build/tools/ashlar-config" --help | grep -o '^ *--[a-z]*')
[ -n "$options" ] || broken "ashlar-config --help lists nothing"
for option in $options; do
	grep -q -- "$option" "$tmp/ashlar-config.1" || fail "not in ashlar-config.1: $option"
done
