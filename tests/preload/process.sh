#!/bin/sh
# The library brings nothing of its own into a process: no thread, descriptor, signal handler or heap of
# brk, no file that is opened, and hardly a system call more.
. "$(dirname "$0")/env.sh"
compile process

for case in threads fds closefrom handlers unshare.thread unshare.user setns; do
	both $case "$tmp/process" $case
done
with brk "$tmp/process" brk # libc uses it

# The loading of the library itself: open, read, fstat, mmap of its segments, mprotect, close.
need strace
strace -f -o "$tmp/without" /bin/true 2>/dev/null || skip "strace does not work here"
LD_PRELOAD=/nowhere/libashlar.so strace -f -o "$tmp/missing" /bin/true 2>/dev/null
grep -q nowhere "$tmp/missing" || broken "strace hides the preload"
strace -f -E LD_PRELOAD="$lib" -o "$tmp/with" /bin/true || fail "true dies"
calls() { sed 's/^[0-9]* *//; s/(.*//' "$1" | sort; }
calls "$tmp/without" >"$tmp/calls"
calls "$tmp/with" | comm -13 "$tmp/calls" - >"$tmp/more"
more=$(($(calls "$tmp/with" | wc -l) - $(wc -l <"$tmp/calls")))
[ $more -le 12 ] || fail "strace: $more system calls more, at most 12 allowed: $(sort "$tmp/more" | uniq -c)"
# close and mprotect are the dynamic linker's; access asks whether there is a file of options
other=$(grep -vx 'openat\|read\|fstat\|newfstatat\|access\|faccessat\|mmap\|mprotect\|munmap\|close\|pread64\|sched_getaffinity\|futex' "$tmp/more" || :)
[ -z "$other" ] || fail "strace: calls that a start has no need of: $other"
opened=$(grep -c 'open.*O_RDONLY' "$tmp/with")
before=$(grep -c 'open.*O_RDONLY' "$tmp/without")
[ $((opened - before)) -eq 1 ] || fail "strace: it opens more than itself: $(grep open "$tmp/with")"
