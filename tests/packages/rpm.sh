#!/bin/sh
# packages: rpm rpmlint mmdebstrap iproute2
#
# The RPM packages (rpm/ashlar.spec), built from the tarball, then installed into a Debian root, used there,
# upgraded while programs start, and taken away again. Needs root, mmdebstrap and namespaces. The root is kept in
# $ASHLAR_CHROOT_CACHE (/var/cache/ashlar-chroot) for the next time, and not written to.
set -eu
name=rpm
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$top/tools/fresh.sh"
. "$top/tests/preload/chroot/root.sh"
fail() { echo "$name: $*" >&2; exit 1; }

need_namespaces $name
for tool in rpm rpmbuild; do
	command -v $tool >/dev/null || skip $name "no $tool"
done
# What is mounted below is seen by nobody else, and ends with this script.
[ -n "${in_namespace-}" ] || exec env in_namespace=1 unshare --mount sh "$here/rpm.sh"

unset LD_PRELOAD ASHLAR_CONF MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
LC_ALL=C
export LC_ALL
work=$(mktemp -d)
at=$work/scratch/at
trap 'umount -l "$at/proc" "$at" "$work/scratch" 2>/dev/null || :; rm -rf --one-file-system "$work"' EXIT
HOME=$work # where rpm looks for macros of a user's own
export HOME
quietly() { "$@" >"$work/log" 2>&1 || { tail -n 60 "$work/log"; fail "$*"; }; }

# ---- the packages

echo 'tarball'
mkdir "$work/build"
cd "$work/build"
quietly fresh_copy "$top" "$work/src"
quietly "$work/src/configure"
quietly make dist
tarball=$(echo "$work"/build/ashlar-*.tar.xz)

