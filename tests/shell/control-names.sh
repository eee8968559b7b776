#!/bin/sh
# ashlar.3 lists the control names that there are, with their types, and no others: what lib/obs/ctl.def gives.
# With --update the list is written anew.
. "$(dirname "$0")/env.sh"
page=$src/doc/ashlar.3
begin='.\\" control names: tests/shell/control-names.sh --update'
end='.\\" end of control names'

$CC -o "$tmp/control_names" -I"$src/lib" "$src/tests/shell/control_names.c" || broken "control_names.c"
"$tmp/control_names" >"$tmp/table" || broken "control_names: exit $?"
[ "$(grep -c '^\.BR ' "$tmp/table")" -gt 100 ] || broken "few names in the table"
! grep '(?' "$tmp/table" || broken "types without a spelling"
awk -v begin="$begin" -v end="$end" '$0 == end { on = 0 } on { print } $0 == begin { on = 1 }' "$page" >"$tmp/page"
if [ "${1-}" = --update ]; then
	awk -v begin="$begin" -v end="$end" -v table="$tmp/table" '
	$0 == end { on = 0 }
	!on { print }
	$0 == begin { on = 1; while ((getline line <table) > 0) print line }' "$page" >"$tmp/new"
	cat "$tmp/new" >"$page"
	exit
fi
[ -s "$tmp/page" ] || fail "doc/ashlar.3 has no list of control names"
diff "$tmp/page" "$tmp/table" >"$tmp/diff" || fail "doc/ashlar.3 and lib/obs/ctl.def differ: $(cat "$tmp/diff")"
