# Read by the tests of what a library in /etc/ld.so.preload must and must not do. A test has cases, each
# run first without ashlar: what fails then says nothing.
. "$(dirname "$0")/../shell/env.sh"
need_shared
need_interposition

# compile NAME FLAG...: $tmp/NAME from NAME.c of this folder. Calls of malloc and free stay as written.
compile()
{
	program=$1
	shift
	$CC -g -O1 -fno-builtin -pthread -o "$tmp/$program" "$src/tests/preload/$program.c" "$@" -ldl ||
		broken "$program.c does not compile"
}

# without CASE COMMAND..., with CASE COMMAND...: must succeed, within a minute.
without()
{
	case=$1
	shift
	timeout 60 "$@" >"$tmp/out" 2>&1 || broken "$case, without ashlar: $(cat "$tmp/out")"
}
with()
{
	case=$1
	shift
	status=0
	timeout 60 env LD_PRELOAD="$lib" "$@" >"$tmp/out" 2>&1 || status=$?
	[ $status -eq 0 ] || fail "$case: status $status, $(cat "$tmp/out")"
}
both() { without "$@"; with "$@"; }
