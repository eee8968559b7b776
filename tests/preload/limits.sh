#!/bin/sh
# Small limits, there from the start or set by the program on itself: nearly all of what they leave can
# be allocated, and what was used up can be used again.
. "$(dirname "$0")/env.sh"

compile limits
for which in as16 data16 threads32 oomrec rlimit_as.after_start.200 rlimit_as.after_start.4 \
	rlimit_data.after_start nothing_more; do
	both $which "$tmp/limits" $which
done
