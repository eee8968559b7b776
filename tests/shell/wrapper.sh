#!/bin/sh
# ashlar.sh runs a command on ashlar: arguments, exit status and an LD_PRELOAD that is already there
# go through unchanged.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition

# The built script points to where it will be installed.
sed "s,^libdir=.*,libdir=$libs," "$build/tools/ashlar.sh" >"$tmp/ashlar.sh"
run() { sh "$tmp/ashlar.sh" "$@"; }

run cat /proc/self/maps | grep -q libashlar || fail "the command does not run on ashlar"
got=$(run sh -c 'printf "%s|" "$@"' sh 'a b' '' '*')
[ "$got" = 'a b||*|' ] || fail "the arguments became $got"
status=0
run sh -c 'exit 42' || status=$?
[ $status -eq 42 ] || fail "exit 42 became $status"

got=$(run sh -c 'echo $LD_PRELOAD')
[ "$got" = "$lib" ] || fail "LD_PRELOAD is $got"
echo 'int nothing;' >"$tmp/other.c"
$CC -shared -fPIC -o "$tmp/other.so" "$tmp/other.c"
got=$(LD_PRELOAD=$tmp/other.so run sh -c 'echo $LD_PRELOAD')
[ "$got" = "$lib:$tmp/other.so" ] || fail "with an LD_PRELOAD before: $got"

for wrong in "" --help; do
	status=0
	run $wrong >"$tmp/out" 2>&1 || status=$?
	grep -q '^usage: ' "$tmp/out" || fail "ashlar.sh $wrong does not tell its usage"
	[ $status -eq "$([ "$wrong" ] && echo 0 || echo 125)" ] || fail "ashlar.sh $wrong exits with $status"
done

status=0
run --bogus >"$tmp/out" 2>&1 || status=$?
[ $status -eq 125 ] || fail "ashlar.sh --bogus exits with $status"
grep -qx 'ashlar.sh: --bogus: no such option' "$tmp/out" || fail "ashlar.sh --bogus says: $(cat "$tmp/out")"
[ "$(run -- printf %s --bogus)" = --bogus ] || fail "-- and an argument that looks like an option"

sed "s,^libdir=.*,libdir=$tmp/nowhere," "$build/tools/ashlar.sh" >"$tmp/ashlar.sh"
! run true 2>"$tmp/err" || fail "without the library the command runs all the same"
grep -q "$tmp/nowhere/$soname" "$tmp/err" || fail "no word of the missing library: $(cat "$tmp/err")"
