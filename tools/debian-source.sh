#!/bin/sh
# debian-source.sh PACKAGE FOLDER: unpacks the upstream source of a package, as Debian's archive has it, so that
# its files are in FOLDER; does nothing if that is there. Beside the machine's own package lists, which stay as
# they are.
set -eu
package=$1 folder=$2
[ ! -e "$folder" ] || exit 0
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/parts" "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/source"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
	[ ! -s "$file" ] || sed 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$file" \
		>"$apt/parts/$(basename "$file" .list | sed 's/^sources$/sources.list/')"
done
options="-q -o Dir::State=$apt/state -o Dir::Cache=$apt/cache -o Dir::Etc::SourceList=/dev/null
	-o Dir::Etc::SourceParts=$apt/parts -o APT::Sandbox::User=root -o Acquire::Retries=3
	-o Acquire::Languages=none -o Acquire::Check-Date=false"
cd "$apt"
# shellcheck disable=SC2086 # words
apt-get $options update && apt-get $options source --download-only "$package"
tar -C source --strip-components=1 -xf "$package"_*.orig.tar.*[!c]
mkdir -p "$(dirname "$folder")"
# whole or not at all
rm -rf "$folder.new"
mv source "$folder.new"
mv "$folder.new" "$folder"
