#!/bin/sh
# check.sh CACHE: fetches the source of Check from Debian's archive into CACHE/source, unless it is there.
# Beside the machine's own package lists, which stay as they are.
set -eu
cache=$1
[ ! -e "$cache/source/src/check.h.in" ] || exit 0
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/parts" "$apt/state/lists/partial" "$apt/cache/archives/partial"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
	[ ! -s "$file" ] || sed 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$file" \
		>"$apt/parts/$(basename "$file" .list | sed 's/^sources$/sources.list/')"
done
options="-q -o Dir::State=$apt/state -o Dir::Cache=$apt/cache -o Dir::Etc::SourceList=/dev/null
	-o Dir::Etc::SourceParts=$apt/parts -o APT::Sandbox::User=root -o Acquire::Retries=3
	-o Acquire::Languages=none -o Acquire::Check-Date=false"
cd "$apt"
# shellcheck disable=SC2086 # words
apt-get $options update && apt-get $options source --download-only check
tar -xf check_*.orig.tar.*
rm -rf "$cache/source"
mkdir -p "$cache"
mv check-*/ "$cache/source"
