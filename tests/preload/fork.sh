#!/bin/sh
# fork and its relatives, in a program whose threads allocate and whose libraries have fork handlers.
. "$(dirname "$0")/env.sh"

compile fork
both forkmt "$tmp/fork" forkmt
both atfork "$tmp/fork" atfork
both spawn "$tmp/fork" spawn
both clonevm "$tmp/fork" clonevm
both exit.race "$tmp/fork" exit.race

# A library that registers its handlers before the program does; loaded behind us and before us; and
# one that starts even before us, whose handler in the parent runs while we hold all locks.
compile atfork -shared -fPIC
mv "$tmp/atfork" "$tmp/atfork.so"
compile atfork -shared -fPIC -Wl,-z,initfirst
mv "$tmp/atfork" "$tmp/first.so"
for which in atfork.lib atfork.lib+main; do
	without $which env LD_PRELOAD="$tmp/atfork.so" "$tmp/fork" $which
	for order in "$lib:$tmp/atfork.so" "$tmp/atfork.so:$lib" "$lib:$tmp/first.so"; do
		with "$which ($order)" env LD_PRELOAD="$order" "$tmp/fork" $which
	done
done
