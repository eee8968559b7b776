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
! grep '^note: ' "$tmp/out" || fail "a note of a list that was not there"
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
printf '# /usr/$LIB/%s\n/usr/$LIB/libother.so\n' "$soname" >"$list"
! run status || fail "a comment is taken for an entry"
cp "$list" "$tmp/list"
run enable || fail "enable behind a comment: $(cat "$tmp/out")"
run disable || fail "disable behind a comment: $(cat "$tmp/out")"
cmp -s "$list" "$tmp/list" || fail "disable behind a comment wrote: $(cat "$list")"
rm "$list"

# --- what the dynamic linker reads, whatever is in the list; and the same from the packages' own scripts
mv "$installed" "$installed.away"
sed "s,^list=.*,list=$tmp/other-list,; s,^lock=.*,lock=$tmp/other-lock," "$src/debian/libashlar2.prerm" >"$tmp/prerm"
{
	echo 'arg = {[2] = "0"}; posix = {chmod = function() end}'
	sed '1,/^%preun -p <lua>/d; /^%preun preload/,$d' "$src/rpm/ashlar.spec" |
		sed "s/%{soname}/libashlar.so.2/; s,/etc/ld.so.preload,$tmp/other-list,"
} >"$tmp/preun.lua"
# The names that it cannot find, which is each one.
reads() { chroot "$root" /bin/true 2>&1 | sed -n "s/^ERROR: ld\.so: object '\(.*\)' from .*/\1/p"; }
same_by()
{
	cp "$tmp/list" "$tmp/other-list"
	"$@" >"$tmp/err" 2>&1 || fail "$1 with $row: $(cat "$tmp/err")"
	{ [ ! -e "$list" ] && [ ! -e "$tmp/other-list" ]; } || cmp -s "$list" "$tmp/other-list" ||
		fail "$* makes of $row another list than disable: $(cat -A "$tmp/other-list"), not $(cat -A "$list")"
}
agrees()
{
	row=$1
	printf "$row" >"$list"
	cp "$list" "$tmp/list"
	reads >"$tmp/names"
	grep -vE "^(.*/)?libashlar$install_suffix\.so(\.2(\.[.0-9]*)?)?\$" "$tmp/names" >"$tmp/expected" || :
	! run status || fail "status with $row"
	run disable || fail "disable of $row: $(cat "$tmp/out")"
	if cmp -s "$tmp/names" "$tmp/expected"; then
		says 'not enabled' "disable of $row"
		cmp -s "$list" "$tmp/list" || fail "disable of $row wrote: $(cat -A "$list")"
		run status || says 'not enabled' "status with $row"
	else
		says 'taken out' "disable of $row"
		reads | cmp -s - "$tmp/expected" || fail "disable of $row: what is read is now $(reads)"
	fi
	[ -z "$install_suffix" ] || return 0
	same_by sh "$tmp/prerm" remove
	if command -v lua >/dev/null; then
		same_by lua "$tmp/preun.lua"
	fi
}
# glibc takes what is in a comment for entries, if it is not the first one
agrees "# a comment that is longer than what comes behind it\n# $soname\n"
agrees "# one\n# $soname and\n"
# with the entry gone, the second comment were one no more
agrees "# Libraries.\n# See ld.so(8).\n$soname\n"
[ "$(cat "$list")" = "$(printf '# Libraries.\n# See ld.so(8).\n%*s' ${#soname} '')" ] ||
	fail "disable, with two comments, wrote: $(cat -A "$list")"
# nor does each disable after an enable leave more
echo "$soname" >>"$list"
cp "$list" "$tmp/list"
run disable && [ "$(wc -l <"$list")" -eq 3 ] || fail "disable, with two comments, wrote again: $(cat -A "$list")"
# with the entry gone, the second comment is one still, and by a byte is none
agrees "#\n#\n$soname\n"
[ "$(wc -c <"$list")" -eq 4 ] || fail "disable, with two comments, left blanks: $(cat -A "$list")"
agrees "#a\n#\n$soname\n"
agrees "$soname\r\n"
agrees "$soname\0"
agrees "$soname\n\0"
agrees "x\0$soname\n"
agrees "x\0$soname y"
agrees "x\0y $soname"
agrees ":$soname"
agrees "\n"
for row in $(awk -v so="$soname" 'BEGIN {
	srand(1)
	n = split("# # # # \\n \\n \\n \\040 \\t : : \\0 \\r x libx.so #y libashlar.so /x/" so " " so " " so " " so ".1", part)
	for (row = 0; row < 40; row++) {
		for (i = rand() * 14; i >= 0; i--)
			printf "%s", part[int(rand() * n) + 1]
		print ""
	}
}'); do
	agrees "$row"
done
rm -f "$list"
mv "$installed.away" "$installed"

