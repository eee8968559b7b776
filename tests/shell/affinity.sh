#!/bin/sh
# There are no more arenas than CPUs that the process may use.
. "$(dirname "$0")/env.sh"
need_shared
need_interposition
need taskset nproc
! grep -q '^#define ASHLAR_CONF_DEFAULT ".*narenas:' "$build/config.h" || skip "built for a number of arenas"
cat >"$tmp/threads.c" <<'E1'
#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t here;

/* All at the same time, and each with something that the nursery has no room for. */
static void *use_heap(void *unused)
{
	for (int i = 0; i < 100; i++)
		free(malloc(30000));
	pthread_barrier_wait(&here);
	return unused;
}

int main(void)
{
	pthread_t t[8];
	pthread_barrier_init(&here, NULL, 8);
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, use_heap, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
}
E1
$CC -O1 -fno-builtin -pthread -o "$tmp/threads" "$tmp/threads.c" || broken "threads.c does not compile"

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
