#!/bin/sh
# ashlar-preload in a small system of its own: it keeps what others have written, refuses a library that
# would stop the system, and takes its line out when nothing else starts any more.
. "$(dirname "$0")/env.sh"
need_shared
need setpriv
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
	exec "$@"' sh "$root" "$tool" --root "$root" "$@" >"$tmp/out" 2>&1; }
installed=$root/usr/$folder/$soname
install_from() { cp "$1" "$installed.new"; chown root "$installed.new"; chmod 644 "$installed.new"
	mv "$installed.new" "$installed"; }
says() { grep -q -- "$1" "$tmp/out" || fail "$2: no word of '$1': $(cat "$tmp/out")"; }
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
[ "$(cat "$list")" = '/usr/$LIB/libother.so' ] || fail "disable of two wrote: $(cat "$list")"
# becomes LINES LINES: what disable makes of them
becomes()
{
	printf "$1" >"$list"
	printf "$2" >"$tmp/expected"
	run disable || fail "disable of $1: $(cat "$tmp/out")"
	cmp -s "$list" "$tmp/expected" || fail "disable of $1 wrote: $(cat -A "$list")"
}
becomes "$soname libm.so.6 # x\n" 'libm.so.6 # x\n'
becomes "$soname # x\nlibm.so.6" '# x\nlibm.so.6'
becomes "libm.so.6:\t$soname:\n$soname.0.1\n\n" 'libm.so.6\n\n'
becomes "libm.so.6 $soname\tlibc.so.6" 'libm.so.6 libc.so.6'
becomes "libm.so.6\n\t$soname\n" 'libm.so.6\n'
becomes "libm.so.6 /usr/local/lib/$soname libnot$soname ${soname}x" "libm.so.6 libnot$soname ${soname}x"
printf '# /usr/$LIB/%s\n/usr/$LIB/libother.so\n' "$soname" >"$list" # glibc 2.36 finds only the first comment
! run status || fail "a comment is taken for an entry"
cp "$list" "$tmp/list"
printf '# a comment before it that is longer than all that comes behind it\n# /usr/$LIB/%s\n' "$soname" >"$list"
if unshare --mount sh -c 'mount --make-rprivate / && mount -t proc proc "$1/proc" && chroot "$1" /bin/cat /proc/self/maps' \
	sh "$root" 2>/dev/null | grep -q "/$soname"; then
	run status || fail "status with a comment that is none: $(cat "$tmp/out")"
	says 'not by an entry' "status with a comment that is none"
fi
cp "$tmp/list" "$list"
run enable || fail "enable behind a comment: $(cat "$tmp/out")"
run disable || fail "disable behind a comment: $(cat "$tmp/out")"
cmp -s "$list" "$tmp/list" || fail "disable behind a comment wrote: $(cat "$list")"
rm "$list"

# --- a mode and an owner that others cannot read the list with
(umask 027 && echo '/usr/$LIB/libother.so' >"$list" && chown 1234 "$list")
run enable || fail "enable with a list of mode 640: $(cat "$tmp/out")"
says 'mode 0640 and owner 1234:' "a list of mode 640"
[ "$(stat -c %a:%u "$list")" = 644:0 ] || fail "mode $(stat -c %a:%u "$list")"
run disable
! grep note: "$tmp/out" || fail "a note of a mode that is as it was"
rm "$list"

# --- in the list, but not in use
not_in_use()
{
	! run status || fail "status with $1: $(cat "$tmp/out")"
	says "$2" "status with $1"
	! run enable || fail "enable with $1: $(cat "$tmp/out")"
	says "$2" "enable with $1"
	says 'disable takes it out' "enable with $1"
}
echo "/usr/local/lib/$soname" >"$list"
not_in_use "a library elsewhere that is missing" "/usr/local/lib/$soname: not found"
run disable && [ ! -e "$list" ] || fail "disable of a library elsewhere: $(cat "$tmp/out")"
run enable
mv "$installed" "$installed.away"
not_in_use "the library missing" "$root/usr/$folder/$soname: not found"
echo "$soname" >"$list"
not_in_use "the library missing, and a name without a folder" ": $soname: not found"
: >"$installed"
not_in_use "an empty library" "$soname: cannot be loaded"
run disable
mv "$installed.away" "$installed"
# what is in use is tried all the same
echo "/usr/\$LIB/$soname" >"$list"
run status || fail "status with a line that was written by hand: $(cat "$tmp/out")"
chmod 666 "$installed"
! run enable || fail "enable again does not check"
says 'root alone' "enable again"
chmod 644 "$installed"
rm "$list"

