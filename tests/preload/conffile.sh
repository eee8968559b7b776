#!/bin/sh
# The file of options: which programs its sections reach, whose file it has to be, and that nothing but access(2)
# is spent where there is none. The library under test is this build's objects, with another folder for the file.
. "$(dirname "$0")/env.sh"

mkdir "$tmp/etc" "$tmp/bin"
file=$tmp/etc/ashlar.conf
other=$tmp/libashlar.so
chmod 755 "$tmp" "$tmp/etc" "$tmp/bin"
objects=$(find "$build/lib" -path '*/.libs/*.o' ! -name conf_file.o ! -name new_static.o ! -name '*_static_la-*')
[ -n "$objects" ] || broken "no objects in $build/lib"
$CC $CFLAGS -fPIC -DPIC -DHAVE_CONFIG_H -fvisibility=hidden -fno-builtin -I"$build" -I"$src/lib" \
	-DASHLAR_SYSCONFDIR="\"$tmp/etc\"" -c -o "$tmp/conf_file.o" "$src/lib/os/conf_file.c" || broken "conf_file.c"
# shellcheck disable=SC2086 # a list of files without spaces
$CC $CFLAGS $LDFLAGS -shared -Wl,-z,now -Wl,-z,initfirst -Wl,-z,nodelete -Wl,--version-script="$src/lib/ashlar.map" \
	-o "$other" $objects "$tmp/conf_file.o" || broken "the library does not link"
chmod 755 "$other"

# The program prints nothing; confirm_conf shows what it would do.
cp /bin/true "$tmp/bin/program"
ln -s program "$tmp/bin/link"
program=$tmp/bin/program
run() { timeout 60 env LD_PRELOAD="$other" "$@" >"$tmp/out" 2>&1 || fail "$*: $(cat "$tmp/out")"; }
has() { grep -qx "ashlar: $1" "$tmp/out" || fail "$2: not $1: $(cat "$tmp/out")"; }
has_not() { ! grep -qx "ashlar: $1" "$tmp/out" || fail "$2: $1: $(cat "$tmp/out")"; }

# --- none: nobody opens it
run "$program"
[ ! -s "$tmp/out" ] || fail "without a file: $(cat "$tmp/out")"
if command -v strace >/dev/null && strace -o "$tmp/trace" true 2>/dev/null; then
	strace -f -E LD_PRELOAD="$other" -o "$tmp/trace" "$program"
	grep "$file" "$tmp/trace" >"$tmp/calls" || :
	[ "$(wc -l <"$tmp/calls")" = 1 ] && grep -q 'access' "$tmp/calls" ||
		fail "without a file: $(cat "$tmp/calls")"
	! grep -q 'readlink' "$tmp/trace" || fail "without a file: readlink"
fi

# --- whose
echo 'tcache_max:7777' >"$file"
chmod 644 "$file"
if [ "$(id -u)" -ne 0 ]; then
	run "$program"
	grep -qx "ashlar: $file: ignored: not owned by root" "$tmp/out" || fail "another's file: $(cat "$tmp/out")"
	skip "the rest needs root"
fi
# ignored WHY
ignored()
{
	ASHLAR_CONF=confirm_conf:true run "$program"
	has "$file: ignored: $1" "$1"
	[ "$(grep -c "^ashlar: $file" "$tmp/out")" = 1 ] || fail "$1: more than one line: $(cat "$tmp/out")"
	has_not tcache_max:7777 "$1"
	# with abort it is fatal
	status=0
	ASHLAR_CONF=abort:true LD_PRELOAD=$other "$program" >"$tmp/out" 2>&1 || status=$?
	[ $status -eq 134 ] || fail "$1: abort:true: status $status"
}
ASHLAR_CONF=confirm_conf:true run "$program"
has tcache_max:7777 "root's file"
chown 1 "$file"
ignored 'not owned by root'
chown 65534 "$file"
ASHLAR_CONF=confirm_conf:true run "$program"
has_not tcache_max:7777 "nobody's file"
! grep -q "$file" "$tmp/out" || fail "nobody's file: $(cat "$tmp/out")"
chown 0 "$file"
for mode in 664 646 666; do
	chmod $mode "$file"
	ignored 'others than its owner may write to it'
