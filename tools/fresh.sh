# Read by try.sh and test.sh: what a fresh machine needs first.

say() { printf '\n== %s\n' "$*"; }

# need_packages PACKAGE...: install those Debian packages that are missing. Without the right to, say
# so and go on: configure and the tests tell what they miss.
need_packages()
{
	command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
	missing=
	for package; do
		dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	root=
	if [ "$(id -u)" -ne 0 ]; then
		if ! sudo -n true 2>/dev/null; then
			echo "not installed, and no right to install:$missing"
			return 0
		fi
		root=sudo
	fi
	say "installing$missing"
	$root env DEBIAN_FRONTEND=noninteractive sh -c '
		apt-get -q update >/dev/null &&
		apt-get -q -y --no-install-recommends install "$@" >/dev/null' sh $missing ||
		echo "some packages could not be installed"
}

# fresh_copy FROM TO: the sources without what an earlier build left in them, with ./configure.
# The tree itself stays as it is: a configured source folder could not be built from outside.
fresh_copy()
{
	mkdir -p "$2"
	tar -C "$1" --exclude=./.git -cf - . | tar -C "$2" -xf -
	[ ! -f "$2/Makefile" ] || make -s -C "$2" distclean >/dev/null 2>&1 || :
	[ -f "$2/configure" ] && [ "$2/configure" -nt "$2/configure.ac" ] ||
		(cd "$2" && ./autogen.sh >autogen.log 2>&1) ||
		{ cat "$2/autogen.log"; return 1; }
}

jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
