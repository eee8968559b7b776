#!/bin/sh
# There are no more arenas than CPUs that the process may use.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition
need taskset nproc
! grep -q '^#define ASHLAR_CONF_DEFAULT ".*narenas:' "$build/config.h" || skip "built for a number of arenas"
$CC -O1 -fno-builtin -pthread -o "$tmp/threads" "$src/tests/shell/threads.c" || broken "threads.c does not compile"

# arenas OPTIONS COMMAND...: how many the report tells of.
arenas()
{
	options=$1
	shift
	LD_PRELOAD=$lib ASHLAR_CONF=stats_print:true$options "$@" 2>"$tmp/report" || fail "$*: $(cat "$tmp/report")"
	grep -c '^	[0-9][0-9]*:$' "$tmp/report"
}

cpu=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
n=$(arenas "" taskset -c "$cpu" "$tmp/threads")
[ "$n" = 1 ] || fail "on one CPU there are '$n' arenas: $(cat "$tmp/report")"
all=$(nproc)
[ "$all" -le 8 ] || all=8 # threads
n=$(arenas "" "$tmp/threads")
[ "$n" = "$all" ] || fail "on $all CPUs there are '$n' arenas"
n=$(arenas ,narenas:3 taskset -c "$cpu" "$tmp/threads")
[ "$n" = 3 ] || fail "with narenas:3 there are '$n' arenas"