# --- whose fault it is
echo /nonexistent/lib.so >"$list"
! run enable || fail "enable beside a line that cannot be preloaded"
says "another line of $list cannot be preloaded" "a line of somebody else's"
says /nonexistent/lib.so "a line of somebody else's"
rm "$list"
! "$tool" --root "$root" check >"$tmp/out" 2>&1 || fail "check without /proc"
says "mount -t proc proc $root/proc" "check without /proc"
mkdir -p "$tmp/empty/etc"
! "$tool" --root "$tmp/empty" enable >"$tmp/out" 2>&1 || fail "enable in an empty folder"
says "no program $tmp/empty/bin/cat" "enable in an empty folder"
! "$tool" --root "$root/etc" enable >"$tmp/out" 2>&1 || fail "enable in /etc"
says "$root/etc/etc: No such file" "enable in a folder without /etc"

# --- a list that is none
ln -s the-list "$list"
! run enable || fail "enable with a link that leads nowhere"
says 'is a symbolic link' "enable with a link that leads nowhere"
run disable || fail "disable with a link that leads nowhere: $(cat "$tmp/out")"
echo '/usr/$LIB/libother.so' >"$root/etc/the-list"
! run enable || fail "enable with a link"
says 'is a symbolic link' "enable with a link"
run disable || fail "disable with a link that does not name it: $(cat "$tmp/out")"
[ -L "$list" ] || fail "disable with a link that does not name it replaced it"
echo "/usr/\$LIB/$soname" >>"$root/etc/the-list"
run status || fail "status with a link: $(cat "$tmp/out")"
run disable || fail "disable with a link: $(cat "$tmp/out")"
says 'was a symbolic link' "disable with a link"
[ ! -L "$list" ] && [ "$(cat "$list")" = '/usr/$LIB/libother.so' ] || fail "disable with a link wrote: $(cat "$list")"
[ "$(wc -l <"$root/etc/the-list")" -eq 2 ] || fail "disable with a link wrote where it leads"
rm "$list"
# disable passes if it is not named
not_named()
{
	run disable || fail "disable with $1: $(cat "$tmp/out")"
	says 'not enabled' "disable with $1"
	! run enable || fail "enable with $1"
	says "$2" "enable with $1"
}
mkdir "$list"
not_named "a folder" "is a folder"
rmdir "$list"
mknod "$list" c 1 3
not_named "a device" "is a device"
rm "$list"
mkfifo "$list"
not_named "a pipe" "is a device, a pipe"
rm "$list"
printf 'libm.so.6\n\0\0' >"$list"
not_named "zero bytes" "zero bytes"
printf '%s\0' "$soname" >"$list"
! run disable || fail "disable with the name between zero bytes: $(cat "$tmp/out")"
says 'by hand' "disable with the name between zero bytes"
head -c 3000000 /dev/zero | tr '\0' '#' >"$list"
run disable || fail "disable with a long list: $(cat "$tmp/out")"
printf '\n%s\n' "$soname" >>"$list"
run disable || fail "disable of the last line of a long list: $(cat "$tmp/out")"
[ "$(wc -c <"$list")" -eq 3000001 ] || fail "a long list became one of $(wc -c <"$list") bytes"
echo "$soname" >"$list"
! unshare --mount sh -c 'mount --make-rprivate / && mount --bind "$1" "$1" && shift && exec "$@"' sh "$list" \
	"$tool" --root "$root" disable >"$tmp/out" 2>&1 || fail "disable of a list that is mounted"
says 'unmount it first' "disable of a list that is mounted"
[ -s "$list" ] && [ ! -e "$list.ashlar-new" ] || fail "disable of a list that is mounted left something"
rm "$list"

