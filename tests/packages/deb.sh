#!/bin/sh
# The Debian packages: built from the archive that make dist makes, looked at by lintian, built again under other
# circumstances to the same bytes; then, in a Debian of their own (deb/inside.sh), installed, enabled, upgraded,
# removed and purged.
#
#   tests/packages/deb.sh [--once] [--keep FOLDER]
#
#   --once           no second build
#   --keep FOLDER    put the packages there
#
# The build itself is without make check, which has run elsewhere. Nothing of the machine itself is changed.
# packages: build-essential debhelper lintian faketime check pkgconf mmdebstrap iproute2
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$top/tools/fresh.sh"
. "$top/tests/preload/chroot/root.sh"

once= keep=
while [ $# -gt 0 ]; do
	case $1 in
	--once) once=1 ;;
	--keep) keep=$(cd "$2" && pwd); shift ;;
	*) sed -n '/^# *tests.*deb\.sh/,/^# *--keep/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
	shift
done
need_namespaces deb
for tool in dpkg-buildpackage dh dh_autoreconf lintian faketime setpriv; do
	command -v $tool >/dev/null || skip deb "no $tool"
done
fail() { echo "deb: $*" >&2; exit 1; }
begin=$(date +%s)
step() { say "$* (after $(($(date +%s) - begin)) s)"; }
unset LD_PRELOAD ASHLAR_CONF MAKEFLAGS MFLAGS MAKELEVEL DESTDIR CFLAGS CPPFLAGS LDFLAGS CC

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 711 "$work"

# --- two builds
step "the source archive"
fresh_copy "$top" "$work/src"
version=$(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' "$work/src/debian/changelog")
(cd "$work/src" && ./configure && make dist) >"$work/dist.log" 2>&1 || { tail -n 20 "$work/dist.log"; fail "make dist"; }
archive=$(echo "$work"/src/ashlar-*.tar.xz)
case ${archive##*/} in
"ashlar-$version.tar.xz" | "ashlar-$version-dev.tar.xz") ;;
*) fail "debian/changelog has version $version, not that of ${archive##*/}" ;;
esac

# What others have written of the archive is under a stanza of its own, and no stanza is of files that are not there.
tar -tf "$archive" | sed 's,^[^/]*/,,' | grep -v '/$' | sort >"$work/shipped"
sed -n '/^Files:/,/^Copyright:/p' "$top/debian/copyright" | sed 's/^Files://; /^Copyright/d' | tr -d ' ' | grep . >"$work/stanzas"
grep -v '\*' "$work/stanzas" | sort | comm -23 - "$work/shipped" >"$work/gone"
[ ! -s "$work/gone" ] || fail "debian/copyright has stanzas for $(cat "$work/gone")"
mkdir "$work/archive"
tar -xf "$archive" -C "$work/archive" --strip-components=1
(cd "$work/archive" && grep -rlE 'Copyright.*(Free Software|Consortium)|^#.*(Copyright \(C\)|Copyright) [0-9]' . | sed 's,^\./,,') |
	sort >"$work/others"
[ "$(wc -l <"$work/others")" -ge 10 ] || fail "the licences of the archive were not understood"
grep -vxF -f "$work/stanzas" "$work/others" | grep -v '^debian/\|^tests/packages/' >"$work/missing" || :
[ ! -s "$work/missing" ] || fail "debian/copyright has no stanza for $(cat "$work/missing")"

# build FOLDER WHAT COMMAND...: the command builds, or comes before what does.
build()
{
	folder=$1 what=$2
	shift 2
	mkdir -p "$folder"
	cp "$archive" "$folder/ashlar_$version.orig.tar.xz"
	chown "$owner" "$folder" "$folder"/*
	(cd "$folder" && "$@" sh -euc 'umask "$1"; tar -xf ./*.orig.tar.xz; cd ashlar-*/
		dpkg-buildpackage --no-sign "--build=$2"' sh "$umask" "$what") >"$folder.log" 2>&1
}
step "building"
one=$work/one two=$work/2/a-much-longer-name+for/the-folder
(owner=0:0 umask=022 build "$one" full \
	env LC_ALL=C TZ=UTC DEB_BUILD_OPTIONS="nocheck parallel=1") &
first=$!
if [ -z "$once" ]; then
	# another user, clock, zone, language, umask, folder, number of jobs
	owner=65534:65534 umask=077 build "$two" binary \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		env HOME=/nonexistent USER=nobody LC_ALL=C.UTF-8 LANGUAGE=de TZ=Asia/Kathmandu \
		DEB_BUILD_OPTIONS="nocheck parallel=2" faketime '+400 days' ||
		{ tail -n 40 "$two.log"; wait; fail "the second build"; }
