#!/bin/sh
# Programs with malloc hooks, built as their authors build them: the classic one, one with a hook
# table, one that declares the variables by itself, C++, static, and a tracer that is preloaded.
# What each hook sees in detail, tests/api/test_hooks.c asks.
. "$(dirname "$0")/env.sh"
need_interposition
flags="-Wall -Wextra -Werror -I$src/include"
LD_LIBRARY_PATH=$libs
export LD_LIBRARY_PATH

# two_blocks FILE: it tells of a block of 10 and one of 2000 bytes, and of the same two freed.
two_blocks()
{
	sed 's/0x[0-9a-f]*/POINTER/' "$1" >"$tmp/shape"
	printf '%s\n' 'malloc (10) returns POINTER' 'malloc (2000) returns POINTER' \
		'freed pointer POINTER' 'freed pointer POINTER' | diff - "$tmp/shape" ||
		fail "$1: other lines than expected (<)"
	allocated=$(sed -n 's/^malloc.* //p' "$1")
	freed=$(sed -n 's/^freed pointer //p' "$1")
	[ "$allocated" = "$freed" ] || fail "$1: allocated were $allocated, freed $freed"
	[ "$(echo "$allocated" | uniq | wc -l)" -eq 2 ] || fail "$1: one block twice"
}

for example in mem_hook mem_hook_table; do
	source=$src/examples/$example.c
	if [ "$shared" = yes ]; then
		$CC $flags -g -o "$tmp/$example" "$source" -L"$libs" -lashlar"$install_suffix"
		"$tmp/$example" >"$tmp/$example.out" || fail "$example failed"
		two_blocks "$tmp/$example.out"
	fi
	if [ "$static" = yes ] && $CC $flags -static -o "$tmp/static" "$source" "$archive" 2>"$tmp/err"; then
		"$tmp/static" >"$tmp/static.out" || fail "a static $example failed"
		two_blocks "$tmp/static.out"
	fi
done
need_shared

# Nobody asked: nobody is told.
$CC -o "$tmp/mem_test" "$src/examples/mem_test.c" -L"$libs" -lashlar"$install_suffix"
[ -z "$("$tmp/mem_test" 2>&1)" ] || fail "mem_test prints something"

# Programs that do not know of the header. One file for each of the variables.
declare_and_use()
{
	cat >"$tmp/own.c" <<E1
#include <malloc.h>
#include <stdlib.h>
extern $2;
static int seen;
static $3 { seen++; $4; }
int main(void)
{
	void *volatile p = malloc(10);
	__$1_hook = hook;
	$5;
	__$1_hook = 0;
	free(p);
	return seen != 1;
}
