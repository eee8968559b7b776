#!/bin/sh
# free keeps errno, whatever the kernel says to what it does; every failure sets it to ENOMEM; and no
# function is a cancellation point.
. "$(dirname "$0")/env.sh"

compile errno
for which in free free.locked free.full failures failures.small cancel cancel3; do
	both $which "$tmp/errno" $which
done
# glibc's own sets errno as well
with posix_memalign "$tmp/errno" posix_memalign