# --- a mode and an owner that others cannot read the list with
(umask 027 && echo '/usr/$LIB/libother.so' >"$list" && chown 1234 "$list")
run enable || fail "enable with a list of mode 640: $(cat "$tmp/out")"
says 'mode 0640 and owner 1234:' "a list of mode 640"
[ "$(stat -c %a:%u "$list")" = 644:0 ] || fail "mode $(stat -c %a:%u "$list")"
run disable
! grep note: "$tmp/out" || fail "a note of a mode that is as it was"
rm "$list"

# --- not loaded, but spoken of
cat >"$tmp/speaks.c" <<E0
#include <unistd.h>
__attribute__((constructor)) static void f(void) { (void)!write(1, "/usr/lib/$soname\n", sizeof "/usr/lib/$soname"); }
E0
$CC -shared -fPIC -o "$root/usr/$folder/libspeaks.so" "$tmp/speaks.c" || broken "no library that speaks"
echo '/usr/$LIB/libspeaks.so' >"$list"
! run status || fail "status takes what a program prints for its maps: $(cat "$tmp/out")"
rm "$list"

# --- loaded by another name
ln -s "$soname" "$root/usr/$folder/libname.so"
echo '/usr/$LIB/libname.so' >"$list"
run status || fail "status with a link to it: $(cat "$tmp/out")"
says 'another name' "status with a link to it"
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
if command -v python3 >/dev/null; then
	(cd "$root/etc" && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("ld.so.preload")')
	not_named "a socket" "is a device, a pipe"
	rm "$list"
fi
ln -s "${list##*/}" "$list"
not_named "a link to itself" "is a symbolic link"
rm "$list"
printf 'libm.so.6\n\0\0' >"$list"
not_named "zero bytes" "zero bytes"
head -c 3000000 /dev/zero | tr '\0' '#' >"$list"
run disable || fail "disable with a long list: $(cat "$tmp/out")"
printf '\n%s\n' "$soname" >>"$list"
run disable || fail "disable of the last line of a long list: $(cat "$tmp/out")"
[ "$(wc -c <"$list")" -eq 3000001 ] || fail "a long list became one of $(wc -c <"$list") bytes"
# --- what stands in the way
# in_mount COMMANDS: before the tool, with the root as $1, in a mount namespace of its own
in_mount() { before=$1; shift; unshare --mount sh -c "mount --make-rprivate / && $before"' && shift && exec "$@"' \
	sh "$root" "$tool" --root "$root" "$@" >"$tmp/out" 2>&1; }
# a lock that anybody can have
chmod 755 "$tmp" "$root" "$root/etc"
setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'exec 9<"$1" && flock 9 && exec sleep 60' sh "$root/etc" &
locked=$!
sleep 0.2
echo "$soname" >"$list"
timeout 10 "$tool" --root "$root" disable >"$tmp/out" 2>&1 || fail "disable with a user's lock of /etc: $(cat "$tmp/out")"
kill $locked
wait $locked 2>/dev/null || :
# another one at work
echo "$soname" >"$list"
rm "$list"
flock "$root/etc/.pwd.lock" sh -c "sleep 1; echo $soname >'$list'" &
sleep 0.2
run disable || fail "disable after another: $(cat "$tmp/out")"
wait $! || :
[ ! -e "$list" ] || fail "disable does not wait for another"
[ "$(stat -c %a "$root/etc/.pwd.lock")" = 600 ] || fail "anybody can lock it"
# what an interrupted one leaves
: >"$list.ashlar-new"
run disable && [ ! -e "$list.ashlar-new" ] || fail "disable leaves what an interrupted one has left"
in_mount 'mount -t tmpfs -o nr_inodes=2 none $1/etc && echo '"$soname"' >$1/etc/ld.so.preload' disable ||
	fail "disable with no room: $(cat "$tmp/out")"
says '^disabled' "disable with no room"
! in_mount 'mount -t tmpfs -o nr_inodes=2 none $1/etc && echo libm.so.6 '"$soname"' >$1/etc/ld.so.preload' disable ||
	fail "disable with no room for the rest: $(cat "$tmp/out")"
says 'ashlar-new: No space' "disable with no room for the rest"
rm -f "$root/etc/.pwd.lock"
in_mount 'mount --bind $1/etc $1/etc && mount -o remount,bind,ro $1/etc' disable ||
	fail "disable of nothing where nothing can be written: $(cat "$tmp/out")"
# who ignores the end of children
echo "$soname" >"$list"
printf '#!/bin/sh\nexec env --ignore-signal=CHLD "%s" "$@"\n' "$tool" >"$tmp/ignoring"
chmod 755 "$tmp/ignoring"
if env --ignore-signal=CHLD true 2>/dev/null; then
	(tool=$tmp/ignoring && run status) || fail "status, SIGCHLD ignored: $(cat "$tmp/out")"
fi
# SELinux's label
echo libm.so.6 >>"$list"
if python3 -c 'import os, sys; os.setxattr(sys.argv[1], "security.selinux", b"a_label")' "$list" 2>/dev/null; then
	run disable || fail "disable of a list with a label: $(cat "$tmp/out")"
	[ "$(python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "security.selinux").decode())' "$list")" = a_label ] ||
		fail "the label is not kept"
fi

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
