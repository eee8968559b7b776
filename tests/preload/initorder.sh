#!/bin/sh
# Our constructor comes before those of all libraries and before the program's preinit_array: fork
# handlers registered there may wait for threads that allocate. And constructors may allocate, and start
# threads that do, on whichever side of ours they run.
. "$(dirname "$0")/env.sh"

cat >"$tmp/early.c" <<'E1'
#include <pthread.h>
void ask_other_thread(void);
__attribute__((constructor)) static void start(void)
{
	pthread_atfork(ask_other_thread, ask_other_thread, NULL);
}
E1
compile initorder -rdynamic
$CC -g -fPIC -shared -o "$tmp/early.so" "$tmp/early.c" || broken "no library"
both preinit "$tmp/initorder"
without early env LD_PRELOAD="$tmp/early.so" "$tmp/initorder" 1
with early.behind env LD_PRELOAD="$lib:$tmp/early.so" "$tmp/initorder" 1
with early.before env LD_PRELOAD="$tmp/early.so:$lib" "$tmp/initorder" 1

# threads of constructors, the last of which runs before ours
compile busy -shared -fPIC
mv "$tmp/busy" "$tmp/busy.so"
compile busy -shared -fPIC -Wl,-z,initfirst
mv "$tmp/busy" "$tmp/first.so"
for which in busy first; do
	without $which env LD_PRELOAD="$tmp/$which.so" true
	with $which.behind env LD_PRELOAD="$lib:$tmp/$which.so" true
	with $which.before env LD_PRELOAD="$tmp/$which.so:$lib" true
done
