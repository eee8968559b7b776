#!/bin/sh
# ashlar-preload in a small system of its own: it keeps what others have written, refuses a library that
# would stop the system, and takes its line out when nothing else starts any more.
. "$(dirname "$0")/env.sh"
need_shared
[ -z "$ashlar_prefix" ] || skip "configured with --with-ashlar-prefix"
no_sanitizer
[ "$(id -u)" -eq 0 ] || skip "needs root, for chroot"
[ "$static_programs" = yes ] || skip "no static C library"
tool=$build/tools/ashlar-preload
[ -x "$tool" ] || fail "$tool was not built"

# A root with a shell, cat, true and what they need, and the library beside libc.
root=$tmp/root
list=$root/etc/ld.so.preload
mkdir -p "$root/etc" "$root/bin" "$root/proc" "$root/dev" "$root/usr/sbin"
: >"$root/dev/null"
for file in /bin/sh /bin/cat /bin/true; do
	cp -L "$file" "$root$file"
	for needed in $(ldd "$file" | grep -o '/[^ ]*'); do
		mkdir -p "$root$(dirname "$needed")"
		cp -L "$needed" "$root$needed"
	done
done
loader=$(readelf -lW /bin/true | sed -n 's/.*interpreter: \(.*\)]/\1/p')
folder=$("$loader" --list-diagnostics 2>/dev/null | sed -n 's/^dl_dst_lib="\(.*\)"/\1/p')
[ -n "$folder" ] || skip "a dynamic linker that does not tell its folder"
mkdir -p "$root/usr/$folder"
unshare --mount true 2>/dev/null || skip "no mount namespaces"
# the tool reads /proc/self/maps of what it starts
run() { unshare --mount sh -c 'mount --make-rprivate / && mount -t proc proc "$1/proc" && shift &&
	exec "$@"' sh "$root" "$tool" --root "$root" "$1" >"$tmp/out" 2>&1; }
installed=$root/usr/$folder/$soname
install_from() { cp "$1" "$installed.new"; chown root "$installed.new"; chmod 644 "$installed.new"
	mv "$installed.new" "$installed"; }
says() { grep -q -- "$1" "$tmp/out" || fail "$2: $(cat "$tmp/out")"; }
starts() { chroot "$root" /bin/true 2>"$tmp/err" && [ ! -s "$tmp/err" ]; }

starts || broken "true does not run in there: $(cat "$tmp/err")"
! run status || fail "enabled from the start"
says 'not enabled' status

# --- on and off again
install_from "$lib"
run check || fail "check: $(cat "$tmp/out")"
[ ! -e "$list" ] || fail "check writes"
run enable || fail "enable: $(cat "$tmp/out")"
[ "$(cat "$list")" = "/usr/\$LIB/$soname" ] || fail "enable wrote: $(cat "$list")"
[ "$(stat -c %a:%u "$list")" = 644:0 ] || fail "enable: mode $(stat -c %a:%u "$list")"
starts || fail "after enable: $(cat "$tmp/err")"
run status || fail "status after enable: $(cat "$tmp/out")"
run enable || fail "enable again: $(cat "$tmp/out")"
[ "$(wc -l <"$list")" -eq 1 ] || fail "enable again wrote: $(cat "$list")"
run disable || fail "disable: $(cat "$tmp/out")"
[ ! -e "$list" ] || fail "disable leaves a file: $(cat "$list")"
run disable || fail "disable again: $(cat "$tmp/out")"

# --- what others have written stays
echo 'int other;' >"$tmp/other.c"
$CC -shared -fPIC -o "$root/usr/$folder/libother.so" "$tmp/other.c" || broken "no other library"
printf '/usr/$LIB/libother.so' >"$list"
run enable || fail "enable beside another: $(cat "$tmp/out")"
printf '/usr/$LIB/libother.so\n/usr/$LIB/%s\n' "$soname" | cmp -s - "$list" ||
	fail "enable beside another wrote: $(cat "$list")"
run disable || fail "disable beside another: $(cat "$tmp/out")"
printf '/usr/$LIB/libother.so\n' | cmp -s - "$list" || fail "disable beside another wrote: $(cat "$list")"
printf '/a/%s:/usr/$LIB/libother.so %s' "$soname" "$soname" >"$list"
run disable || fail "disable of two: $(cat "$tmp/out")"
[ "$(tr -d ' :\n' <"$list")" = '/usr/$LIB/libother.so' ] || fail "disable of two wrote: $(cat "$list")"
printf '# /usr/$LIB/%s\n/usr/$LIB/libother.so\n' "$soname" >"$list" # glibc 2.36 finds only the first comment
! run status || fail "a comment is taken for an entry"
cp "$list" "$tmp/list"
run enable || fail "enable behind a comment: $(cat "$tmp/out")"
run disable || fail "disable behind a comment: $(cat "$tmp/out")"
cmp -s "$list" "$tmp/list" || fail "disable behind a comment wrote: $(cat "$list")"
rm "$list"

# --- libraries that would stop the system
refuses()
{
	! run enable || fail "enable with $1: $(cat "$tmp/out")"
	says refused "enable with $1"
	[ ! -e "$list" ] || fail "enable with $1 wrote: $(cat "$list")"
}
head -c 20000 "$lib" >"$tmp/short.so"
install_from "$tmp/short.so"
refuses "a library cut short"
: >"$tmp/empty.so"
install_from "$tmp/empty.so"
refuses "an empty file"
echo 'extern int not_there(void); int f(void) { return not_there(); }' >"$tmp/new.c"
$CC -shared -fPIC -Wl,-z,now -Wl,-soname,"$soname" -o "$tmp/new.so" "$tmp/new.c"
install_from "$tmp/new.so"
refuses "an undefined function"
echo 'int missing;' >"$tmp/missing.c"
$CC -shared -fPIC -Wl,-soname,libmissing.so.1 -o "$tmp/libmissing.so" "$tmp/missing.c" &&
	$CC -shared -fPIC -Wl,--no-as-needed -o "$tmp/needs.so" "$tmp/missing.c" "$tmp/libmissing.so"
install_from "$tmp/needs.so"
refuses "a library that is missing"
echo '__attribute__((constructor)) static void f(void) { __builtin_trap(); }' >"$tmp/dies.c"
$CC -shared -fPIC -o "$tmp/dies.so" "$tmp/dies.c"
install_from "$tmp/dies.so"
refuses "a constructor that dies"
cat >"$tmp/noisy.c" <<'E2'
#include <unistd.h>
__attribute__((constructor)) static void f(void) { (void)!write(2, "hello\n", 6); }
E2
$CC -shared -fPIC -o "$tmp/noisy.so" "$tmp/noisy.c"
install_from "$tmp/noisy.so"
refuses "output where there was none"
rm "$installed"
refuses "no library"
install_from "$lib"
chmod 666 "$installed"
! run enable || fail "enable with a library that anybody can write to"
says 'root alone' "enable with a library that anybody can write to"

# --- out again, when no program starts
chmod 644 "$installed"
run enable || fail "enable after all: $(cat "$tmp/out")"
cp "$tmp/short.so" "$installed"
! starts || broken "programs start with a library cut short"
! run status || fail "status with a library cut short: $(cat "$tmp/out")"
chroot "$root" /bin/true 2>/dev/null || run disable || fail "disable with a broken library: $(cat "$tmp/out")"
starts || fail "after disable with a broken library: $(cat "$tmp/err")"
