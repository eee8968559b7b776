#!/bin/sh
# malloc and free of a block that the thread's cache has or has room for: as many instructions as we
# say in public, and no more. Counted twice: in the disassembly, from the entry to the return along
# the way without a jump, and in a program that runs under valgrind (if there is one).
#
# ASHLAR_FAST_PATH=35 tries another limit.
. "$(dirname "$0")/env.sh"
need_shared
no_sanitizer
need objdump
limit=${ASHLAR_FAST_PATH:-36}

# The number holds for what a distribution ships; other builds pay for what they asked for.
[ "$(uname -m)" = x86_64 ] || skip "the limit is for x86-64"
$CC -dM -E - </dev/null >"$tmp/macros"
grep -q __x86_64__ "$tmp/macros" || skip "the limit is for x86-64"
! grep -q __clang__ "$tmp/macros" || skip "the limit is for gcc"
! grep -q __CET__ "$tmp/macros" || skip "this gcc adds instructions for -fcf-protection"
for flag in $CFLAGS; do
	case $flag in
	-O2 | -O3 | -g* | -W* | -pipe) ;;
	*) skip "the limit is for -O2, this is $CFLAGS" ;;
	esac
done
case " $CFLAGS " in
*' -O'*) ;;
*) skip "the limit is for -O2, this is $CFLAGS" ;;
esac
[ "$initial_exec_tls" = yes ] || skip "configured with --disable-initial-exec-tls"
! grep -q '^#define ASHLAR_DEBUG' "$build/config.h" || skip "configured with --enable-debug"

# ---- by reading

cat >"$tmp/count.awk" <<'E1'
function bad(why) { print why; failed = 1; exit }
/^ *[0-9a-f]+:/ {
	n++
	at = $1
	sub(/:/, "", at)
	if ($2 ~ /^(repz|bnd|notrack)$/) {
		$2 = $3
		$3 = $4
	}
	if ($2 ~ /^call/)
		bad("it calls: " $0)
	if ($2 ~ /^jmp/)
		bad("it jumps: " $0)
	if ($2 ~ /^j/)
		target[$3] = 1
	if ($2 ~ /^ret/) {
		for (t in target) # addresses of one function: as many digits
			if (length(t) < length(at) || (length(t) == length(at) && t "" <= at ""))
				bad("a branch to " t " stays on the way that ends at " at)
		returned = 1
		exit
	}
}
END {
	if (failed)
		exit 1
	if (!returned) {
		print "no return"
		exit 1
	}
	print n
}
E1

# count FILE FUNCTION: the instructions up to its first return; fails with a reason.
count()
{
	set -- "$1" "$2" $($NM -S "$1" | awk -v f="$2" '$4 == f { print $1, $2 }')
	[ $# -eq 4 ] || broken "$2 is not in $1"
	objdump -d --no-show-raw-insn --start-address="0x$3" \
		--stop-address="$(printf '0x%x' $((0x$3 + 0x$4)))" "$1" | awk -f "$tmp/count.awk"
}

# The counter must know what it is looking for.
cat >"$tmp/probe.s" <<'E1'
	.text
	.macro function name
	.globl \name
	.type \name, @function
\name:
	.endm
function three
	test %rdi, %rdi
	je 1f
	ret
1:	jmp three
	.size three, .-three
function calls
	call three
	ret
	.size calls, .-calls
function loops
1:	dec %rdi
	jnz 1b
	ret
	.size loops, .-loops
function skips
	test %rdi, %rdi
	je 1f
	inc %rdi
1:	ret
	.size skips, .-skips
	.section .note.GNU-stack, "", @progbits
E1
$CC -c -o "$tmp/probe.o" "$tmp/probe.s"
[ "$(count "$tmp/probe.o" three)" = 3 ] || broken "three instructions are $(count "$tmp/probe.o" three)"
for f in calls loops skips; do
	! count "$tmp/probe.o" $f >"$tmp/reason" || broken "$f: counted as $(cat "$tmp/reason")"
done

for f in malloc free; do
	count "$lib" "$ashlar_prefix$f" >"$tmp/$f" || fail "the hit path of $f: $(cat "$tmp/$f")"
done
sum=$(($(cat "$tmp/malloc") + $(cat "$tmp/free")))
echo "$name: malloc $(cat "$tmp/malloc") + free $(cat "$tmp/free") = $sum instructions, limit $limit"
[ $sum -le "$limit" ] || fail "$sum instructions, more than $limit"

# ---- by running

if ! command -v valgrind >/dev/null; then
	echo "$name: no valgrind: not measured in a running program"
	exit 0
fi
cat >"$tmp/pairs.c" <<E1
#include <stdlib.h>
void *${ashlar_prefix}malloc(size_t size);
void ${ashlar_prefix}free(void *p);
int main(int argc, char **argv)
{
	for (long i = argc > 1 ? atol(argv[1]) : 0; i; i--) {
		void *volatile p = ${ashlar_prefix}malloc(32);
		${ashlar_prefix}free(p);
	}
	return 0;
}
E1
$CC -O1 -fno-builtin -o "$tmp/pairs" "$tmp/pairs.c" -L"$libs" -lashlar"$install_suffix"

# in_library PAIRS: the instructions that ran in the library's own code.
in_library()
{
	LD_LIBRARY_PATH=$libs valgrind --tool=callgrind --callgrind-out-file="$tmp/callgrind" \
		"$tmp/pairs" "$1" >"$tmp/valgrind" 2>&1 || fail "valgrind: $(cat "$tmp/valgrind")"
	awk '
		/^c?ob=/ {
			id = $0
			sub(/^c?ob=/, "", id)
			file = id
			sub(/\).*/, ")", id)
			if (sub(/^\([0-9]+\) /, "", file))
				name[id] = file
			if (/^ob=/)
				ours = name[id] ~ /\/libashlar[^\/]*$/
			next
		}
		/^calls=/ { getline; next } # the next line is the cost of what was called
		ours && /^[-+*0-9]/ { sum += $2 }
		END { print sum + 0 }' "$tmp/callgrind"
}
# The first thousand are the nursery's.
few=$(in_library 2000) many=$(in_library 12000)
[ "$many" -ge $((few + 10 * 10000)) ] || broken "the library is not found in valgrind's output"
sum=$(((many - few + 5000) / 10000))
echo "$name: $((many - few)) instructions in 10000 pairs"
[ $sum -le "$limit" ] || fail "$sum instructions for a malloc and a free, more than $limit"
