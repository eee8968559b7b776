#!/bin/sh
# A call takes less than 2 kB of stack on any of its paths, and works on the small stacks there are.
. "$(dirname "$0")/env.sh"

# Without optimization every variable has a place of its own on the stack.
case $CFLAGS in
*-O[1-9s]*) limit=2048 ;;
*) limit=3072 ;;
esac

# Not measured is what the dynamic linker needs to find a function at its first call.
compile smallstack -Wl,-z,now
LD_BIND_NOW=1
export LD_BIND_NOW
both measure "$tmp/smallstack" measure $limit
unset LD_BIND_NOW
for which in threads contexts altstack; do
	both $which "$tmp/smallstack" $which
done