fi
wait $first || { tail -n 40 "$one.log"; fail "the build"; }
(cd "$one" && ls ./*.deb)
if [ -z "$once" ]; then
	step "the same again?"
	[ "$(cd "$one" && ls ./*.deb)" = "$(cd "$two" && ls ./*.deb)" ] || fail "the second build made other packages"
	for deb in "$one"/*.deb; do
		cmp "$deb" "$two/${deb##*/}" || {
			! command -v diffoscope >/dev/null || diffoscope "$deb" "$two/${deb##*/}" || :
			fail "${deb##*/}: not reproducible"
		}
	done
fi
[ -z "$keep" ] || cp "$one"/ashlar_* "$one"/*.deb "$keep"

# --- what can be seen from outside
step "lintian"
# lintian does not like to be root, leaves files in TMPDIR, and goes back to the folder it began in.
chown -R 65534:65534 "$one"
setpriv --reuid=65534 --regid=65534 --clear-groups env --chdir="$one" HOME=/nonexistent LC_ALL=C.UTF-8 TMPDIR="$one" \
	lintian -EviIL +pedantic --fail-on error,warning,info,pedantic "$one"/ashlar_*_*.changes \
	>"$work/lintian" 2>&1 || { cat "$work/lintian"; fail "lintian has something to say"; }
! grep '^X: ' "$work/lintian" || fail "lintian has something to say" # what is overridden counts for --fail-on

step "the symbols"
# the names for 64 bits, in one list and the other
sed -n '/arch-bits=32/d; s/^ \(([^)]*)\)\{0,1\}\(.*\)@Base .*/\2/p' "$top/debian/libashlar2.symbols" | sort >"$work/symbols"
grep -v '^#\|^$' "$top/tests/exports.txt" | sort >"$work/exports"
[ "$(wc -l <"$work/exports")" -gt 50 ] || fail "tests/exports.txt was not understood"
diff "$work/exports" "$work/symbols" || fail "tests/exports.txt (<) and debian/libashlar2.symbols (>) differ"

# --- later versions with the same inside: one with the library in a file of the same name, one of another name
step "packages for upgrades"
# again VERSION FOLDER [FROM TO]: the packages as VERSION; with the library's file FROM named TO.
again()
{
	mkdir -p "$2"
	for name in libashlar2 libashlar-dev ashlar-tools ashlar-preload; do
		tree=$work/tree
		rm -rf "$tree"
		dpkg-deb -R "$one/${name}"_*.deb "$tree"
		sed -i "s/^Version: .*/Version: $1/; s/(= $version-[0-9]*)/(= $1)/" "$tree/DEBIAN/control"
		if [ $# -gt 2 ]; then
			for file in $(find "$tree/usr/lib" -name "$3" 2>/dev/null); do
				mv "$file" "${file%/*}/$4"
			done
			for link in $(find "$tree/usr/lib" -type l -lname "$3" 2>/dev/null); do
				ln -sf "$4" "$link"
			done
			sed -i "s,/$3\$,/$4," "$tree/DEBIAN/md5sums"
		fi
		dpkg-deb --root-owner-group -Zgzip -z1 -b "$tree" "$2" >/dev/null
	done
}
area=$work/layer/area
real=$(dpkg-deb -c "$one"/libashlar2_*.deb | sed -n 's,.*/\(libashlar\.so\.[0-9]*\.[0-9.]*\)$,\1,p')
[ -n "$real" ] || fail "no library in libashlar2"
mkdir -p "$area/one"
chmod 755 "$work/layer" "$area"
cp "$one"/libashlar2_*.deb "$one"/libashlar-dev_*.deb "$one"/ashlar-tools_*.deb "$one"/ashlar-preload_*.deb "$area/one"
again "$version-1+same" "$area/same"
again "$version-2" "$area/other" "$real" "$real.1"
cp "$top/examples/mem_test.c" "$area"
cp -r "$top/debian/tests" "$area/tests"
cp "$top/tests/shell/links.sh" "$area"

# --- and in a system
step "in a chroot"
peer_packages=
make_root "${ASHLAR_CHROOT_CACHE:-/var/cache/ashlar-chroot}" "$here/deb/inside.sh" || { echo "deb: no root" >&2; exit 99; }
mkdir "$work/scratch"
unshare --mount --pid --net --ipc --uts --fork --kill-child \
	sh "$top/tests/preload/chroot/enter.sh" "$work/layer:$root" "$work/scratch" "" "" 300 "$here/deb/inside.sh" \
	</dev/null || fail "the chroot: exit $?"
step "all as it should be"
