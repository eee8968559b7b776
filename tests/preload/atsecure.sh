#!/bin/sh
# A program that runs with more privileges than its caller does not listen to its environment: neither
# options nor a report, nor a complaint about them. (LD_PRELOAD is filtered there, so it is linked.)
. "$(dirname "$0")/env.sh"
[ "$(id -u)" -eq 0 ] || skip "needs root, to make a set-user-ID program"
grep -q '^nobody:' /etc/passwd || skip "no user nobody"

cat >"$tmp/program.c" <<'E2'
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
int main(void)
{
	for (int i = 0; i < 10000; i++)
		free(malloc(i));
	printf("secure: %lu\n", getauxval(AT_SECURE));
	return 0;
}
E2
chmod 755 "$tmp"
cp "$lib" "$tmp/"
$CC -g -fno-builtin -o "$tmp/program" "$tmp/program.c" -L"$tmp" -Wl,-rpath,"$tmp" -l:"$soname" ||
	broken "no test program"
run() { env ASHLAR_CONF=$1 MALLOC_CONF=stats_print:true "$tmp/program" >"$tmp/out" 2>&1; }

run stats_print:true,confirm_conf:true || fail "the program dies"
grep -q 'Begin ashlar statistics' "$tmp/out" && grep -q 'ashlar: confirm_conf:true' "$tmp/out" ||
	broken "an ordinary program does not listen either"
chown nobody "$tmp/program"
chmod u+s "$tmp/program"
for options in stats_print:true,confirm_conf:true nonsense:1,abort_conf:true,narenas:x tcache:false,standdown:true; do
	run $options || fail "atsecure: $options: $(cat "$tmp/out")"
	[ "$(cat "$tmp/out")" != "secure: 0" ] || skip "set-user-ID does not work in $tmp"
	[ "$(cat "$tmp/out")" = "secure: 1" ] || fail "atsecure: $options: $(cat "$tmp/out")"
done