peer_packages=
echo '# packages: gcc libc6-dev pkg-config' >"$work/case"
make_root "${ASHLAR_CHROOT_CACHE:-/var/cache/ashlar-chroot}" "$work/case" || { echo "$name: no root" >&2; exit 99; }
# Debian's folder for libraries, which its dynamic linker puts for $LIB
folder=$(dirname "$(find "$root/usr/lib" -name libc.so.6 | head -n 1)")
folder=${folder#"$root"}
lib=${folder#/usr/}

# build MODE RELEASE OPTION... FILE. --nodeps, here and below: what the packages need of the system, a Debian has from
# packages that rpm does not know. make check is left out, for it is run elsewhere.
build()
{
	mode=$1 release=$2
	shift 2
	quietly rpmbuild "$mode" --nodeps --nocheck --noclean --buildroot "$work/buildroot" \
		--define "_topdir $work/rpm" --define "_tmppath $work" --define "dist .$release" \
		--define "_lib $lib" --define "_libdir $folder" "$@"
}
echo 'packages'
build -ta 1 "$tarball"
# The second release is the same but for a few bytes at the end of the library, to tell them apart.
echo second >>"$work/buildroot$folder/libashlar.so.2"
rm -rf "$work/buildroot/usr/lib/.build-id" # rpmbuild makes it anew
tar -xOf "$tarball" --wildcards '*/rpm/ashlar.spec' >"$work/ashlar.spec"
build -bb 2 --short-circuit "$work/ashlar.spec"

# packages RELEASE [PART]...: their files
packages()
{
	release=$1
	shift
	for part in ${*:-ashlar ashlar-devel ashlar-static ashlar-tools ashlar-preload}; do
		ls "$work"/rpm/RPMS/*/"$part"-[0-9]*-1."$release".*.rpm || fail "no package $part"
	done
}
all='ashlar ashlar-devel ashlar-static ashlar-tools ashlar-preload'

if command -v rpmlint >/dev/null; then
	rpmlint --rpmlintrc "$top/rpm/ashlar.rpmlintrc" "$work/ashlar.spec" $(packages 1) \
		"$work"/rpm/SRPMS/*.src.rpm >"$work/lint" 2>&1 || :
	grep -q ' 0 errors, 0 warnings' "$work/lint" || { cat "$work/lint"; fail "rpmlint"; }
else
	echo 'no rpmlint'
fi

# ---- a system of its own

mkdir "$work/scratch"
mount -t tmpfs -o mode=755 tmpfs "$work/scratch"
mkdir "$work/scratch/upper" "$work/scratch/work" "$at"
mount -t overlay -o "lowerdir=$root,upperdir=$work/scratch/upper,workdir=$work/scratch/work" overlay "$at"
mount -t proc proc "$at/proc"
in_root() { chroot "$at" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
in_rpm()
{
	rpm_status=0
	rpm --root "$at" --dbpath /rpmdb "$@" >"$work/rpm.out" 2>&1 || rpm_status=$?
	# what Debian's rpm has to say each time
	grep -v '^rpm: \(RPM should not be used\|However assuming you know\)' "$work/rpm.out" || :
	return $rpm_status
}
# silently COMMAND...: it must succeed and say nothing.
silently()
{
	"$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "failed: $*"; }
	[ ! -s "$work/log" ] || { cat "$work/log"; fail "is not silent: $*"; }
}
files()
{
	(cd "$at" && find . -xdev \( -path ./rpmdb -o -path ./proc -o -path ./tmp \) -prune -o \
		-type d -printf '%M %u:%g %p\n' -o -printf '%M %u:%g %p %s %l\n' | sort)
}
list=$at/etc/ld.so.preload
library=$at$folder/libashlar.so.2

in_rpm --initdb
in_root ldconfig # so that its cache is there before
(umask 077 && : >>"$at/etc/.pwd.lock") # which is lckpwdf's
mkdir -p "$at/usr/share/licenses" # of Fedora's package filesystem
files >"$work/before"

echo 'install'
silently in_rpm -i --nodeps $(packages 1)
silently in_rpm -V --nodeps $all
[ ! -e "$list" ] || fail "turned on by the installation"
in_root ldconfig -p | grep -q "libashlar.so.2 .* => .*/$lib/libashlar.so.2$" || fail "not in ldconfig -p"
# With a link in its place there were a moment without it in an update: rpm/ashlar.spec.
[ -f "$library" ] && [ ! -L "$library" ] || fail "$folder/libashlar.so.2 is not a file"

sh "$top/tests/shell/links.sh" "$at/usr/share/doc/ashlar" || fail "the texts do not hold together"

# ---- programs linked with it

cp "$top/examples/mem_test.c" "$at/tmp"
compile() { in_root gcc -g -o /tmp/mem_test /tmp/mem_test.c "$@"; }
is_on_ashlar() { in_root "$@" ldd /tmp/mem_test | grep -q "libashlar.so.2 => .*/$lib/libashlar.so.2 "; }
silently compile -lashlar
is_on_ashlar || fail "-lashlar: $(in_root ldd /tmp/mem_test)"
silently in_root /tmp/mem_test
silently compile $(in_root pkg-config --cflags --libs ashlar)
is_on_ashlar || fail "pkg-config: $(in_root ldd /tmp/mem_test)"
silently compile
! is_on_ashlar || fail "linked with it without -lashlar"
is_on_ashlar env LD_PRELOAD=libashlar.so.2 || fail "LD_PRELOAD: $(in_root ldd /tmp/mem_test)"
silently in_root env LD_PRELOAD=libashlar.so.2 /tmp/mem_test
silently in_root ashlar.sh /tmp/mem_test
in_root ashlar.sh cat /proc/self/maps | grep -q /libashlar.so.2 || fail "ashlar.sh does not preload it"
silently compile -static -lashlar
grep -q ashlar_ "$at/tmp/mem_test" || fail "-static: without ashlar"
silently in_root /tmp/mem_test
silently compile -static-pie -lashlar_pic
silently in_root /tmp/mem_test
[ "$(in_root ashlar-config --libdir)" = "$folder" ] || fail "ashlar-config: $(in_root ashlar-config --libdir)"
rm "$at/tmp/mem_test"

# ---- the whole system on it

cat >"$at/tmp/lines" <<'E1'
while read -r line; do echo "$line"; done </proc/$$/maps
E1
# Each tells of its own memory.
programs_run()
{
	for program in cat tac sort 'head -n 999' 'tail -n 999' 'sed -n p' 'awk 1' 'grep .' 'cut -b 1-' 'perl -pe 1' \
		'dash /tmp/lines' 'bash /tmp/lines'; do
		# shellcheck disable=SC2086 # a program and its arguments
		in_root $program /proc/self/maps >"$work/maps" 2>"$work/err" || fail "$1: $program"
		[ ! -s "$work/err" ] || fail "$1: $program: $(cat "$work/err")"
		[ "$(grep -c "r-xp.* $folder/libashlar.so.2$" "$work/maps")" = "$2" ] || fail "$1: $program: $(cat "$work/maps")"
	done
}
echo 'enable'
programs_run before 0
quietly in_root ashlar-preload enable
[ "$(cat "$list")" = '/usr/$LIB/libashlar.so.2' ] || fail "enable wrote: $(cat "$list")"
programs_run enabled 1

echo 'upgrade'
cp "$library" "$work/first"
exec 9<"$library"
: >"$work/errors"
(
	while [ ! -e "$work/stop" ]; do
		in_root cat /proc/self/maps 2>>"$work/errors" | grep -q /libashlar.so.2 || echo without >>"$work/errors"
		echo >>"$work/starts"
	done
) &
loop=$!
while [ ! -s "$work/starts" ]; do # until the loop is under way
	sleep 0.1
done
silently in_rpm -U --nodeps $(packages 2)
: >"$work/stop"
wait $loop
echo "upgrade: $(grep -c . "$work/errors") errors in $(wc -l <"$work/starts") starts"
[ ! -s "$work/errors" ] || fail "$(sort "$work/errors" | uniq -c)"
cmp "$library" "$work/buildroot$folder/libashlar.so.2" || fail "the library is not the second release's"
cmp - "$work/first" <&9 || fail "the library was written to in place"
exec 9<&-
[ "$(cat "$list")" = '/usr/$LIB/libashlar.so.2' ] || fail "the upgrade changed the list: $(cat "$list")"
silently in_rpm -V --nodeps $all
programs_run upgraded 1

echo 'remove'
silently in_rpm -e ashlar-preload
[ ! -e "$list" ] && [ -e "$library" ] || fail "the removal of ashlar-preload leaves it on"
silently in_rpm -i --nodeps $(packages 2 ashlar-preload)
quietly in_root ashlar-preload enable
! in_rpm -e ashlar >/dev/null || fail "the library was removed from under ashlar-preload"
silently in_rpm -e $all
programs_run removed 0
files | diff "$work/before" - || fail "the removal left something (>)"

# ---- without ashlar-preload: a line that the administrator wrote

silently in_rpm -i --nodeps $(packages 1 ashlar)
echo '/usr/$LIB/libashlar.so.2' >"$list"
silently in_rpm -e ashlar
files | diff "$work/before" - || fail "the library's removal left something (>)"

# What is not about this file stays, and an upgrade changes nothing.
silently in_rpm -i --nodeps $(packages 1 ashlar)
cat >"$list" <<E1
/usr/\$LIB/libdl.so.2:/usr/\$LIB/libashlar.so.2
	/usr/\${LIB}/libashlar.so.2

$folder/libashlar.so.2 /usr/local/lib/libashlar.so.2 # libashlar.so.2
/\$LIB/libashlar.so.2	libashlar.so.2
/usr/\$LIB/libdl.so.2
E1
cp "$list" "$work/list"
silently in_rpm -U --nodeps $(packages 2 ashlar)
cmp "$list" "$work/list" || fail "the library's upgrade changed the list"
# It cannot be replaced while something is mounted there: then the library must stay.
mount --bind "$list" "$list"
! in_rpm -e ashlar >/dev/null || fail "removed, though the list names the library"
[ -e "$library" ] || fail "the library is gone, but not from the list"
umount "$list"
silently in_rpm -e ashlar
cat >"$work/list" <<'E1'
/usr/$LIB/libdl.so.2

# libashlar.so.2
/usr/$LIB/libdl.so.2
E1
diff "$work/list" "$list" || fail "the library's removal wrote another list (>)"
[ "$(stat -c %a:%u "$list")" = 644:0 ] || fail "the list's mode: $(stat -c %a:%u "$list")"
# With the entry gone, the second comment would be none for the dynamic linker.
silently in_rpm -i --nodeps $(packages 1 ashlar)
printf '# Libraries.\n# See ld.so(8).\nlibashlar.so.2\n' >"$list"
silently in_rpm -e ashlar
printf '# Libraries.\n# See ld.so(8).\n              \n' | diff - "$list" || fail "the library's removal wrote another list (>)"
silently in_root true
rm "$list"
files | diff "$work/before" - || fail "the library's removal left something (>)"
echo 'all as it should be'
