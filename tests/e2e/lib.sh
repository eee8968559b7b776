# Read by each end-to-end script: real work of a real program, once on the C library's allocator and
# once on ashlar, with the same output.
#
# A script defines work() and calls compare. work runs in an empty directory of its own, prints what
# must be the same both times, and leaves in a file maps (or maps.SOMETHING) the program's own
# /proc/self/maps: the proof that the library was there the second time, and not the first.
#
#   ASHLAR_SO   the library to test; default: that of the build directory
#
# Exit codes are automake's: 0 passed, 77 the program is missing, 99 no library, 1 failed.
set -eu
LC_ALL=C TZ=UTC
export LC_ALL TZ
unset LD_PRELOAD ASHLAR_CONF MAKEFLAGS MFLAGS MAKELEVEL

name=$(basename "$0" .sh)

# A hang is a failure, too.
if [ -z "${ASHLAR_E2E_TIMED-}" ]; then
	ASHLAR_E2E_TIMED=1
	export ASHLAR_E2E_TIMED
	exec timeout -k 5 "${ASHLAR_E2E_TIMEOUT:-180}" sh "$0" "$@"
fi

fail() { echo "$name: $*" >&2; exit 1; }
skip() { echo "$name: skipped: $*"; exit 77; }
need() { for tool; do command -v "$tool" >/dev/null || skip "no $tool"; done; }

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
so=${ASHLAR_SO:-${top_builddir:-.}/.libs/libashlar.so.2}
[ -f "$so" ] || { echo "$name: no library $so" >&2; exit 99; }

# Daemons may run as another user, who must be able to read library and files. Short, for sockets.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/e2e.XXXXXX")
chmod 755 "$tmp"
lib=$tmp/libashlar.so.2
cp "$so" "$lib"
chmod 755 "$lib"

