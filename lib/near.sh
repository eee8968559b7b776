#!/bin/sh
# near.sh LIBRARY - writes near.list to standard output: the functions of the library that small programs call, found
# by running such programs with the library, under callgrind.
#
#	lib/near.sh .libs/libashlar.so >near.list && mv near.list lib/
#
# Wanted when that changes, at the start or in what every process does; tests/shell/layout.sh notices.
set -eu

library=$(realpath "${1:?library}")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

n=0
run() {
	n=$((n + 1))
	LD_PRELOAD=$library valgrind --tool=callgrind --callgrind-out-file="$tmp/$n" "$@" >/dev/null 2>"$tmp/err" </dev/null &&
		[ -s "$tmp/$n" ] || { cat "$tmp/err" >&2; exit 1; }
}
run true
run id
run ls -l /etc
run cat /etc/passwd
run sort /etc/passwd
run grep -r x /etc/apt
run sed s/a/b/ /etc/passwd
run awk '{ print $1 }' /etc/passwd
run find /etc/apt
run tar cf /dev/null /etc/apt
run xz -T2 -c /etc/services
run bash -c 'for i in 1 2 3; do x=$(echo $i | cat); (exit 0); done'
run perl -e 'print join " ", sort keys %ENV'
run /usr/bin/python3 -c pass

# Names of callgrind: fn= in the object that ob= named last, each in full only once; 'N is a recursion.
awk '
function full(s,   id) {
	id = s; sub(/^[^(]*/, "", id); sub(/\).*/, ")", id)
	sub(/^[^(]*\([0-9]*\) ?/, "", s)
	if (s != "") name[kind FILENAME id] = s
	return name[kind FILENAME id]
}
/^c?ob=/ { kind = "o"; o = full($0); if (/^ob/) ours = o ~ /libashlar/ }
/^c?fn=/ { kind = "f"; f = full($0); if (/^fn/ && ours) { sub(/\x27.*/, "", f); sub(/\..*/, "", f); print f } }
' "$tmp"/[0-9]* | sort -u | grep -v -e '^0x' -e '^__popcount' >"$tmp/names"
[ "$(wc -l <"$tmp/names")" -gt 100 ] || { echo "near.sh: callgrind's output was not understood" >&2; exit 1; }
cat "$tmp/names"
