#!/bin/sh
# Behind the filters of sandboxes malloc works on, in threads too that allocate for the first time
# there: it asks for nothing that the field's policies do not grant.
. "$(dirname "$0")/env.sh"
compile seccomp

# try POLICY [OPTIONS]: alone and in threads
try()
{
	policy=$1
	shift
	for threads in "" threads; do
		status=0
		env "$@" LD_PRELOAD="$lib" timeout 60 "$tmp/seccomp" "$policy" $threads || status=$?
		[ $status -ne 77 ] || skip "no seccomp filters here"
		[ $status -eq 0 ] || fail "seccomp.$policy $threads: status $status (159: killed by the filter)"
	done
}

for policy in sshd sshd93 man-db file chrony ntpsec tor chromium firefox default common common-errors; do
	try $policy
done
# A policy that has no madvise, and kills for it, is the one that must be told of.
for policy in default-kill min; do
	try $policy ASHLAR_CONF=madvise:false
done