done
chmod 644 "$file"
mv "$file" "$tmp/etc/target"
ln -s target "$file"
ignored 'it cannot be opened, or is a symbolic link'
rm "$file"
mkfifo "$file"
ignored 'no regular file'
rm "$file"
mkdir "$file"
ignored 'no regular file'
rmdir "$file"
{
	echo tcache_max:7777
	head -c 65521 /dev/zero | tr '\0' '#'
} >"$file"
chmod 644 "$file"
ignored 'longer than 65536 bytes'
truncate -s 65536 "$file"
ASHLAR_CONF=confirm_conf:true run "$program"
has tcache_max:7777 "65536 bytes"
: >"$file"
run "$program"
[ ! -s "$tmp/out" ] || fail "an empty file: $(cat "$tmp/out")"

# --- reports name file and line
printf 'confirm_conf:false\n\nnonsense:1\n[*]\n  narenas = x\n[other]\nnonsense:2\n[\n' >"$file"
run "$program"
cat >"$tmp/expected" <<E2
ashlar: $file:3: unknown option: nonsense:1
ashlar: $file:5: bad value: narenas = x
ashlar: $file:8: bad section: [
E2
diff "$tmp/expected" "$tmp/out" || fail "reports (>)"

# --- sections
cat >"$file" <<E2
confirm_conf:true	# for all
dirty_decay_ms = 10
[program]
narenas = 1
[link]
narenas = 2, dirty_decay_ms = 20
[$tmp/bin/link]
tcache:false
[$tmp/bin/program]
stats_interval = 123456
[*]
tcache_max = 99
E2
run "$program"
for option in narenas:1 dirty_decay_ms:10 tcache:true stats_interval:123456 tcache_max:99; do has $option program; done
run "$tmp/bin/link" # its file is the program
for option in narenas:2 dirty_decay_ms:20 tcache:false stats_interval:123456 tcache_max:99; do has $option link; done
(cd "$tmp/bin" && run ./link)
for option in narenas:2 tcache:true; do has $option ./link; done
run cat /dev/null
has_not 'narenas:[12]' cat
for option in dirty_decay_ms:10 tcache_max:99; do has $option cat; done
ASHLAR_CONF=narenas:7 MALLOC_CONF=dirty_decay_ms:30 run "$program"
for option in narenas:7 dirty_decay_ms:30 tcache_max:99; do has $option environment; done

# --- a program is left to libc
cat >"$tmp/heap.c" <<'E2'
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	char *start = sbrk(0), *volatile p = malloc(1000);
	return p >= (char *)sbrk(0) || p < start - (1 << 20); /* 0: libc's, which uses brk */
}
E2
$CC -fno-builtin -o "$tmp/bin/heap" "$tmp/heap.c" || broken "heap.c"
printf '[heap]\nstanddown:true\n' >"$file"
"$tmp/bin/heap" || broken "libc's malloc does not use brk"
LD_PRELOAD=$other "$tmp/bin/heap" || fail "standdown:true: still on ashlar"
cp "$tmp/bin/heap" "$tmp/bin/heap2"
! LD_PRELOAD=$other "$tmp/bin/heap2" || fail "standdown:true: a program that was not named"

# --- with more privileges than the caller's: the file counts, but not the name that the caller chose
grep -q '^nobody:' /etc/passwd || skip "no user nobody: the rest"
cp "$other" "$tmp/libashlar-linked.so"
$CC -fno-builtin -o "$tmp/bin/secure" -x c - -L"$tmp" -Wl,-rpath,"$tmp" -l:libashlar-linked.so <<'E2' || broken "secure"
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
extern const char *ashlar_version(void);
int main(void) { return printf("secure: %lu %d\n", getauxval(AT_SECURE), ashlar_version() == NULL) < 0; }
E2
ln -s secure "$tmp/bin/link2"
chown nobody "$tmp/bin/secure"
chmod 4755 "$tmp/bin/secure"
printf '[secure]\nconfirm_conf:true\nnarenas:5\n[link2]\nnarenas:6\n' >"$file"
ASHLAR_CONF=narenas:8 "$tmp/bin/link2" >"$tmp/out" 2>&1 || fail "secure: $(cat "$tmp/out")"
! grep -q '^secure: 0' "$tmp/out" || skip "set-user-ID does not work in $tmp"
has narenas:5 secure