# --- the command line
wrong()
{
	what=$1 expected=$2 status=0
	shift 2
	"$tool" "$@" >"$tmp/out" 2>&1 || status=$?
	[ $status -eq "$expected" ] || fail "$*: exit $status: $(cat "$tmp/out")"
	says "$what" "$*"
}
wrong 'frobnicate: no such command' 2 frobnicate
wrong 'no command' 2
wrong 'enable: one command' 2 disable enable
wrong "option '--bogus'" 2 --bogus status
wrong "'--root' requires" 2 status --root
wrong "$tmp/nowhere: No such file" 1 --root "$tmp/nowhere" status
wrong '^usage: ' 0 -h
wrong '^usage: ' 0 --help
wrong "^ashlar $version" 0 --version
wrong 'not enabled' 1 --root="$root" status
wrong 'not enabled' 1 status --root "$root"
! "$tool" --version >/dev/full 2>"$tmp/out" || fail "a full disk is not noticed"
says 'cannot be written' "a full disk"
cp "$tool" "$tmp/tool"
chmod 755 "$tmp" "$tmp/tool"
user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$tmp/tool" "$@" >"$tmp/out" 2>&1; }
! user enable || fail "enable by a user"
says 'only root' "enable by a user"
! user --root "$root" status || fail "--root by a user"
says 'only root' "--root by a user"
status=0
user status || status=$?
cp "$tmp/out" "$tmp/here"
! user --root / status || [ $status -eq 0 ] || fail "--root / by a user"
cmp -s "$tmp/out" "$tmp/here" || fail "status by a user is different with --root /: $(cat "$tmp/out")"

# --- libraries that would stop the system
refuses()
{
	! run enable || fail "enable with $1: $(cat "$tmp/out")"
	says refused "enable with $1"
	says "$2" "enable with $1"
	[ ! -e "$list" ] || fail "enable with $1 wrote: $(cat "$list")"
}
head -c 20000 "$lib" >"$tmp/short.so"
install_from "$tmp/short.so"
refuses "a library cut short" "$soname: cannot be loaded"
: >"$tmp/empty.so"
install_from "$tmp/empty.so"
refuses "an empty file" "$soname: cannot be loaded"
echo 'extern int not_there(void); int f(void) { return not_there(); }' >"$tmp/new.c"
$CC -shared -fPIC -Wl,-z,now -Wl,-soname,"$soname" -o "$tmp/new.so" "$tmp/new.c"
install_from "$tmp/new.so"
refuses "an undefined function" "$soname: cannot be loaded"
echo 'int missing;' >"$tmp/missing.c"
$CC -shared -fPIC -Wl,-soname,libmissing.so.1 -o "$tmp/libmissing.so" "$tmp/missing.c" &&
	$CC -shared -fPIC -Wl,--no-as-needed -o "$tmp/needs.so" "$tmp/missing.c" "$tmp/libmissing.so"
install_from "$tmp/needs.so"
refuses "a library that is missing" "$soname: cannot be loaded"
echo '__attribute__((constructor)) static void f(void) { __builtin_trap(); }' >"$tmp/dies.c"
$CC -shared -fPIC -o "$tmp/dies.so" "$tmp/dies.c"
install_from "$tmp/dies.so"
refuses "a constructor that dies" "died of signal"
cat >"$tmp/noisy.c" <<'E2'
#include <unistd.h>
__attribute__((constructor)) static void f(void) { (void)!write(2, "hello\n", 6); }
E2
$CC -shared -fPIC -o "$tmp/noisy.so" "$tmp/noisy.c"
install_from "$tmp/noisy.so"
refuses "output where there was none" hello
rm "$installed"
refuses "no library" "$installed: not found"
says "own libraries are in, $root/usr/$folder" "enable with no library"
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
says 'disable takes it out' "status with a library cut short"
chroot "$root" /bin/true 2>/dev/null || run disable || fail "disable with a broken library: $(cat "$tmp/out")"
starts || fail "after disable with a broken library: $(cat "$tmp/err")"
