# Read by run.sh: the root that the cases run in, made with mmdebstrap from the packages that they name.

# need_namespaces NAME: or the script NAME is skipped.
need_namespaces()
{
	skip() { echo "$1: skipped: $2"; exit 77; }
	[ "$(id -u)" -eq 0 ] || skip "$1" "needs root"
	for tool in mmdebstrap unshare ip; do
		command -v $tool >/dev/null || skip "$1" "no $tool"
	done
	unshare --mount --pid --net --ipc --uts --fork true 2>/dev/null || skip "$1" "no namespaces"
}

# cases_say FIELD FILE...: the words after "# FIELD:" in cases.
cases_say() { field=$1; shift; sed -n "s/^# $field: *//p" "$@" | tr ' ' '\n' | sed '/^$/d' | sort -u; }

# The host's own mirrors, if it is a Debian.
apt_sources()
{
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
		[ ! -s "$file" ] || echo "$file"
	done
}

# make_root FOLDER CASE...: a root in a new folder below FOLDER, its name in $root. One that is there
# from an earlier run is used again: its name is the checksum of what it was made from. Packages that a
# case installs itself lie in /var/debs.
make_root()
{
	cache=$1; shift
	. /etc/os-release
	suite=${VERSION_CODENAME:-bookworm}
	packages=$(cases_say packages "$@")
	download=$(cases_say download "$@")
	common='ca-certificates mount procps'
	root=$cache/$(echo "$suite" $common $packages / $download / $peer_packages | cksum | cut -d ' ' -f 1)
	find "$cache" -maxdepth 2 -name .complete -mtime +7 2>/dev/null | while read -r old; do
		rm -rf --one-file-system "$(dirname "$old")" # of cases that are other ones now
	done
	if [ -e "$root/.complete" ]; then
		touch "$root/.complete"
		return 0
	fi
	rm -rf --one-file-system "$root" # something of it may still be mounted
	mkdir -p "$cache"
	echo "making $root: $(echo $packages | wc -w) packages and what they need"
	printf '#!/bin/sh\nexit 101\n' >"$cache/policy-rc.d" # no service is started
	chmod +x "$cache/policy-rc.d"
	mmdebstrap --quiet --variant=minbase --format=directory \
		--include="$(echo $common $packages $peer_packages | tr ' ' ',')" \
		--aptopt='Acquire::Retries "3"' --aptopt='Acquire::Check-Date "false"' \
		--dpkgopt='path-include=/usr/share/man/*' --dpkgopt=force-confold \
		--essential-hook="copy-in $cache/policy-rc.d /usr/sbin" \
		--customize-hook="chroot \"\$1\" sh -c 'mkdir /var/debs && cd /var/debs && [ -z \"$(echo $download)\" ] || apt-get -q download $(echo $download)'" \
		--customize-hook='chroot "$1" useradd -m -s /bin/bash tester' \
		"$suite" "$root" $(apt_sources) || return 1
	: >"$root/.complete"
}