# What a script starts in the background it adds to $pids.
pids=
cleanup()
{
	for pid in $pids; do kill "$pid" 2>/dev/null || :; done
	wait 2>/dev/null || :
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# wait_for COMMAND...: until it succeeds, at most 20 s
wait_for()
{
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		sleep 0.1
	done
}

# need_source PACKAGE: the upstream source of a Debian package is in $source then; kept in $ASHLAR_E2E_CACHE
# (/var/cache/ashlar-e2e)
need_source()
{
	need apt-get
	cache=${ASHLAR_E2E_CACHE:-/var/cache/ashlar-e2e}
	mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || cache=$tmp/cache
	source=$cache/$1
	sh "$top/tools/debian-source.sh" "$1" "$source" >"$tmp/source.log" 2>&1 ||
		skip "no source of $1: $(tail -n 1 "$tmp/source.log")"
	mkdir -p "$tmp/include/jemalloc"
	echo '#include <ashlar/jemalloc.h>' >"$tmp/include/jemalloc/jemalloc.h"
}
# for who is built with <jemalloc/jemalloc.h>
jemalloc_flags="-I$tmp/include -I$top/include -I$build/include"

# free_port [DISTANCE]: prints a port that nothing on this machine uses; another for another distance
free_port()
{
	port=$((20000 + $$ % 10000 + ${1:-0}))
	while grep -qi ":$(printf %04x $port) " /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null; do
		port=$((port + 1))
	done
	echo $port
}

# heap_kb PID: resident anonymous memory outside of stacks and files, in kB
heap_kb()
{
	awk '/^[0-9a-f]+-[0-9a-f]+ / { counts = NF == 5 || $6 ~ /^\[(heap|anon)/ }
		counts && $1 == "Anonymous:" { kb += $2 }
		END { print kb + 0 }' /proc/"$1"/smaps
}

# rss_kb PID
rss_kb() { awk '$1 == "VmRSS:" { print $2 }' /proc/"$1"/status; }

# holds WHAT EXPRESSION: prints WHAT if the expression (of awk) is true; else fails, with the expression
holds()
{
	awk "BEGIN { exit !($2) }" || { echo "not so: $1: $2" >&2; return 1; }
	echo "$1"
}

# binds_to_ashlar PROGRAM ARGUMENT...: runs it (once on ashlar, else nothing is done), and fails if the dynamic
# linker gives anybody a function of libjemalloc, or gives the program none of ashlar's.
binds_to_ashlar()
{
	[ -n "${LD_PRELOAD-}" ] || return 0
	LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$PWD/bindings "$@" >/dev/null 2>&1 ||
		{ echo "$*: exit $?" >&2; return 1; }
	cat bindings.* >bindings
	grep -q "to $lib .*symbol .malloc'" bindings || { echo "$1: malloc is not ashlar's" >&2; return 1; }
	# of its own variables some are its own alone; malloc_conf is the program's, or libjemalloc's empty one
	! grep -v -e 'file [^ ]*/libjemalloc\.so' -e "symbol .malloc_conf'" bindings |
		grep 'to [^ ]*/libjemalloc\.so' >&2
}

child_has_started()
{
	child=$(tr -d ' ' </proc/"$1"/task/"$1"/children) && grep -q libc.so /proc/"$child"/maps
}

# compiler_maps DRIVER LANGUAGE: the maps of the compiler proper, caught while it waits for its input
compiler_maps()
{
	mkfifo source
	$1 -S -o /dev/null -x "$2" - <source &
	driver=$!
	exec 3>source
	wait_for child_has_started "$driver"
	cat /proc/"$child"/maps
	echo 'int x;' >&3
	exec 3>&-
	wait $driver
	rm source
}

# show FILE TITLE
show()
{
	[ ! -s "$1" ] || { echo "--- $2"; tail -n 40 "$1"; } >&2
}

# try LIBC|ASHLAR: runs work in its directory; on ashlar, with every program that it starts.
try()
{
	mkdir -p "$tmp/$1/work"
	# errexit would be off inside ( ... ) || status=$?
	set +e
	(
		cd "$tmp/$1/work"
		if [ "$1" = ashlar ]; then
			LD_PRELOAD=$lib
			export LD_PRELOAD
		fi
		set -e
		trap - EXIT
		work
	) >"$tmp/$1/out" 2>"$tmp/$1/err"
	status=$?
	set -e
	if [ $status -ne 0 ]; then
		show "$tmp/$1/out" "its output, on $1"
		show "$tmp/$1/err" "its errors, on $1"
		[ $status -ne 77 ] || skip "$(tail -n 1 "$tmp/$1/err")"
		fail "exit status $status on $1"
	fi
}

compare()
{
	try libc
	try ashlar
	if ! diff "$tmp/libc/out" "$tmp/ashlar/out" >"$tmp/diff"; then
		show "$tmp/diff" "the outputs differ (< libc, > ashlar)"
		show "$tmp/ashlar/err" "its errors, on ashlar"
		fail "another output on ashlar"
	fi
	[ -s "$tmp/ashlar/out" ] || fail "no output: nothing was tested"
	# ld.so complains of a library that it cannot load, ashlar of what it finds wrong
	if grep -e '^ERROR: ld.so' -e '^ashlar: ' "$tmp/ashlar/err" "$tmp/ashlar/out"; then
		fail "complaints on ashlar"
	fi
	for maps in "$tmp"/ashlar/work/maps*; do
		[ -s "$maps" ] || fail "no $(basename "$maps")"
		grep -qF "$lib" "$maps" || fail "ashlar was not in $(basename "$maps")"
	done
	for maps in "$tmp"/libc/work/maps*; do
		! grep -qF "$lib" "$maps" || fail "ashlar was in $(basename "$maps") without preload"
	done
	echo "$name: $(wc -l <"$tmp/ashlar/out") lines, the same on both"
}

# For servers that refuse to run as root: $as runs a command as somebody else, $user, the first of USERS that there is.
# not_root USER...
not_root()
{
	as=
	[ "$(id -u)" -eq 0 ] || return 0
	need runuser
	for user; do
		id "$user" >/dev/null 2>&1 && break
	done
	as="runuser -u $user --"
}

# zone_updates ROUND PORT: 600 updates of the zone x.test, for nsupdate and its like.
zone_updates()
{
	awk -v round="$1" -v port="$2" 'BEGIN {
		print "server 127.0.0.1 " port "\nzone x.test"
		for (i = 0; i < 300; i++)
			print "update add new" round "-" i ".x.test 60 TXT \"" i "\"\nupdate delete h" i * round ".x.test"
		print "send"
	}'
}
