#!/bin/sh
# What the last release promised still holds: functions, their types, and the structures of the public headers
# (tests/abi/, made by abidw). What was added is printed, anything else fails. With --update the promise
# is written anew, at a release: see CONTRIBUTING.md.
. "$(dirname "$0")/env.sh"
need abidw abidiff
need_shared
need_interposition
[ "$cxx" = yes ] || skip "configured with --disable-cxx"
[ -z "$install_suffix" ] || skip "configured with --with-install-suffix"
machine=$($CC -dumpmachine | cut -d - -f 1)
promise=$src/tests/abi/libashlar$sonumber-$machine.abi
case $CFLAGS in *-flto*) skip "link-time optimization leaves parameters out of the debugging information" ;; esac
readelf -SW "$lib" | grep -q '\.debug_info' || skip "no debugging information"
if [ "${1-}" = --update ]; then
	abidw --headers-dir "$src/include/ashlar" --drop-private-types --drop-undefined-syms --no-show-locs \
		--no-corpus-path --no-comp-dir-path --type-id-style hash --out-file "$promise" "$lib"
	sed -i "s| path='[^']*/lib/| path='lib/|" "$promise" # not of the machine it was made on
	exit
fi
[ -f "$promise" ] || skip "no promise for $machine"

abidiff --headers-dir2 "$src/include/ashlar" --drop-private-types "$promise" "$lib" >"$tmp/all" || [ $? -lt 16 ]
status=0
abidiff --headers-dir2 "$src/include/ashlar" --drop-private-types --no-added-syms "$promise" "$lib" >"$tmp/diff" ||
	status=$?
cat "$tmp/all"
[ $((status & 3)) -eq 0 ] || broken "abidiff: exit $status"
[ $status -eq 0 ] || fail "differs from the last release (abidiff: exit $status)"
