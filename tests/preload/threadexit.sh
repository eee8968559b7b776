#!/bin/sh
# The end of threads: what they allocate after our own destructor does not leak, and there may be no key
# to have a destructor with.
. "$(dirname "$0")/env.sh"

compile threadexit
for which in tsd.destructors tsd.last thread_local keys.exhausted main.exits; do
	both $which "$tmp/threadexit" $which
done

compile keys -shared -fPIC -Wl,-z,initfirst
without keys.before env LD_PRELOAD="$tmp/keys" "$tmp/threadexit" keys.before
with keys.before env LD_PRELOAD="$lib:$tmp/keys" "$tmp/threadexit" keys.before
