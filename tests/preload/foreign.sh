#!/bin/sh
# What is not ours is told from its address alone. Blocks of libc's malloc go to libc's functions; what
# nobody has allocated ends the process with one line that names the call: never silence, never a fault.
. "$(dirname "$0")/env.sh"
compile foreign

both foreign.libcs "$tmp/foreign" libcs
for call in free realloc malloc_usable_size; do
	for what in stack data code unmapped small noncanonical kernel odd; do
		status=0
		LD_PRELOAD="$lib" timeout 60 "$tmp/foreign" $what $call >"$tmp/out" 2>&1 || status=$?
		[ $status -eq 134 ] || fail "foreign.$what, $call: status $status, $(cat "$tmp/out")"
		grep -q "^ashlar: $call(0x" "$tmp/out" || fail "foreign.$what, $call: $(cat "$tmp/out")"
		[ "$(grep -c '^ashlar' "$tmp/out")" -eq 1 ] || fail "foreign.$what, $call: $(cat "$tmp/out")"
	done
done
